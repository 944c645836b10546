/**
 * The registries: a number on the wire, and its name. One table each; dissector, alerts on screen, lessons and tests
 * read these and no second list.
 */
import type { Names } from '../format/format.ts';

const table = (base: 10 | 16, names: Readonly<Record<number, string>>): Names => ({
  base,
  nameOf: (code) => names[code],
});

/** RFC 8446 §B.1 and RFC 6520 §2 */
export const CONTENT_TYPES = table(10, {
  20: 'change_cipher_spec',
  21: 'alert',
  22: 'handshake',
  23: 'application_data',
  24: 'heartbeat',
});

export const VERSIONS = table(16, {
  0x0002: 'SSL 2.0',
  0x0300: 'SSL 3.0',
  0x0301: 'TLS 1.0',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  0x0304: 'TLS 1.3',
});

/** Handshake messages as their structures are called, RFC 8446 §B.3, RFC 5246 §7.4 and the registry. */
export const HANDSHAKE_NAMES: Readonly<Record<number, string>> = {
  0: 'HelloRequest',
  1: 'ClientHello',
  2: 'ServerHello',
  3: 'HelloVerifyRequest',
  4: 'NewSessionTicket',
  5: 'EndOfEarlyData',
  8: 'EncryptedExtensions',
  11: 'Certificate',
  12: 'ServerKeyExchange',
  13: 'CertificateRequest',
  14: 'ServerHelloDone',
  15: 'CertificateVerify',
  16: 'ClientKeyExchange',
  17: 'ClientCertificateRequest',
  20: 'Finished',
  21: 'CertificateURL',
  22: 'CertificateStatus',
  23: 'SupplementalData',
  24: 'KeyUpdate',
  25: 'CompressedCertificate',
  67: 'NextProtocol',
  254: 'MessageHash',
};

/** Handshake type numbers, spelled as the RFCs spell the constants. */
export const HANDSHAKE_TYPES: Names = {
  base: 10,
  nameOf: (code) => HANDSHAKE_NAMES[code]?.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase(),
};

export const ALERT_LEVELS = table(10, { 1: 'warning', 2: 'fatal' });

const ALERT_NAMES: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  21: 'decryption_failed',
  22: 'record_overflow',
  30: 'decompression_failure',
  40: 'handshake_failure',
  41: 'no_certificate',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  60: 'export_restriction',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  100: 'no_renegotiation',
  109: 'missing_extension',
  110: 'unsupported_extension',
  111: 'certificate_unobtainable',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  114: 'bad_certificate_hash_value',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  117: 'general_error',
  120: 'no_application_protocol',
  121: 'ech_required',
};

/** RFC 8446 §6.2 and the registry */
export const ALERTS = table(10, ALERT_NAMES);

/** Codes of all alerts that have a name, ascending. */
export const ALERT_CODES: readonly number[] = Object.keys(ALERT_NAMES).map(Number);

/** The registry's name of an alert; `unknown` for a code that has none. */
export const alertName = (code: number): string => ALERT_NAMES[code] ?? 'unknown';

/** RFC 8446 §4.2.7, RFC 8422 §5.1.1, RFC 7919 §2, and the hybrids of the registry */
export const GROUPS = table(16, {
  0x0001: 'sect163k1',
  0x0002: 'sect163r1',
  0x0003: 'sect163r2',
  0x0004: 'sect193r1',
  0x0005: 'sect193r2',
  0x0006: 'sect233k1',
  0x0007: 'sect233r1',
  0x0008: 'sect239k1',
  0x0009: 'sect283k1',
  0x000a: 'sect283r1',
  0x000b: 'sect409k1',
  0x000c: 'sect409r1',
  0x000d: 'sect571k1',
  0x000e: 'sect571r1',
  0x000f: 'secp160k1',
  0x0010: 'secp160r1',
  0x0011: 'secp160r2',
  0x0012: 'secp192k1',
  0x0013: 'secp192r1',
  0x0014: 'secp224k1',
  0x0015: 'secp224r1',
  0x0016: 'secp256k1',
  0x0017: 'secp256r1',
  0x0018: 'secp384r1',
  0x0019: 'secp521r1',
  0x001a: 'brainpoolP256r1',
  0x001b: 'brainpoolP384r1',
  0x001c: 'brainpoolP512r1',
  0x001d: 'x25519',
  0x001e: 'x448',
  0x001f: 'brainpoolP256r1tls13',
  0x0020: 'brainpoolP384r1tls13',
  0x0021: 'brainpoolP512r1tls13',
  0x0022: 'GC256A',
  0x0023: 'GC256B',
  0x0024: 'GC256C',
  0x0025: 'GC256D',
  0x0026: 'GC512A',
  0x0027: 'GC512B',
  0x0028: 'GC512C',
  0x0029: 'curveSM2',
  0x0100: 'ffdhe2048',
  0x0101: 'ffdhe3072',
  0x0102: 'ffdhe4096',
  0x0103: 'ffdhe6144',
  0x0104: 'ffdhe8192',
  0x0200: 'MLKEM512',
  0x0201: 'MLKEM768',
  0x0202: 'MLKEM1024',
  0x11eb: 'SecP256r1MLKEM768',
  0x11ec: 'X25519MLKEM768',
  0x11ed: 'SecP384r1MLKEM1024',
  0x6399: 'X25519Kyber768Draft00',
  0x639a: 'SecP256r1Kyber768Draft00',
  0xff01: 'arbitrary_explicit_prime_curves',
  0xff02: 'arbitrary_explicit_char2_curves',
});

