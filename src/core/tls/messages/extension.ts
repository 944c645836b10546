/**
 * The extensions: one row each, with what its body looks like in each message. A body's format is chosen by the
 * message; `*` stands for all others.
 */
import {
  announcesTooMuch,
  bytes,
  choose,
  field,
  from,
  isGrease,
  listed,
  optional,
  sequence,
  struct,
  text,
  u16,
  u32,
  u8,
  undecoded,
  vec16,
  vec24,
  vec8,
  whole,
  type Env,
  type Format,
  type Names,
} from '../format/format.ts';
import {
  AUTHORITY_IDENTIFIERS,
  CERTIFICATE_TYPES,
  COMPRESSION_ALGORITHMS,
  ECH_CLIENT_TYPES,
  FRAGMENT_LENGTHS,
  GROUPS,
  HEARTBEAT_MODES,
  NAME_TYPES,
  POINT_FORMATS,
  PSK_MODES,
  SCHEMES,
  SRTP_PROFILES,
  STATUS_TYPES,
  VERSIONS,
} from '../names/names.ts';
import { DISTINGUISHED_NAME, OBJECT_IDENTIFIER, OCSP_RESPONSE, PUBLIC_KEY } from './der.ts';

interface Extension {
  readonly type: number;
  readonly name: string;
  readonly source: string;
  readonly says: string;
  readonly body: Format | { readonly [message: string]: Format };
}

const EMPTY = sequence('empty');
const second = (children: readonly { readonly value: string }[]) => children[1]?.value ?? '';
const first = (children: readonly { readonly value: string }[]) => children[0]?.value ?? '';

const NOT_TAKEN_APART: Format = {
  name: 'extension_data',
  mayBeEmpty: true,
  read(input, env, out) {
    if (input.left > 0) out.push(undecoded(input, env.source, 'Known by name; its content is not decoded here.'));
  },
};

const SERVER_NAME = struct(
  'ServerName',
  'One name the client asks for.',
  [
    u8('name_type', 'Only host names exist.', NAME_TYPES),
    vec16('host_name', text('name', 'The host name, readable by everyone on the way.'), 'The name of the host.'),
  ],
  second,
);

const KEY_SHARE_ENTRY = struct(
  'KeyShareEntry',
  'One public key for the key exchange.',
  [
    u16('group', 'The curve or group this key belongs to.', GROUPS),
    vec16(
      'key_exchange',
      bytes('key', 'A fresh public key; its private half never leaves its owner.'),
      'The public key.',
    ),
  ],
  first,
);

const PSK_IDENTITY = struct('PskIdentity', 'One ticket from an earlier connection.', [
  vec16('identity', bytes('ticket', 'The ticket as the server handed it out; only the server can read it.'), 'Ticket.'),
  u32('obfuscated_ticket_age', 'Age of the ticket in ms, plus a secret number so that onlookers learn nothing.'),
]);

const SIGNED_CERTIFICATE_TIMESTAMP = vec16(
  'SerializedSCT',
  sequence(
    'SCT',
    u8('version', 'Version of the format; 0 is v1.'),
    bytes('log_id', 'Hash of the public key of the log that signed.', 32),
    bytes('timestamp', 'When the log saw the certificate, in ms since 1970.', 8),
    vec16('extensions', bytes('extension', 'No meaning is defined yet.'), 'Room for later.'),
    u16('algorithm', 'How the log signed.', SCHEMES),
    vec16('signature', bytes('signature', "The log's signature."), "The log's promise to publish this certificate."),
  ),
  'One promise of a public certificate log.',
);

const TRUSTED_AUTHORITY = struct(
  'TrustedAuthority',
  'One CA.',
  [
    u8('identifier_type', 'How it is named.', AUTHORITY_IDENTIFIERS),
    choose(
      'identifier',
      (_env, input) => {
        const type = input.peek(1, -1);
        if (type === 2) return vec16('x509_name', DISTINGUISHED_NAME, 'The name of the CA.');
        return type === 0 ? EMPTY : bytes('sha1_hash', 'Hash of its key or certificate.', 20);
      },
      true,
    ),
  ],
  first,
);

