/** The handshake messages: what each one looks like, by type, version and key exchange. */
import { Reader } from '../../bytes/reader.ts';
import { toHex } from '../../bytes/hex.ts';
import type { Field } from '../dissection.ts';
import {
  bytes,
  choose,
  field,
  from,
  optional,
  sequence,
  struct,
  text,
  u16,
  u24,
  u32,
  u8,
  undecoded,
  vec16,
  vec24,
  vec8,
  whole,
  type Env,
  type Format,
} from '../format/format.ts';
import {
  CLIENT_CERTIFICATE_TYPES,
  COMPRESSION_ALGORITHMS,
  COMPRESSION_METHODS,
  HANDSHAKE_NAMES,
  HANDSHAKE_TYPES,
  KEY_UPDATE_REQUESTS,
  SCHEMES,
  STATUS_TYPES,
  VERSIONS,
} from '../names/names.ts';
import { CIPHER_SUITES } from '../names/suites.ts';
import { CERTIFICATE, DISTINGUISHED_NAME, OCSP_RESPONSE, PUBLIC_KEY } from './der.ts';
import { EXTENSIONS } from './extension.ts';
import { CLIENT_KEY_EXCHANGE, SERVER_KEY_EXCHANGE } from './key-exchange.ts';
import { signed } from './signed.ts';

const TLS13 = 0x0304;

const RANDOM = bytes('random', '32 random bytes, new for each connection.', 32);
const SESSION_ID_SAYS = 'Filled so that old equipment believes in a resumption; in TLS 1.2 it names a session.';

const CLIENT_HELLO = sequence(
  'ClientHello',
  u16('legacy_version', 'Always TLS 1.2 since TLS 1.3; the real offer is in supported_versions.', VERSIONS),
  RANDOM,
  vec8('legacy_session_id', bytes('id', SESSION_ID_SAYS), SESSION_ID_SAYS),
  vec16(
    'cipher_suites',
    u16('cipher_suite', 'A set of algorithms the client can use.', CIPHER_SUITES),
    'The algorithms on offer, best liked first.',
  ),
  vec8(
    'legacy_compression_methods',
    u8('method', 'Compression before encryption leaks secrets, so only "null" is left.', COMPRESSION_METHODS),
    'Compression on offer.',
  ),
  optional(EXTENSIONS),
);

const SERVER_HELLO = sequence(
  'ServerHello',
  u16('legacy_version', 'TLS 1.2 here does not mean TLS 1.2: look for supported_versions.', VERSIONS),
  RANDOM,
  vec8('legacy_session_id_echo', bytes('id', "The client's value, sent back."), 'The session id, sent back.'),
  u16('cipher_suite', 'The algorithms the server chose.', CIPHER_SUITES),
  u8('legacy_compression_method', 'Always "null".', COMPRESSION_METHODS),
  optional(EXTENSIONS),
);

const CERT_DATA = vec24('cert_data', CERTIFICATE, 'One certificate (DER), its length in 24 bits.');
const RAW_KEY_SAYS = 'A bare key instead of a certificate (DER).';
/** Name of the field with a bare key in TLS 1.2; in TLS 1.3 it stands where a certificate would. */
export const RAW_KEY = 'ASN1_subjectPublicKeyInfo';
const CERT_OR_KEY = choose('cert_data', ({ hasRawKey }) =>
  hasRawKey ? from('RFC 7250 §3', vec24('cert_data', PUBLIC_KEY, RAW_KEY_SAYS)) : CERT_DATA,
);

const CERTIFICATE_13 = sequence(
  'Certificate',
  vec8('certificate_request_context', bytes('context', 'Repeats the request it answers.'), 'Empty in the handshake.'),
  vec24(
    'certificate_list',
    struct(
      'CertificateEntry',
      'One certificate and what comes with it.',
      [CERT_OR_KEY, EXTENSIONS],
      ([data]) => data?.value ?? '',
    ),
    "The chain: the sender's own certificate first. Empty means: I have none.",
  ),
);

const CERTIFICATE_12 = from(
  'RFC 5246 §7.4.2',
  vec24('certificate_list', CERT_DATA, "The chain: the sender's own certificate first. Empty means: I have none."),
);
const KEY_OR_CERTIFICATE_12 = choose('Certificate', ({ hasRawKey }) =>
  hasRawKey ? from('RFC 7250 §3', vec24(RAW_KEY, PUBLIC_KEY, RAW_KEY_SAYS)) : CERTIFICATE_12,
);

