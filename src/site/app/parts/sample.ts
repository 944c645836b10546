/**
 * Samples for the page of parts, so that a designer sees every state at once. Sizes and bytes are those of one TLS 1.3
 * run between two OpenSSL 3.0 peers; nothing here is shown to a learner.
 */
import type { DeskRun } from '$core/bridge/messages.ts';
import type { Bar } from '$core/bridge/strip.ts';
import type {
  AlertView,
  ByteRange,
  Derived,
  Dissection,
  Field,
  Protection,
  RecordView,
  Side,
} from '$core/tls/dissection.ts';

const RUN: readonly (readonly [Side, Protection, string, number, number?])[] = [
  ['client', 'clear', 'ClientHello', 243],
  ['server', 'clear', 'ServerHello', 127],
  ['server', 'clear', 'ChangeCipherSpec', 6, 20],
  ['server', 'handshake', 'EncryptedExtensions', 28],
  ['server', 'handshake', 'CertificateRequest', 67],
  ['server', 'handshake', 'Certificate', 1775],
  ['server', 'handshake', 'CertificateVerify', 286],
  ['server', 'handshake', 'Finished', 74],
  ['client', 'clear', 'ChangeCipherSpec', 6, 20],
  ['client', 'handshake', 'Certificate', 1741],
  ['client', 'handshake', 'CertificateVerify', 286],
  ['client', 'handshake', 'Finished', 74],
];

const DER = Uint8Array.from(
  (
    '308203543082023ca00302010202147803522fb8e8165df4ccabdef5ff0e63e4ec7d6a300d06092a864886f70d01010b0500302c' +
    '31133011060355040a0c0a4f72646572204465736b3115301306035504030c0c4465736b20526f6f74204341301e170d32363131' +
    '32333230323935365a170d3237313132333230323935365a302531133011060355040a0c0a4f72646572204465736b310e300c06' +
    '035504030c05616c696365'
  ).match(/../g) ?? [],
  (pair) => parseInt(pair, 16),
);
export const sampleBytes = DER;

const range = (start: number, end: number): ByteRange => ({ buffer: 0, start, end });
const leaf = (name: string, value: string, start: number, end: number, more: Partial<Field> = {}): Field => ({
  name,
  value,
  range: range(start, end),
  children: [],
  ...more,
});

/** The first fields of a certificate. */
export const sampleField: Field = leaf('Certificate', 'O=Order Desk, CN=alice', 0, DER.length, {
  children: [
    leaf('header', 'SEQUENCE, 852 bytes', 0, 4),
    leaf('tbsCertificate', '', 4, DER.length, {
      source: 'RFC 5280 §4.1.1.1',
      says: 'The part that the authority signed.',
      children: [
        leaf('header', 'SEQUENCE, 572 bytes', 4, 8),
        leaf('version', 'v3 (2)', 8, 13),
        leaf('serialNumber', '78 03 52 2f b8 e8 16 5d f4 cc ab de f5 ff 0e 63 e4 ec 7d 6a', 13, 35, {
          says: 'A number that the authority gives only once. A revocation list names certificates by it.',
          source: 'RFC 5280 §4.1.2.2',
        }),
        leaf('signature', 'sha256WithRSAEncryption', 35, 50),
        leaf('issuer', 'O=Order Desk, CN=Desk Root CA', 50, 96),
        leaf('validity', '2026-11-23 to 2027-11-23', 96, 128),
        leaf('subject', 'O=Order Desk, CN=alice', 128, DER.length, {
          says: 'Who this certificate speaks for. The name is only a claim; the issuer’s signature makes it worth reading.',
          source: 'RFC 5280 §4.1.2.6',
          children: [
            leaf('header', 'SEQUENCE, 37 bytes', 128, 130),
            leaf('organizationName', 'Order Desk', 130, 151),
            leaf('commonName', 'alice', 151, DER.length - 3),
            leaf('rest', '69 63 65', DER.length - 3, DER.length, { problem: 'the string ends before its length' }),
          ],
        }),
      ],
    }),
  ],
});

