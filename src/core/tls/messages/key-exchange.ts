/**
 * ServerKeyExchange and ClientKeyExchange of TLS 1.2 and before: what they look like for each key exchange. One row a
 * key exchange.
 */
import {
  bytes,
  choose,
  from,
  sequence,
  textValue,
  u16,
  u8,
  undecoded,
  vec16,
  vec8,
  type Format,
} from '../format/format.ts';
import { CURVE_TYPES, GROUPS } from '../names/names.ts';
import type { KeyExchange } from '../names/suites.ts';
import { signed } from './signed.ts';

const NOT_DECODED: Format = {
  name: 'not decoded',
  mayBeEmpty: true,
  read(input, env, out) {
    if (input.left > 0) out.push(undecoded(input, env.source, 'This form of the message is not decoded.'));
  },
};

const SIGNATURE = signed("Signature of the server's certificate key over the key exchange and both randoms.");
const EC_POINT = (says: string) => vec8('public', bytes('point', says), says);

const EC_PARAMS = (...after: Format[]): Format =>
  sequence(
    'ServerECDHParams',
    u8('curve_type', 'How the curve is told; by name.', CURVE_TYPES),
    choose('curve', (_env, input) =>
      input.peek(1, -1) === 3
        ? sequence(
            'named_curve',
            u16('namedcurve', 'The curve.', GROUPS),
            EC_POINT("The server's fresh public key."),
            ...after,
          )
        : NOT_DECODED,
    ),
  );

const DH_PARAMS = (...after: Format[]): Format =>
  sequence(
    'ServerDHParams',
    vec16('dh_p', bytes('p', 'The prime all computing is modulo.'), 'The prime.'),
    vec16('dh_g', bytes('g', 'The number that is raised to powers.'), 'The generator.'),
    vec16('dh_Ys', bytes('Ys', "The server's fresh public value."), "The server's public value."),
    ...after,
  );

const SRP_PARAMS = (...after: Format[]): Format =>
  sequence(
    'ServerSRPParams',
    vec16('srp_N', bytes('N', 'The prime all computing is modulo.'), 'The prime.'),
    vec16('srp_g', bytes('g', 'The number that is raised to powers.'), 'The generator.'),
    vec8('srp_s', bytes('s', 'Makes equal passwords different.'), 'The salt.'),
    vec16('srp_B', bytes('B', "The server's fresh public value."), "The server's public value."),
    ...after,
  );

const HINT_SAYS = 'Which of the shared keys the server means; often empty.';
const HINT = vec16('psk_identity_hint', bytes('hint', HINT_SAYS, undefined, textValue), HINT_SAYS);
const IDENTITY_SAYS = 'The name of the key both share.';
const IDENTITY = vec16('psk_identity', bytes('identity', IDENTITY_SAYS, undefined, textValue), IDENTITY_SAYS);

const CLIENT_POINT = EC_POINT("The client's fresh public key.");
const CLIENT_DH = vec16('dh_Yc', bytes('Yc', "The client's fresh public value."), 'Public value.');
const ENCRYPTED_SECRET = vec16(
  'EncryptedPreMasterSecret',
  bytes('encrypted', "A secret, encrypted to the server's RSA key."),
  'Whoever gets that key later can read this connection: no forward secrecy.',
);
const CLIENT_SRP = vec16('srp_A', bytes('A', "The client's fresh public value."), 'Public value.');

interface Exchange {
  readonly source: string;
  readonly server: Format;
  readonly client: Format;
}

const row = (source: string, server: Format, client: Format): Exchange => ({ source, server, client });

const EXCHANGES: Readonly<Record<KeyExchange, Exchange>> = {
  ECDHE: row('RFC 8422 §5', EC_PARAMS(SIGNATURE), CLIENT_POINT),
  ECDH_anon: row('RFC 8422 §5', EC_PARAMS(), CLIENT_POINT),
  ECDH: row('RFC 4492 §2', NOT_DECODED, CLIENT_POINT),
  DHE: row('RFC 5246 §7.4.3', DH_PARAMS(SIGNATURE), CLIENT_DH),
  DH_anon: row('RFC 5246 §7.4.3', DH_PARAMS(), CLIENT_DH),
  DH: row('RFC 5246 §7.4.7.2', NOT_DECODED, CLIENT_DH),
  RSA: row('RFC 5246 §7.4.7.1', NOT_DECODED, ENCRYPTED_SECRET),
  PSK: row('RFC 4279 §2', HINT, IDENTITY),
  DHE_PSK: row('RFC 4279 §3', sequence('params', HINT, DH_PARAMS()), sequence('client', IDENTITY, CLIENT_DH)),
  ECDHE_PSK: row('RFC 5489 §2', sequence('params', HINT, EC_PARAMS()), sequence('client', IDENTITY, CLIENT_POINT)),
  RSA_PSK: row('RFC 4279 §4', HINT, sequence('client', IDENTITY, ENCRYPTED_SECRET)),
  SRP: row('RFC 5054 §2.8', SRP_PARAMS(), CLIENT_SRP),
  SRP_signed: row('RFC 5054 §2.8', SRP_PARAMS(SIGNATURE), CLIENT_SRP),
  other: row('RFC 5246 §7.4.3', NOT_DECODED, NOT_DECODED),
};

const exchange = (name: string, side: 'server' | 'client'): Format =>
  choose(name, ({ keyExchange }) => from(EXCHANGES[keyExchange].source, EXCHANGES[keyExchange][side]), true);

export const SERVER_KEY_EXCHANGE = exchange('ServerKeyExchange', 'server');
export const CLIENT_KEY_EXCHANGE = exchange('ClientKeyExchange', 'client');