const CERTIFICATE_REQUEST_13 = sequence(
  'CertificateRequest',
  vec8(
    'certificate_request_context',
    bytes('context', 'Tells this request from others.'),
    'Empty in the handshake; filled when the server asks later.',
  ),
  EXTENSIONS,
);

const AUTHORITIES = vec16(
  'certificate_authorities',
  vec16('DistinguishedName', DISTINGUISHED_NAME, 'The name of one CA.'),
  'Names of the CAs the server trusts; empty means any.',
);
const REQUEST_TYPES = vec8(
  'certificate_types',
  u8('certificate_type', 'A kind of key.', CLIENT_CERTIFICATE_TYPES),
  'Kinds of keys the certificate may have.',
);
const REQUEST_SCHEMES = vec16(
  'supported_signature_algorithms',
  u16('scheme', 'A kind of signature.', SCHEMES),
  'Signatures the server can check.',
);
const CERTIFICATE_REQUEST_12 = from(
  'RFC 5246 §7.4.4',
  choose('CertificateRequest', ({ version }) =>
    version >= 0x0303
      ? sequence('CertificateRequest', REQUEST_TYPES, REQUEST_SCHEMES, AUTHORITIES)
      : sequence('CertificateRequest', REQUEST_TYPES, AUTHORITIES),
  ),
);

const CERTIFICATE_VERIFY = signed(
  'Signature over the conversation so far, made with the private key of the certificate: proof of owning it.',
);

const TICKET = vec16('ticket', bytes('ticket', 'Only the server can read it.'), 'The ticket to come back with.');
const NEW_SESSION_TICKET_13 = sequence(
  'NewSessionTicket',
  u32('ticket_lifetime', 'Seconds until it expires, 7 days at most.'),
  u32('ticket_age_add', 'Secret number the client adds to the age it tells.'),
  vec8('ticket_nonce', bytes('nonce', 'Makes the key of each ticket different.'), 'Makes each ticket different.'),
  TICKET,
  EXTENSIONS,
);
const NEW_SESSION_TICKET_12 = from(
  'RFC 5077 §3.3',
  sequence('NewSessionTicket', u32('ticket_lifetime_hint', 'Seconds the server means to keep it.'), TICKET),
);

const OCSP = vec24('response', OCSP_RESPONSE, 'The proof.');
/** RFC 6961 §2.2: one for each certificate, empty where there is none. */
const OCSP_LIST = vec24('ocsp_response_list', OCSP, 'The proofs.');

const CERTIFICATE_STATUS = sequence(
  'CertificateStatus',
  u8('status_type', 'The kind of proof.', STATUS_TYPES),
  choose('response', (_env, input) => (input.peek(1, -1) === 2 ? OCSP_LIST : OCSP)),
);

/** NPN, draft-agl-tls-nextprotoneg-04 §3 */
const NEXT_PROTOCOL = sequence(
  'NextProtocol',
  vec8('selected_protocol', text('name', 'The protocol the client chose.'), 'The protocol the client chose.'),
  vec8('padding', bytes('zeros', 'Hides how long the name is.'), 'Hides how long the name is.'),
);

const COMPRESSED_CERTIFICATE = sequence(
  'CompressedCertificate',
  u16('algorithm', 'How it was compressed.', { ...COMPRESSION_ALGORITHMS, base: 16 }),
  u24('uncompressed_length', 'Bytes after decompression.'),
  vec24(
    'compressed_certificate_message',
    {
      name: 'compressed',
      read: (input, env, out) =>
        void out.push(undecoded(input, env.source, 'Compressed: not decoded here.', 'compressed')),
    },
    'The Certificate message, compressed.',
  ),
);

interface Message {
  readonly source: string;
  readonly says: string;
  readonly body: Format;
}

const only = (source: string, says: string, body: Format = sequence('empty')): Message => ({ source, says, body });

