/** Records protected with AES-CBC and an HMAC, before or after encryption: RFC 5246 §6.2.3.2, RFC 7366 §3. */
import { cbc } from '@noble/ciphers/aes.js';
import { sameBytes } from '../../bytes/reader.ts';
import type { Primitives } from '../../primitives/primitives.ts';
import { macOf, type MacKey } from './mac.ts';
import type { Opened } from './opened.ts';

export const BLOCK_BYTES = 16;

/** Keys of AES-CBC with HMAC in one direction. */
export interface CbcKeys extends MacKey {
  readonly kind: 'cbc';
  readonly key: Uint8Array;
  readonly isEncryptThenMac: boolean;
  /** TLS 1.0 only: the IV is not in the record but the last block before; else null */
  readonly chainedIv: Uint8Array | null;
}

/**
 * Opens one record; see `openRecord`.
 *
 * @returns null where the MAC or the padding is wrong
 */
export function openCbc(
  keys: CbcKeys,
  header: Uint8Array,
  body: Uint8Array,
  sequence: number,
  primitives: Primitives,
): Opened | null {
  const macBytes = primitives.hashes[keys.mac].bytes;
  const sealedBytes = body.length - (keys.isEncryptThenMac ? macBytes : 0);
  const sealed = body.subarray(0, sealedBytes);
  if (
    keys.isEncryptThenMac &&
    !sameBytes(macOf(primitives, keys, header, sealed, sequence), body.subarray(sealedBytes))
  )
    return null;
  const iv = keys.chainedIv ?? sealed.subarray(0, BLOCK_BYTES);
  const blocks = keys.chainedIv ? sealed : sealed.subarray(BLOCK_BYTES);
  if (blocks.length === 0) return null;
  const plaintext = cbc(keys.key, iv, { disablePadding: true }).decrypt(blocks);
  const padding = (plaintext.at(-1) ?? 0) + 1;
  const contentBytes = plaintext.length - padding - (keys.isEncryptThenMac ? 0 : macBytes);
  if (contentBytes < 0 || plaintext.subarray(-padding).some((byte) => byte !== padding - 1)) return null;
  const content = plaintext.subarray(0, contentBytes);
  const mac = plaintext.subarray(contentBytes, contentBytes + macBytes);
  if (!keys.isEncryptThenMac && !sameBytes(macOf(primitives, keys, header, content, sequence), mac)) return null;
  return { type: header[0] ?? 0, plaintext, contentBytes };
}
