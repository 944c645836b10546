/** The MAC of records before AEADs, RFC 5246 §6.2.3.1. */
import { concat, uintBytes } from '../../bytes/reader.ts';
import type { HashName, Primitives } from '../../primitives/primitives.ts';

export interface MacKey {
  readonly macKey: Uint8Array;
  readonly mac: HashName;
}

/**
 * HMAC over number, type, version, length and content of a record.
 *
 * @param header the record's five bytes; its length is replaced by that of `content`
 */
export function macOf(
  { hashes }: Primitives,
  { mac, macKey }: MacKey,
  header: Uint8Array,
  content: Uint8Array,
  sequence: number,
): Uint8Array {
  const seen = concat(uintBytes(sequence, 8), header.subarray(0, 3), uintBytes(content.length, 2), content);
  return hashes[mac].hmac(macKey, seen);
}