/** RFC and section of TLS 1.3, then of TLS 1.2 where it differs. */
const MESSAGES: Readonly<Record<string, Message | { readonly tls13: Message; readonly tls12: Message }>> = {
  HelloRequest: only('RFC 5246 §7.4.1.1', 'The server asks the client to start a new handshake.'),
  ClientHello: only('RFC 8446 §4.1.2', 'The client opens the conversation and says what it can do.', CLIENT_HELLO),
  ServerHello: only('RFC 8446 §4.1.3', 'The server answers and chooses.', SERVER_HELLO),
  HelloRetryRequest: only(
    'RFC 8446 §4.1.4',
    'The server asks for another hello, with a key share of a group it can use.',
    SERVER_HELLO,
  ),
  NewSessionTicket: {
    tls13: only('RFC 8446 §4.6.1', 'A ticket to come back with a shorter handshake.', NEW_SESSION_TICKET_13),
    tls12: only('RFC 5077 §3.3', 'A ticket to come back with a shorter handshake.', NEW_SESSION_TICKET_12),
  },
  EndOfEarlyData: only('RFC 8446 §4.5', 'The client has sent all its early data.'),
  EncryptedExtensions: only('RFC 8446 §4.3.1', "The rest of the server's answers, already encrypted.", EXTENSIONS),
  Certificate: {
    tls13: only('RFC 8446 §4.4.2', 'Who I am: a chain of certificates.', CERTIFICATE_13),
    tls12: only('RFC 5246 §7.4.2', 'Who I am: a chain of certificates.', KEY_OR_CERTIFICATE_12),
  },
  ServerKeyExchange: only(
    'RFC 5246 §7.4.3',
    "The server's half of the key exchange, signed with its certificate key.",
    SERVER_KEY_EXCHANGE,
  ),
  CertificateRequest: {
    tls13: only('RFC 8446 §4.3.2', 'The server wants to see a client certificate.', CERTIFICATE_REQUEST_13),
    tls12: only('RFC 5246 §7.4.4', 'The server wants to see a client certificate.', CERTIFICATE_REQUEST_12),
  },
  ServerHelloDone: only('RFC 5246 §7.4.5', "The server is done; it is the client's turn."),
  CertificateVerify: {
    tls13: only('RFC 8446 §4.4.3', 'Proof that the sender owns the key of its certificate.', CERTIFICATE_VERIFY),
    tls12: only('RFC 5246 §7.4.8', 'Proof that the client owns the key of its certificate.', CERTIFICATE_VERIFY),
  },
  ClientKeyExchange: only('RFC 5246 §7.4.7', "The client's half of the key exchange.", CLIENT_KEY_EXCHANGE),
  Finished: {
    tls13: only('RFC 8446 §4.4.4', 'Proof that both saw the same conversation.', verifyData()),
    tls12: only('RFC 5246 §7.4.9', 'Proof that both saw the same conversation.', verifyData()),
  },
  CertificateStatus: only('RFC 6066 §8', 'Fresh proof that the certificate is not revoked.', CERTIFICATE_STATUS),
  KeyUpdate: only(
    'RFC 8446 §4.6.3',
    'From the next record on, the sender uses a new key.',
    u8('request_update', 'Whether the other side should do the same.', KEY_UPDATE_REQUESTS),
  ),
  NextProtocol: only('draft-agl-tls-nextprotoneg §3', 'The protocol to speak, chosen encrypted.', NEXT_PROTOCOL),
  CompressedCertificate: only('RFC 8879 §4', 'The Certificate message in compressed form.', COMPRESSED_CERTIFICATE),
};

function verifyData(): Format {
  return bytes('verify_data', 'A MAC over all handshake messages so far, with a key both derived.');
}

/** SHA-256 of "HelloRetryRequest": a ServerHello with this random is one, RFC 8446 §4.1.3. */
const RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** Name of a handshake message by its bytes, 4-byte header included. */
export function messageName(message: Uint8Array): string {
  const type = message[0] ?? -1;
  if (type === 2 && toHex(message.subarray(6, 38)) === RETRY_RANDOM) return 'HelloRetryRequest';
  return HANDSHAKE_NAMES[type] ?? `Handshake message ${type}`;
}

const HEADER = sequence(
  'Handshake',
  u8('msg_type', 'Which message this is.', HANDSHAKE_TYPES),
  u24('length', 'How many bytes follow in this message.'),
);

/**
 * One whole handshake message.
 *
 * @param input exactly the message, 4-byte header included
 */
export function readMessage(input: Reader, env: Env): Field {
  const start = input.at;
  const name = messageName(new Reader(input.bytes, input.buffer, start, input.end).take());
  const entry = MESSAGES[name];
  const message = entry && 'tls13' in entry ? (env.version >= TLS13 ? entry.tls13 : entry.tls12) : entry;
  const children: Field[] = [];
  HEADER.read(input, { ...env, source: 'RFC 8446 §4' }, children);
  const source = message?.source ?? '';
  if (message) whole(message.body, input, { ...env, source, message: name }, children);
  else if (input.left > 0) children.push(undecoded(input, source, 'A message we do not know: not decoded.'));
  const range = input.since(start);
  return field(name, `${range.end - range.start} bytes`, range, source, message?.says ?? '', '', children);
}
