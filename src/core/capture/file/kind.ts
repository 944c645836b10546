/** What somebody may mean by a file, from its first bytes. */
import { hasKeyLogLine } from '../key-log.ts';
import { foreignFile } from './foreign.ts';
import { pcapShape } from './pcap.ts';
import { isPcapng } from './pcapng.ts';

export type FileKind =
  | { readonly kind: 'empty' }
  /** begins like one, at least */
  | { readonly kind: 'capture' }
  /** may hold a capture */
  | { readonly kind: 'gzip' }
  /** may be a proof bundle */
  | { readonly kind: 'zip' }
  | { readonly kind: 'keyLog' }
  /** `is` ends the sentence "The file is …" */
  | { readonly kind: 'foreign'; readonly is: string };

/** Bytes of a file's beginning that are enough to tell. A key log may begin with comments. */
export const HEAD_BYTES = 64 * 1024;

/** @param head the file's first {@link HEAD_BYTES} bytes, or all of it */
export function fileKindOf(head: Uint8Array): FileKind {
  if (head.length === 0) return { kind: 'empty' };
  if (pcapShape(head) || isPcapng(head)) return { kind: 'capture' };
  if (isGzip(head)) return { kind: 'gzip' };
  if (isZip(head)) return { kind: 'zip' };
  if (hasKeyLogLine(new TextDecoder('latin1').decode(head))) return { kind: 'keyLog' };
  return { kind: 'foreign', is: foreignFile(head) };
}

/** APPNOTE.TXT §4.3.7, §4.3.16: a first file, or the end of an archive that has none. */
export function isZip(head: Uint8Array): boolean {
  const begins = (...bytes: readonly number[]) => bytes.every((byte, index) => head.at(index) === byte);
  return begins(0x50, 0x4b, 3, 4) || begins(0x50, 0x4b, 5, 6);
}

/** RFC 1952 §2.3.1: ID1 and ID2, and deflate as the method. */
function isGzip(head: Uint8Array): boolean {
  return [0x1f, 0x8b, 8].every((byte, index) => head.at(index) === byte);
}
