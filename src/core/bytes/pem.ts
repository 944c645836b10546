/**
 * PEM, the text form of certificates and keys (RFC 7468): a labelled block of base64. Text around the blocks is
 * allowed, as `openssl x509 -text` writes it. Found by `indexOf`, so a hostile text costs no more than its length.
 */
import { fromBase64, toBase64 } from './base64.ts';
import { done, refused, type Refusal, type Result } from './result.ts';

const BEGIN = '-----BEGIN ';
const DASHES = '-----';
const LINE = 64;

export interface PemBlock {
  /** what stands after BEGIN: `CERTIFICATE`, `PRIVATE KEY` */
  readonly label: string;
  /** the decoded base64; of an old encrypted key these bytes are ciphertext */
  readonly der: Uint8Array;
  /** lines like `Proc-Type: 4,ENCRYPTED` that old encrypted keys carry (RFC 1421) */
  readonly headers: readonly string[];
}

export type PemError = Refusal<'notPem' | 'noEnd' | 'badBase64'>;

/** One block: label and DER bytes as PEM text, 64 characters a line, ending with a newline. */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = toBase64(der);
  let lines = '';
  for (let at = 0; at < base64.length; at += LINE) lines += base64.slice(at, at + LINE) + '\n';
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}

/**
 * Every block of a text, in order.
 *
 * @returns at least one block; else `notPem`, `noEnd` (a block is cut off) or `badBase64`
 */
export function fromPem(text: string): Result<readonly PemBlock[], PemError> {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    const labelAt = at + BEGIN.length;
    const labelEnd = text.indexOf(DASHES, labelAt);
    const lineEnd = text.indexOf('\n', labelAt);
    if (labelEnd < 0 || lineEnd < 0 || labelEnd > lineEnd) {
      return refused('noEnd', 'A BEGIN line is cut off before its closing dashes.');
    }
    const label = text.slice(labelAt, labelEnd);
    const end = `-----END ${label}-----`;
    const endAt = text.indexOf(end, labelEnd + DASHES.length);
    if (endAt < 0) return refused('noEnd', `The block "${shown(label)}" has no END line of the same name.`);
    const { headers, base64 } = split(text.slice(labelEnd + DASHES.length, endAt));
    const der = fromBase64(base64);
    if (!der.ok) return refused('badBase64', `The block "${shown(label)}" is damaged. ${der.error.why}`);
    blocks.push({ label, der: der.value, headers });
    at = endAt + end.length;
  }
  if (blocks.length === 0) return refused('notPem', 'This is not PEM text: there is no -----BEGIN line in it.');
  return done(blocks);
}

/** Header lines hold a colon, base64 never does. */
function split(body: string): { headers: string[]; base64: string } {
  const headers: string[] = [];
  let base64 = '';
  for (const line of body.split('\n')) {
    const trimmed = line.trim();
    if (trimmed.includes(':')) headers.push(trimmed);
    else base64 += trimmed;
  }
  return { headers, base64 };
}

function shown(label: string): string {
  return label.length > 40 ? `${label.slice(0, 40)}…` : label;
}

const KINDS = {
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'TRUSTED CERTIFICATE': 'certificate',
  'CERTIFICATE REQUEST': 'request',
  'NEW CERTIFICATE REQUEST': 'request',
  'PRIVATE KEY': 'private key',
  'RSA PRIVATE KEY': 'private key',
  'EC PRIVATE KEY': 'private key',
  'ENCRYPTED PRIVATE KEY': 'encrypted key',
  'X509 CRL': 'revocation list',
  CRL: 'revocation list',
  'PUBLIC KEY': 'public key',
  'RSA PUBLIC KEY': 'public key',
} as const;

export type PemKind = (typeof KINDS)[keyof typeof KINDS] | 'other PEM' | 'not PEM';

/** What the first block of a text is, in plain words: for "this is a private key, a certificate is needed". */
export function pemKind(text: string): PemKind {
  const blocks = fromPem(text);
  const first = blocks.ok ? blocks.value[0] : undefined;
  return first ? blockKind(first) : 'not PEM';
}

/** What one block is, in plain words. */
export function blockKind(block: PemBlock): PemKind {
  if (block.headers.some((line) => line.includes('ENCRYPTED'))) return 'encrypted key';
  return Object.hasOwn(KINDS, block.label) ? KINDS[block.label as keyof typeof KINDS] : 'other PEM';
}
