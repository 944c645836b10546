/** Record protection: one record opened or sealed under given keys. RFC 8446 §5.2, RFC 5246 §6.2.3. */
import { cbc, gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hmac } from '@noble/hashes/hmac.js';
import { concat, sameBytes, uintBytes } from '../../bytes/reader.ts';
import { HASHES } from '../keys/hash.ts';
import type { HashName } from '../names/suites.ts';

export const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
const HEADER_BYTES = 5;

/** Keys of an AEAD in one direction. `aead12`: in TLS 1.2 a record of GCM carries a part of its nonce. */
export interface AeadKeys {
  readonly kind: 'tls13' | 'aead12';
  readonly cipher: 'gcm' | 'chacha20';
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** Keys of AES-CBC with HMAC in one direction. */
export interface CbcKeys {
  readonly kind: 'cbc';
  readonly key: Uint8Array;
  readonly macKey: Uint8Array;
  readonly mac: HashName;
  readonly isEncryptThenMac: boolean;
  /** TLS 1.0 only: the IV is not in the record but the last block before; else null */
  readonly chainedIv: Uint8Array | null;
}

export type RecordKeys = AeadKeys | CbcKeys;

/** An opened record. All lengths in bytes; `plaintext` holds content, then what the protection had added to it. */
export interface Opened {
  /** content type that was protected */
  readonly type: number;
  readonly plaintext: Uint8Array;
  readonly contentBytes: number;
}

/** How the protected part of a record is laid out before and after the ciphertext. */
export interface Layout {
  readonly before: { readonly name: string; readonly bytes: number; readonly says: string } | null;
  readonly after: { readonly name: string; readonly bytes: number; readonly says: string } | null;
}

const TAG = { name: 'authentication tag', bytes: TAG_BYTES, says: 'Proof that nobody changed a bit on the way.' };

export function layoutOf(keys: RecordKeys): Layout {
  if (keys.kind !== 'cbc') {
    const nonce = { name: 'nonce_explicit', bytes: 8, says: 'A number that is never used twice with this key.' };
    return { before: keys.kind === 'aead12' && keys.cipher === 'gcm' ? nonce : null, after: TAG };
  }
  const iv = { name: 'IV', bytes: BLOCK_BYTES, says: 'Random start of the chain of blocks.' };
  const mac = { name: 'MAC', bytes: HASHES[keys.mac].outputLen, says: 'Proof that nobody changed a bit on the way.' };
  return { before: keys.chainedIv ? null : iv, after: keys.isEncryptThenMac ? mac : null };
}

/**
 * Opens one protected record.
 *
 * @param record whole record on the wire: 5-byte header, then the protected bytes
 * @param sequence records the sender has protected before under these keys
 * @returns null where the tag, the MAC or the padding is wrong
 */
export function openRecord(keys: RecordKeys, record: Uint8Array, sequence: number): Opened | null {
  const header = record.subarray(0, HEADER_BYTES);
  const body = record.subarray(HEADER_BYTES);
  try {
    if (keys.kind === 'cbc') return openCbc(keys, header, body, sequence);
    return keys.kind === 'tls13' ? openTls13(keys, header, body, sequence) : openAead12(keys, header, body, sequence);
  } catch {
    return null; // noble throws on a wrong tag and on lengths that cannot be: both mean "does not open"
  }
}

type Aead = Extract<RecordKeys, { key: Uint8Array; iv: Uint8Array }>;

function aead({ cipher, key }: AeadKeys, nonce: Uint8Array, additional: Uint8Array) {
  return cipher === 'gcm' ? gcm(key, nonce, additional) : chacha20poly1305(key, nonce, additional);
}

/** The per-record nonce: the IV XOR the sequence number, RFC 8446 §5.3. */
function maskedNonce(iv: Uint8Array, sequence: number): Uint8Array {
  const number = uintBytes(sequence, iv.length);
  return iv.map((byte, index) => byte ^ (number[index] ?? 0));
}

function openTls13(keys: AeadKeys, header: Uint8Array, body: Uint8Array, sequence: number): Opened | null {
  const plaintext = aead(keys, maskedNonce(keys.iv, sequence), header).decrypt(body);
  const last = plaintext.findLastIndex((byte) => byte !== 0);
  if (last < 0) return null; // RFC 8446 §5.4: a record of zeros only is an unexpected_message
  return { type: plaintext[last] ?? 0, plaintext, contentBytes: last };
}

function openAead12(keys: AeadKeys, header: Uint8Array, body: Uint8Array, sequence: number): Opened | null {
  const explicit = keys.cipher === 'gcm' ? 8 : 0;
  const contentBytes = body.length - explicit - TAG_BYTES;
  if (contentBytes < 0) return null;
  const nonce = explicit ? concat(keys.iv, body.subarray(0, explicit)) : maskedNonce(keys.iv, sequence);
  const additional = concat(uintBytes(sequence, 8), header.subarray(0, 3), uintBytes(contentBytes, 2));
  const plaintext = aead(keys, nonce, additional).decrypt(body.subarray(explicit));
  return { type: header[0] ?? 0, plaintext, contentBytes };
}

/** MAC before or after encryption: RFC 5246 §6.2.3.2, RFC 7366 §3. */
function openCbc(keys: CbcKeys, header: Uint8Array, body: Uint8Array, sequence: number): Opened | null {
  const macBytes = HASHES[keys.mac].outputLen;
  const sealedBytes = body.length - (keys.isEncryptThenMac ? macBytes : 0);
  const sealed = body.subarray(0, sealedBytes);
  if (keys.isEncryptThenMac && !sameBytes(macOf(keys, header, sealed, sequence), body.subarray(sealedBytes)))
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
  if (!keys.isEncryptThenMac && !sameBytes(macOf(keys, header, content, sequence), mac)) return null;
  return { type: header[0] ?? 0, plaintext, contentBytes };
}

function macOf(keys: CbcKeys, header: Uint8Array, content: Uint8Array, sequence: number): Uint8Array {
  const seen = concat(uintBytes(sequence, 8), header.subarray(0, 3), uintBytes(content.length, 2), content);
  return hmac(HASHES[keys.mac], keys.macKey, seen);
}

/**
 * Seals one TLS 1.3 record.
 *
 * @param type content type to protect
 * @param padding zero bytes to add, RFC 8446 §5.4
 * @returns the whole record with its 5-byte header
 */
export function sealTls13(
  keys: AeadKeys,
  type: number,
  content: Uint8Array,
  sequence: number,
  padding = 0,
): Uint8Array {
  const inner = concat(content, uintBytes(type, 1), new Uint8Array(padding));
  const header = concat(Uint8Array.of(23, 3, 3), uintBytes(inner.length + TAG_BYTES, 2));
  return concat(header, aead(keys, maskedNonce(keys.iv, sequence), header).encrypt(inner));
}