export const sampleRecords: readonly RecordView[] = RUN.map(([from, protection, label, length, type], index) => ({
  index,
  from,
  at: index * 1.7,
  offset: 0,
  length,
  type: type ?? (protection === 'clear' ? 22 : 23),
  protection,
  contentType: protection === 'clear' ? null : 22,
  label,
  wire: 0,
  plaintext: null,
  lock: null,
  fields: sampleField,
  opened: null,
}));

export const alertRecord: RecordView = {
  index: 12,
  from: 'server',
  at: 24,
  offset: 0,
  length: 24,
  type: 23,
  protection: 'application',
  contentType: 21,
  label: 'Alert: certificate_expired (45)',
  wire: 0,
  plaintext: null,
  lock: null,
  fields: sampleField,
  opened: null,
};
export const sampleAlert: AlertView = {
  from: 'server',
  record: 12,
  level: 2,
  code: 45,
  name: 'certificate_expired',
  encrypted: true,
};

const bar = ({ from, length, protection, label }: RecordView, alert: number | null = null): Bar => ({
  from,
  bytes: length,
  protection,
  label,
  alert,
});
const greeting: Bar = { from: 'server', bytes: 79, protection: 'application', label: 'Application data', alert: null };

export const goodBars: readonly Bar[] = [...sampleRecords.map((record) => bar(record)), greeting];
export const alertBars: readonly Bar[] = [...sampleRecords.map((record) => bar(record)), bar(alertRecord, 45)];

const LEAF = {
  subject: 'O=Order Desk, CN=alice',
  issuer: 'O=Order Desk, CN=Desk Root CA',
  serial: '7803522fb8e8165df4ccabdef5ff0e63e4ec7d6a',
  notBefore: '2026-11-23T20:29:56Z',
  notAfter: '2027-11-23T20:29:56Z',
  sha256: '9f'.repeat(32),
};
export const sampleCertificates = { client: [], server: [LEAF, { ...LEAF, subject: LEAF.issuer }] };

export const sampleVerified: Dissection['verified'] = {
  certificateVerify: {
    client: { holds: false, why: 'Checked rsa_pss_rsae_sha256 (0x0804) with the public key of the certificate.' },
    server: { holds: true, why: 'Checked rsa_pss_rsae_sha256 (0x0804) with the public key of the certificate.' },
  },
  finished: {
    client: { holds: null, why: "No CLIENT_HANDSHAKE_TRAFFIC_SECRET in this view's key log." },
    server: { holds: true, why: 'Recomputed over all messages before it: equal.' },
  },
  pskBinder: { holds: null, why: 'Not seen on this connection.' },
};

const derived = (name: string, value: string | null, how: string, children: readonly Derived[] = []): Derived => ({
  ...{ name, value, how, children, source: 'RFC 8446 §7.1' },
  says: value === null ? 'An onlooker does not come so far.' : 'Protects what is said.',
});
/** Of RFC 8448 §3, the simple 1-RTT handshake. */
export const sampleSchedule: readonly Derived[] = [
  derived('Handshake Secret', null, 'HKDF-Extract(Derive-Secret(Early Secret, "derived"), ECDHE)', [
    derived(
      'client_handshake_traffic_secret',
      'b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21',
      'from the key log, CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      [
        derived('key', 'dbfaa693d1762c5b666af5d950258d01', 'HKDF-Expand-Label(., "key", "", 16)'),
        derived('iv', '5bd3c71b836e0b76bb73265f', 'HKDF-Expand-Label(., "iv", "", 12)'),
      ],
    ),
    derived('resumption_master_secret', null, 'not known'),
  ]),
];

/** Connections as the server tells them; `startedAt` in Unix ms. */
export const sampleDeskRun = (startedAt: number): DeskRun => ({
  type: 'desk-run',
  id: 1,
  startedAt,
  subject: 'O=Order Desk, CN=alice',
  version: 'TLS 1.3',
  cipherSuite: 'TLS_AES_256_GCM_SHA384',
  outcome: 'accepted',
  reason: null,
  bars: [...goodBars],
  silentEnd: null,
});

export const SAMPLE_PEM = `-----BEGIN CERTIFICATE REQUEST-----
MIICejCCAWICAQAwNTELMAkGA1UEBhMCREUxEzARBgNVBAoMCk9yZGVyIERlc2sx
ETAPBgNVBAMMCGFsaWNlIDEwMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC
-----END CERTIFICATE REQUEST-----
`;
