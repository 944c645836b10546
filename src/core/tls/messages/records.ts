/** The record layer's own structures: header, alert, ChangeCipherSpec, heartbeat, application data. */
import {
  bytes,
  from,
  sequence,
  struct,
  textValue,
  u16,
  u24,
  u8,
  vec16,
  type Env,
  type Format,
} from '../format/format.ts';
import { ALERT_LEVELS, ALERTS, CONTENT_TYPES, HEARTBEAT_TYPES, SSLV2_CIPHERS, VERSIONS } from '../names/names.ts';
import { CIPHER_SUITES } from '../names/suites.ts';

/** Surroundings of what stands outside handshake messages. */
export const RECORD_ENV: Env = { source: 'RFC 8446 §5.1', message: '', version: 0, keyExchange: 'other' };

export const RECORD_HEADER = sequence(
  'header',
  u8('type', 'What kind of content the record claims to carry.', CONTENT_TYPES),
  u16('legacy_record_version', 'Kept at an old value, so that old equipment lets it pass.', VERSIONS),
  u16('length', 'How many bytes follow in this record.'),
);

export const ALERT = from(
  'RFC 8446 §6',
  struct(
    'Alert',
    'A short message about the end of the connection, or why it failed.',
    [u8('level', 'Fatal ends the connection at once.', ALERT_LEVELS), u8('description', 'What is the matter.', ALERTS)],
    (children) => children[1]?.value ?? '',
  ),
);

export const CHANGE_CIPHER_SPEC = from(
  'RFC 8446 §5, RFC 5246 §7.1',
  bytes('change_cipher_spec', 'TLS 1.2: from now on my records are encrypted. TLS 1.3: sent only for old equipment.'),
);

export const HEARTBEAT = from(
  'RFC 6520 §4',
  struct('HeartbeatMessage', 'Are you still there?', [
    u8('type', 'Question or answer.', HEARTBEAT_TYPES),
    vec16('payload', bytes('payload', 'To be sent back unchanged.'), 'To be sent back unchanged.'),
    bytes('padding', 'Random bytes to be ignored.'),
  ]),
);

export const APPLICATION_DATA: Format = from(
  'RFC 8446 §5.2',
  bytes('application_data', 'What the two programs say to each other inside the tunnel.', undefined, textValue),
);

/** Of the length before a hello in the format of SSL 2.0. */
export const SSLV2_LENGTH_BYTES = 2;

/** A hello in the format of SSL 2.0, with its two-byte length. RFC 5246 §E.2 */
export const SSLV2_HELLO = from(
  'RFC 5246 §E.2',
  sequence(
    'V2ClientHello',
    u16('msg_length', 'Length of the message; its highest bit is always set.', {
      base: 10,
      nameOf: (code) => `${code & 0x7fff} bytes`,
    }),
    u8('msg_type', 'A hello.', { base: 10, nameOf: (code) => (code === 1 ? 'client_hello' : undefined) }),
    u16('version', 'The best version the client speaks.', VERSIONS),
    u16('cipher_spec_length', 'Bytes of the list of ciphers.'),
    u16('session_id_length', 'Bytes of the session id.'),
    u16('challenge_length', 'Bytes of the challenge.'),
    sslv2Lists(),
  ),
);

/** The three lists whose lengths stand in the six bytes before. */
function sslv2Lists(): Format {
  const tls = struct(
    'cipher_spec',
    'One cipher: three bytes, the last two as in TLS when the first is zero.',
    [u8('kind', 'Zero for ciphers of TLS.'), u16('cipher_suite', 'A set of algorithms.', CIPHER_SUITES)],
    (children) => children[1]?.value ?? '',
  );
  const old = u24('cipher_spec', 'A cipher of SSL 2.0.', SSLV2_CIPHERS);
  return {
    name: 'lists',
    mayBeEmpty: true,
    read(input, env, out) {
      const [specs, session, challenge] = [input.peek(2, -6), input.peek(2, -4), input.peek(2, -2)];
      const ciphers = input.part(specs);
      while (ciphers.left > 0) (ciphers.peek(1) === 0 ? tls : old).read(ciphers, env, out);
      bytes('session_id', 'Session to resume.').read(input.part(session), env, out);
      bytes('challenge', "The client's random bytes.").read(input.part(challenge), env, out);
    },
  };
}
