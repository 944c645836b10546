/** What a file is that is no capture, as far as its first bytes tell. */
import { toHex } from '../../bytes/hex.ts';
import { hasKeyLogLine } from '../key-log.ts';

/** First bytes in hex, and the end of the sentence "The file is …". */
const MAGICS: readonly (readonly [magic: string, is: string])[] = [
  ['1f8b', 'compressed with gzip: unpack it first'],
  ['28b52ffd', 'compressed with zstd: unpack it first'],
  ['04224d18', 'compressed with lz4: unpack it first'],
  ['fd377a585a00', 'compressed with xz: unpack it first'],
  ['425a68', 'compressed with bzip2: unpack it first'],
  ['504b0304', 'a zip archive: unpack it first'],
  ['377abcaf271c', 'a 7z archive: unpack it first'],
  ['736e6f6f70000000', 'a capture of snoop, neither pcap nor pcapng: convert it first, for example with editcap'],
  ['25504446', 'a PDF document, not a capture'],
  ['89504e47', 'a PNG image, not a capture'],
  ['ffd8ff', 'a JPEG image, not a capture'],
  ['7f454c46', 'a program, not a capture'],
  ['3082', 'DER, perhaps a certificate or a key, not a capture'],
];

const PEM_LABELS: readonly (readonly [ending: string, is: string])[] = [
  ['PRIVATE KEY', 'a private key in PEM, not a capture'],
  ['PUBLIC KEY', 'a public key in PEM, not a capture'],
  ['CERTIFICATE REQUEST', 'a signing request in PEM, not a capture'],
  ['CERTIFICATE', 'a certificate in PEM, not a capture'],
  ['X509 CRL', 'a revocation list in PEM, not a capture'],
];

const UNKNOWN = 'neither a pcap nor a pcapng capture';
/** A certificate in PEM may have its facts in words before it. */
const HEAD_BYTES = 16 * 1024;
const PEM = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/m;
const BINARY = /[^\t\n\r\f\u0020-\u007e\u00a0-\u{10ffff}]/u;

/** What the file is, in words that end the sentence "The file is …" (without the full stop). */
export function foreignFile(bytes: Uint8Array): string {
  const head = bytes.subarray(0, HEAD_BYTES);
  const hex = toHex(head.subarray(0, 8));
  return MAGICS.find(([magic]) => hex.startsWith(magic))?.[1] ?? foreignText(head) ?? UNKNOWN;
}

function foreignText(head: Uint8Array): string | null {
  const text = textOf(head);
  if (text === null || text.trim() === '') return null;
  const label = PEM.exec(text)?.[1];
  if (label !== undefined) return PEM_LABELS.find(([ending]) => label.endsWith(ending))?.[1] ?? 'PEM, not a capture';
  if (hasKeyLogLine(text)) return 'a key log: it has secrets of connections, but no packets';
  return `text, ${UNKNOWN}`;
}

/** The bytes as text; null where they are none. A character may be cut off at the end. */
function textOf(head: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return BINARY.test(text) ? null : text;
  } catch {
    return null; // not UTF-8
  }
}