const STATUS_REQUEST_V2 = struct('CertificateStatusRequestItemV2', 'One kind of proof.', [
  u8('status_type', 'The kind of proof.', STATUS_TYPES),
  vec16(
    'request',
    sequence(
      'OCSPStatusRequest',
      vec16(
        'responder_id_list',
        vec16('ResponderID', bytes('id', 'An OCSP responder the client trusts.'), 'One responder.'),
        'Responders whose answers the client takes; empty means any.',
      ),
      vec16('request_extensions', bytes('extensions', 'Extensions of the OCSP request.'), 'Usually empty.'),
    ),
    'What exactly is asked.',
  ),
]);

const DELEGATED_CREDENTIAL = sequence(
  'DelegatedCredential',
  u32('valid_time', "Seconds from the certificate's notBefore until it expires."),
  u16('dc_cert_verify_algorithm', 'How CertificateVerify is signed with it.', SCHEMES),
  vec24('ASN1_subjectPublicKeyInfo', PUBLIC_KEY, 'The short-lived key.'),
  u16('algorithm', 'How the certificate signed it.', SCHEMES),
  vec16(
    'signature',
    bytes('signature', 'Made with the key of the certificate.'),
    'Made with the key of the certificate.',
  ),
);

const SCHEME_LIST = vec16(
  'supported_signature_algorithms',
  u16('scheme', 'A kind of signature.', SCHEMES),
  'Kinds of signature the sender can check, best liked first.',
);

const PROTOCOL_NAMES = vec16(
  'protocol_name_list',
  vec8('ProtocolName', text('name', 'The name of a protocol: `h2` is HTTP/2.'), 'One protocol.'),
  'The protocols, best liked first.',
);

const PROTOCOL = vec8('ProtocolName', text('name', 'The name of a protocol.'), 'One protocol.');
const PROTOCOLS_TO_THE_END: Format = {
  name: 'protocols',
  mayBeEmpty: true,
  read(input, env, out) {
    while (input.left > 0) PROTOCOL.read(input, env, out);
  },
};

const choice = (name: string, says: string, names: Names) => ({
  ClientHello: vec8(`${name}s`, u8(name, says, names), 'What the client can handle.'),
  '*': u8(name, says, names),
});

