/** Records of the suites with NULL: not encrypted, an HMAC after them. RFC 5246 §6.2.3.1 */
import { sameBytes } from '../../bytes/reader.ts';
import type { Primitives } from '../../primitives/primitives.ts';
import { macOf, type MacKey } from './mac.ts';
import type { Opened } from './opened.ts';

export interface MacKeys extends MacKey {
  readonly kind: 'mac';
}

/**
 * Opens one record; see `openRecord`.
 *
 * @returns null where the MAC is wrong
 */
export function openBare(
  keys: MacKeys,
  header: Uint8Array,
  body: Uint8Array,
  sequence: number,
  primitives: Primitives,
): Opened | null {
  const contentBytes = body.length - primitives.hashes[keys.mac].bytes;
  if (contentBytes < 0) return null;
  const plaintext = body.subarray(0, contentBytes);
  if (!sameBytes(macOf(primitives, keys, header, plaintext, sequence), body.subarray(contentBytes))) return null;
  return { type: header[0] ?? 0, plaintext, contentBytes };
}