/** RFC 8446 §4.2.3; the pairs of hash and signature that TLS 1.2 had before stand beside them (RFC 5246 §7.4.1.4.1) */
export const SCHEMES = table(16, {
  0x0101: 'rsa_md5',
  0x0420: 'rsa_pkcs1_sha256_legacy',
  0x0520: 'rsa_pkcs1_sha384_legacy',
  0x0620: 'rsa_pkcs1_sha512_legacy',
  0x0708: 'sm2sig_sm3',
  0x0201: 'rsa_pkcs1_sha1',
  0x0202: 'dsa_sha1',
  0x0203: 'ecdsa_sha1',
  0x0301: 'rsa_sha224',
  0x0302: 'dsa_sha224',
  0x0303: 'ecdsa_sha224',
  0x0401: 'rsa_pkcs1_sha256',
  0x0402: 'dsa_sha256',
  0x0403: 'ecdsa_secp256r1_sha256',
  0x0501: 'rsa_pkcs1_sha384',
  0x0502: 'dsa_sha384',
  0x0503: 'ecdsa_secp384r1_sha384',
  0x0601: 'rsa_pkcs1_sha512',
  0x0602: 'dsa_sha512',
  0x0603: 'ecdsa_secp521r1_sha512',
  0x0804: 'rsa_pss_rsae_sha256',
  0x0805: 'rsa_pss_rsae_sha384',
  0x0806: 'rsa_pss_rsae_sha512',
  0x0807: 'ed25519',
  0x0808: 'ed448',
  0x0809: 'rsa_pss_pss_sha256',
  0x080a: 'rsa_pss_pss_sha384',
  0x080b: 'rsa_pss_pss_sha512',
  0x081a: 'ecdsa_brainpoolP256r1tls13_sha256',
  0x081b: 'ecdsa_brainpoolP384r1tls13_sha384',
  0x081c: 'ecdsa_brainpoolP512r1tls13_sha512',
  0x0904: 'mldsa44',
  0x0905: 'mldsa65',
  0x0906: 'mldsa87',
});

/** Cipher kinds of SSL 2.0, RFC 6101 §E. */
export const SSLV2_CIPHERS = table(16, {
  0x010080: 'SSL_CK_RC4_128_WITH_MD5',
  0x020080: 'SSL_CK_RC4_128_EXPORT40_WITH_MD5',
  0x030080: 'SSL_CK_RC2_CBC_128_CBC_WITH_MD5',
  0x040080: 'SSL_CK_RC2_CBC_128_CBC_EXPORT40_WITH_MD5',
  0x050080: 'SSL_CK_IDEA_128_CBC_WITH_MD5',
  0x060040: 'SSL_CK_DES_64_CBC_WITH_MD5',
  0x0700c0: 'SSL_CK_DES_192_EDE3_CBC_WITH_MD5',
});

export const COMPRESSION_METHODS = table(10, { 0: 'null', 1: 'DEFLATE' });
export const POINT_FORMATS = table(10, {
  0: 'uncompressed',
  1: 'ansiX962_compressed_prime',
  2: 'ansiX962_compressed_char2',
});
export const CURVE_TYPES = table(10, { 1: 'explicit_prime', 2: 'explicit_char2', 3: 'named_curve' });
export const CLIENT_CERTIFICATE_TYPES = table(10, {
  1: 'rsa_sign',
  2: 'dss_sign',
  3: 'rsa_fixed_dh',
  4: 'dss_fixed_dh',
  64: 'ecdsa_sign',
  65: 'rsa_fixed_ecdh',
  66: 'ecdsa_fixed_ecdh',
});
export const NAME_TYPES = table(10, { 0: 'host_name' });
export const STATUS_TYPES = table(10, { 1: 'ocsp', 2: 'ocsp_multi' });
/** RFC 6066 §6 */
export const AUTHORITY_IDENTIFIERS = table(10, {
  0: 'pre_agreed',
  1: 'key_sha1_hash',
  2: 'x509_name',
  3: 'cert_sha1_hash',
});
/** RFC 5764 §4.1.2, RFC 7714 §14.2 */
export const SRTP_PROFILES = table(16, {
  0x0001: 'SRTP_AES128_CM_HMAC_SHA1_80',
  0x0002: 'SRTP_AES128_CM_HMAC_SHA1_32',
  0x0005: 'SRTP_NULL_HMAC_SHA1_80',
  0x0006: 'SRTP_NULL_HMAC_SHA1_32',
  0x0007: 'SRTP_AEAD_AES_128_GCM',
  0x0008: 'SRTP_AEAD_AES_256_GCM',
});
export const PSK_MODES = table(10, { 0: 'psk_ke', 1: 'psk_dhe_ke' });
export const FRAGMENT_LENGTHS = table(10, { 1: '512 bytes', 2: '1024 bytes', 3: '2048 bytes', 4: '4096 bytes' });
export const COMPRESSION_ALGORITHMS = table(10, { 1: 'zlib', 2: 'brotli', 3: 'zstd' });
export const KEY_UPDATE_REQUESTS = table(10, { 0: 'update_not_requested', 1: 'update_requested' });
export const HEARTBEAT_TYPES = table(10, { 1: 'heartbeat_request', 2: 'heartbeat_response' });
export const HEARTBEAT_MODES = table(10, { 1: 'peer_allowed_to_send', 2: 'peer_not_allowed_to_send' });
export const CERTIFICATE_TYPES = table(10, { 0: 'X509', 1: 'OpenPGP', 2: 'RawPublicKey' });
export const ECH_CLIENT_TYPES = table(10, { 0: 'outer', 1: 'inner' });