const ROWS: readonly Extension[] = [
  {
    type: 0,
    name: 'server_name',
    source: 'RFC 6066 §3',
    says: 'Which host the client wants, so that one address can serve many names.',
    body: { ClientHello: vec16('server_name_list', SERVER_NAME, 'The names, in practice one.'), '*': EMPTY },
  },
  {
    type: 1,
    name: 'max_fragment_length',
    source: 'RFC 6066 §4',
    says: 'Asks for small records, for devices with little memory.',
    body: u8('max_fragment_length', 'Largest record content.', FRAGMENT_LENGTHS),
  },
  {
    type: 2,
    name: 'client_certificate_url',
    source: 'RFC 6066 §5',
    says: 'The client may send an address where its certificate lies.',
    body: EMPTY,
  },
  {
    type: 3,
    name: 'trusted_ca_keys',
    source: 'RFC 6066 §6',
    says: 'CAs the client has, so that the server can pick a fitting certificate.',
    body: vec16('trusted_authorities_list', TRUSTED_AUTHORITY, 'The CAs.'),
  },
  {
    type: 4,
    name: 'truncated_hmac',
    source: 'RFC 6066 §7',
    says: 'Asks for MACs of 10 bytes, for slow networks.',
    body: EMPTY,
  },
  {
    type: 5,
    name: 'status_request',
    source: 'RFC 6066 §8, RFC 8446 §4.4.2.1',
    says: 'Asks the other side to bring fresh proof that its certificate has not been revoked.',
    body: {
      ClientHello: sequence(
        'CertificateStatusRequest',
        u8('status_type', 'The kind of proof.', STATUS_TYPES),
        vec16(
          'responder_id_list',
          vec16('ResponderID', bytes('id', 'An OCSP responder the client trusts.'), 'One responder.'),
          'Responders whose answers the client takes; empty means any.',
        ),
        vec16('request_extensions', bytes('extensions', 'Extensions of the OCSP request.'), 'Usually empty.'),
      ),
      Certificate: sequence(
        'CertificateStatus',
        u8('status_type', 'The kind of proof.', STATUS_TYPES),
        vec24('response', OCSP_RESPONSE, 'The proof.'),
      ),
      '*': EMPTY,
    },
  },
  {
    type: 6,
    name: 'user_mapping',
    source: 'RFC 4681 §2',
    says: 'Kinds of hints that tell which user it is.',
    body: NOT_TAKEN_APART,
  },
  {
    type: 7,
    name: 'client_authz',
    source: 'RFC 5878 §2.1',
    says: 'Statements about what the client may do.',
    body: NOT_TAKEN_APART,
  },
  {
    type: 8,
    name: 'server_authz',
    source: 'RFC 5878 §2.2',
    says: 'Statements about what the server may do.',
    body: NOT_TAKEN_APART,
  },
  {
    type: 9,
    name: 'cert_type',
    source: 'RFC 6091 §3',
    says: 'X.509 or OpenPGP.',
    body: choice('certificate_type', 'X.509 or OpenPGP.', CERTIFICATE_TYPES),
  },
  {
    type: 10,
    name: 'supported_groups',
    source: 'RFC 8446 §4.2.7',
    says: 'Curves and groups the sender can use to agree on a secret, best liked first.',
    body: vec16('named_group_list', u16('group', 'A curve or group.', GROUPS), 'The groups.'),
  },
  {
    type: 11,
    name: 'ec_point_formats',
    source: 'RFC 8422 §5.1.2',
    says: 'How points of a curve may be written down; only "uncompressed" is still in use.',
    body: vec8('ec_point_format_list', u8('format', 'A way to write a point.', POINT_FORMATS), 'The formats.'),
  },
  {
    type: 12,
    name: 'srp',
    source: 'RFC 5054 §2.8.1',
    says: 'The user whose password is proved.',
    body: vec8('srp_I', text('user', 'The name of the user.'), 'The name of the user.'),
  },
  {
    type: 13,
    name: 'signature_algorithms',
    source: 'RFC 8446 §4.2.3',
    says: 'Signatures the sender can check in CertificateVerify.',
    body: SCHEME_LIST,
  },
  {
    type: 14,
    name: 'use_srtp',
    source: 'RFC 5764 §4.1',
    says: 'Keys for voice and video over SRTP.',
    body: sequence(
      'UseSRTPData',
      vec16('SRTPProtectionProfiles', u16('profile', 'A way to protect.', SRTP_PROFILES), 'Ways to protect.'),
      vec8('srtp_mki', bytes('mki', 'Names the key among several.'), 'Usually empty.'),
    ),
  },
  {
    type: 15,
    name: 'heartbeat',
    source: 'RFC 6520 §2',
    says: 'Whether the peer may send heartbeats.',
    body: u8('mode', 'May the peer send heartbeats?', HEARTBEAT_MODES),
  },
  {
    type: 16,
    name: 'application_layer_protocol_negotiation',
    source: 'RFC 7301 §3.1',
    says: 'Which language to speak inside the tunnel, such as HTTP/2.',
    body: PROTOCOL_NAMES,
  },
  {
    type: 17,
    name: 'status_request_v2',
    source: 'RFC 6961 §2.2',
    says: 'Asks for proofs of non-revocation for the whole chain.',
    body: {
      ClientHello: vec16('certificate_status_req_list', STATUS_REQUEST_V2, 'Kinds of proof.'),
      '*': EMPTY,
    },
  },
  {
    type: 18,
    name: 'signed_certificate_timestamp',
    source: 'RFC 6962 §3.3',
    says: 'Promises of public logs to have recorded the certificate.',
    body: {
      ClientHello: EMPTY,
      CertificateRequest: EMPTY,
      '*': vec16('sct_list', SIGNED_CERTIFICATE_TIMESTAMP, 'The promises.'),
    },
  },
  {
    type: 19,
    name: 'client_certificate_type',
    source: 'RFC 7250 §3',
    says: "Which kind of credential the client's Certificate message may carry.",
    body: choice('client_certificate_type', 'X.509, or a bare key.', CERTIFICATE_TYPES),
  },
  {
    type: 20,
    name: 'server_certificate_type',
    source: 'RFC 7250 §3',
    says: "Which kind of credential the server's Certificate message may carry.",
    body: choice('server_certificate_type', 'X.509, or a bare key.', CERTIFICATE_TYPES),
  },
  {
    type: 21,
    name: 'padding',
    source: 'RFC 7685 §3',
    says: 'Zeros that make the message longer, to get past faulty equipment.',
    body: bytes('padding', 'Zeros without meaning.'),
  },
  {
    type: 22,
    name: 'encrypt_then_mac',
    source: 'RFC 7366 §2',
    says: 'For CBC suites: encrypt first, then compute the MAC; safer than the older order.',
    body: EMPTY,
  },
  {
    type: 23,
    name: 'extended_master_secret',
    source: 'RFC 7627 §5.1',
    says: 'Ties the master secret to the whole handshake, so that two connections cannot share one.',
    body: EMPTY,
  },
  {
    type: 24,
    name: 'token_binding',
    source: 'RFC 8472 §2',
    says: 'Ties web cookies to a key of the client.',
    body: sequence(
      'TokenBindingParameters',
      u8('major', 'Version before the dot.'),
      u8('minor', 'Version after the dot.'),
      vec8('key_parameters_list', u8('parameters', 'A kind of key.'), 'Kinds of keys.'),
    ),
  },
  {
    type: 25,
    name: 'cached_info',
    source: 'RFC 7924 §3',
    says: 'What the client still has from an earlier handshake.',
    body: NOT_TAKEN_APART,
  },
  {
    type: 27,
    name: 'compress_certificate',
    source: 'RFC 8879 §3',
    says: 'Ways in which the Certificate message may be compressed.',
    body: vec8(
      'algorithms',
      u16('algorithm', 'A compression method.', { ...COMPRESSION_ALGORITHMS, base: 16 }),
      'The methods.',
    ),
  },
  {
    type: 28,
    name: 'record_size_limit',
    source: 'RFC 8449 §4',
    says: 'The largest record the sender is willing to receive.',
    body: u16('record_size_limit', 'Bytes of plaintext in one record.'),
  },
  {
    type: 34,
    name: 'delegated_credential',
    source: 'RFC 9345 §4',
    says: 'Lets a server sign with a short-lived key that its certificate vouches for.',
    body: { ClientHello: SCHEME_LIST, '*': DELEGATED_CREDENTIAL },
  },
  {
    type: 35,
    name: 'session_ticket',
    source: 'RFC 5077 §3.2',
    says: 'A ticket to resume an earlier session without a full handshake; empty means "I would like one".',
    body: bytes('ticket', 'The ticket as the server handed it out; only the server can read it.'),
  },
  {
    type: 41,
    name: 'pre_shared_key',
    source: 'RFC 8446 §4.2.11',
    says: 'Offers keys both sides already know, usually from an earlier connection.',
    body: {
      ClientHello: sequence(
        'OfferedPsks',
        vec16('identities', PSK_IDENTITY, 'The keys on offer, by name.', (items) => `${items.length} offered`),
        vec16(
          'binders',
          vec8('PskBinderEntry', bytes('binder', 'A MAC over this hello, made with the offered key.'), 'One proof.'),
          'Proofs that the client has the keys it names.',
        ),
      ),
      '*': u16('selected_identity', 'The position of the key the server took, from 0.'),
    },
  },
  {
    type: 42,
    name: 'early_data',
    source: 'RFC 8446 §4.2.10',
    says: 'Data sent at once with the first message, before the server has answered.',
    body: { NewSessionTicket: u32('max_early_data_size', 'How many bytes of early data are allowed.'), '*': EMPTY },
  },
  {
    type: 43,
    name: 'supported_versions',
    source: 'RFC 8446 §4.2.1',
    says: 'The versions of TLS on offer, or the one that was chosen.',
    body: {
      ClientHello: vec8('versions', u16('version', 'A version on offer.', VERSIONS), 'Best liked first.'),
      '*': u16('selected_version', 'The version both will speak.', VERSIONS),
    },
  },
  {
    type: 44,
    name: 'cookie',
    source: 'RFC 8446 §4.2.2',
    says: 'The server gives it out and wants it back, so that it need not remember this client.',
    body: vec16('cookie', bytes('cookie', 'Only the server knows what it means.'), 'The cookie.'),
  },
  {
    type: 45,
    name: 'psk_key_exchange_modes',
    source: 'RFC 8446 §4.2.9',
    says: 'Whether a known key may be used alone or only with a fresh key exchange.',
    body: vec8('ke_modes', u8('mode', 'psk_dhe_ke adds a fresh key exchange.', PSK_MODES), 'The modes.'),
  },
  {
    type: 47,
    name: 'certificate_authorities',
    source: 'RFC 8446 §4.2.4',
    says: 'Names of CAs whose certificates the sender trusts.',
    body: vec16('authorities', vec16('DistinguishedName', DISTINGUISHED_NAME, 'The name of one CA.'), 'The CAs.'),
  },
  {
    type: 48,
    name: 'oid_filters',
    source: 'RFC 8446 §4.2.5',
    says: "What the client's certificate must contain.",
    body: vec16(
      'filters',
      struct('OIDFilter', 'One demand.', [
        vec8('certificate_extension_oid', OBJECT_IDENTIFIER, 'Which extension.'),
        vec16('certificate_extension_values', bytes('values', 'The value it must have (DER).'), 'Which value.'),
      ]),
      'The demands.',
    ),
  },
  {
    type: 49,
    name: 'post_handshake_auth',
    source: 'RFC 8446 §4.2.6',
    says: 'The server may ask for a client certificate later, after the handshake.',
    body: EMPTY,
  },
  {
    type: 50,
    name: 'signature_algorithms_cert',
    source: 'RFC 8446 §4.2.3',
    says: 'Signatures the sender can check inside certificates.',
    body: SCHEME_LIST,
  },
  {
    type: 51,
    name: 'key_share',
    source: 'RFC 8446 §4.2.8',
    says: 'Fresh public keys; from one of each side both compute the same secret.',
    body: {
      ClientHello: vec16('client_shares', KEY_SHARE_ENTRY, 'One key for each group the client bets on.'),
      HelloRetryRequest: u16('selected_group', 'The group the server wants instead.', GROUPS),
      '*': KEY_SHARE_ENTRY,
    },
  },
  {
    type: 52,
    name: 'transparency_info',
    source: 'RFC 9162 §6.5',
    says: 'Proofs that the certificate stands in public logs.',
    body: NOT_TAKEN_APART,
  },
  {
    type: 54,
    name: 'connection_id',
    source: 'RFC 9146 §3',
    says: 'A name for the connection, for when addresses change.',
    body: vec8('cid', bytes('id', 'The name.'), 'The name.'),
  },
  {
    type: 55,
    name: 'external_id_hash',
    source: 'RFC 8844 §3.2',
    says: 'Ties the connection to an identity proved elsewhere.',
    body: vec8('binding', bytes('hash', 'Hash of the proof.'), 'Hash of the proof.'),
  },
  {
    type: 56,
    name: 'external_session_id',
    source: 'RFC 8844 §4.3',
    says: 'Ties the connection to a session named elsewhere.',
    body: vec8('session_id', bytes('id', 'The name.'), 'The name.'),
  },
  {
    type: 57,
    name: 'quic_transport_parameters',
    source: 'RFC 9001 §8.2',
    says: 'Settings of the QUIC transport.',
    body: NOT_TAKEN_APART,
  },
  {
    type: 58,
    name: 'ticket_request',
    source: 'RFC 9149 §2',
    says: 'How many tickets the client would like.',
    body: {
      ClientHello: sequence(
        'ClientTicketRequest',
        u8('new_session_count', 'Tickets after a full handshake.'),
        u8('resumption_count', 'Tickets after a resumption.'),
      ),
      '*': u8('expected_count', 'How many the server will send.'),
    },
  },
  {
    type: 59,
    name: 'dnssec_chain',
    source: 'RFC 9102 §2',
    says: 'DNSSEC proofs for the name of the server.',
    body: NOT_TAKEN_APART,
  },
  {
    type: 13172,
    name: 'next_protocol_negotiation',
    source: 'draft-agl-tls-nextprotoneg §3',
    says: 'The forerunner of ALPN.',
    body: {
      ClientHello: EMPTY,
      '*': PROTOCOLS_TO_THE_END,
    },
  },
  {
    type: 17513,
    name: 'application_settings',
    source: 'draft-vvv-tls-alps §4',
    says: "Settings of the tunnel's protocol, sent early by Chromium.",
    body: { ClientHello: PROTOCOL_NAMES, '*': NOT_TAKEN_APART },
  },
  {
    type: 17613,
    name: 'application_settings',
    source: 'draft-vvv-tls-alps §4',
    says: "Settings of the tunnel's protocol, sent early by Chromium.",
    body: { ClientHello: PROTOCOL_NAMES, '*': NOT_TAKEN_APART },
  },
  {
    type: 30032,
    name: 'channel_id',
    source: 'draft-balfanz-tls-channelid §3',
    says: 'Ties the connection to a key of the client.',
    body: EMPTY,
  },
  {
    type: 0xca34,
    name: 'trust_anchors',
    source: 'draft-ietf-tls-trust-anchor-ids §4',
    says: 'CAs the client trusts, by short numbers, so that the server can pick a fitting chain.',
    body: {
      ClientHello: vec16(
        'trust_anchor_ids',
        vec8('TrustAnchorID', bytes('id', 'The number of a CA.'), 'One CA.'),
        'The CAs.',
        (items) => `${items.length} CAs`,
      ),
      '*': NOT_TAKEN_APART,
    },
  },
  {
    type: 0xfe0d,
    name: 'encrypted_client_hello',
    source: 'RFC 9849 §5',
    says: 'A second, encrypted hello hidden in this one, so that onlookers cannot read the name.',
    body: {
      ClientHello: sequence(
        'ECHClientHello',
        u8('type', 'Outer: this is the hello that everyone can see.', ECH_CLIENT_TYPES),
        optional(
          sequence(
            'outer',
            u16('kdf_id', 'Key derivation of the inner encryption (HPKE).', { base: 16, nameOf: hpkeKdf }),
            u16('aead_id', 'Cipher of the inner encryption (HPKE).', { base: 16, nameOf: hpkeAead }),
            u8('config_id', "Which of the server's keys was used."),
            vec16('enc', bytes('encapsulated_key', 'Public key of the inner encryption.'), 'Key for the server.'),
            vec16('payload', bytes('encrypted_hello', 'The true hello, encrypted.'), 'Only the server can read it.'),
          ),
        ),
      ),
      HelloRetryRequest: bytes('confirmation', 'Tells, to who knows the inner hello, that it was read.', 8),
      '*': NOT_TAKEN_APART,
    },
  },
  {
    type: 0xff01,
    name: 'renegotiation_info',
    source: 'RFC 5746 §3.2',
    says: 'Ties a second handshake on a connection to the first; empty in the first.',
    body: vec8(
      'renegotiated_connection',
      bytes('verify_data', 'Finished values of the handshake before.'),
      'Empty on a first handshake.',
    ),
  },
];

function hpkeKdf(code: number): string | undefined {
  return { 1: 'HKDF-SHA256', 2: 'HKDF-SHA384', 3: 'HKDF-SHA512' }[code];
}
function hpkeAead(code: number): string | undefined {
  return { 1: 'AES-128-GCM', 2: 'AES-256-GCM', 3: 'ChaCha20Poly1305' }[code];
}

const BY_TYPE = new Map(ROWS.map((row) => [row.type, row]));

export const EXTENSION_TYPES: Names = { base: 10, nameOf: (code) => BY_TYPE.get(code)?.name };

const TYPE = u16('extension_type', 'Which extension this is.', EXTENSION_TYPES);
const LENGTH = u16('length', 'How many bytes the extension has.');
const FILLER = bytes('filler', 'Random bytes without meaning.');

/** One extension with its type, length and body, named after its type. RFC 8446 §4.2. */
const EXTENSION: Format = {
  name: 'Extension',
  read(input, env, out) {
    const start = input.at;
    const children: ReturnType<typeof field>[] = [];
    const type = input.peek(2);
    const row = BY_TYPE.get(type);
    const source = row?.source ?? (isGrease(type) ? 'RFC 8701 §2' : env.source);
    const inner: Env = { ...env, source };
    sequence('Extension', TYPE, LENGTH).read(input, env, children);
    const [, length] = children;
    if (!length || length.problem) {
      out.push(
        field(
          'Extension',
          '',
          input.since(start),
          env.source,
          '',
          'Cut short: the bytes end inside this field.',
          children,
        ),
      );
      return;
    }
    const announced = Number(length.value);
    const here = input.left;
    const body = input.part(announced);
    const name = row?.name ?? (isGrease(type) ? 'GREASE' : `extension ${type}`);
    const says = row?.says ?? (isGrease(type) ? 'A made-up extension: servers must ignore what they do not know.' : '');
    if (row) whole(bodyOf(row, env.message), body, inner, children);
    else if (isGrease(type)) FILLER.read(body, inner, children);
    else if (body.left > 0) children.push(undecoded(body, source, 'An extension we do not know: not decoded.'));
    const problem = announcesTooMuch(announced, here);
    out.push(field(name, listed(children.slice(2)), input.since(start), source, says, problem, children));
  },
};

function bodyOf({ body }: Extension, message: string): Format {
  if ('read' in body) return body as Format;
  return body[message] ?? body['*'] ?? NOT_TAKEN_APART;
}

/** The list of extensions as every message carries it. */
export const EXTENSIONS = from(
  'RFC 8446 §4.2',
  vec16('extensions', EXTENSION, 'Additions to the message; each has a number and a body of its own.', (items) =>
    items.map((item) => item.name).join(', '),
  ),
);
