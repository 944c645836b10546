/** Record protection: one record opened or sealed under given keys. RFC 8446 §5.2, RFC 5246 §6.2.3. */
import { concat, uintBytes } from '../../bytes/reader.ts';
import { aead, AEADS, type AeadName } from '../../primitives/aead.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Primitives } from '../../primitives/primitives.ts';
import { PURE } from '../../primitives/pure.ts';
import { BLOCK_BYTES, openCbc, type CbcKeys } from './cbc.ts';
import { openBare, type MacKeys } from './bare.ts';
import { RECORD_HEADER_BYTES } from './framing.ts';
import type { Opened } from './opened.ts';

/** Keys of an AEAD in one direction. `aead12`: in TLS 1.2 all but ChaCha20 carry a part of the nonce in the record. */
export interface AeadKeys {
  readonly kind: 'tls13' | 'aead12';
  readonly cipher: AeadName;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

export type RecordKeys = AeadKeys | CbcKeys | MacKeys;

/** How the protected part of a record is laid out before and after the ciphertext. */
export interface Layout {
  readonly before: { readonly name: string; readonly bytes: number; readonly says: string } | null;
  readonly after: { readonly name: string; readonly bytes: number; readonly says: string } | null;
}

/** The lengths of what stands around the ciphertext. */
export function layoutOf(keys: RecordKeys): Layout {
  const mac = { name: 'MAC', says: 'Proof that nobody changed a bit on the way.' };
  if (keys.kind === 'mac') return { before: null, after: { ...mac, bytes: HASHES[keys.mac].bytes } };
  if (keys.kind !== 'cbc') {
    const { explicitNonceBytes, tagBytes } = AEADS[keys.cipher];
    const tag = { name: 'authentication tag', bytes: tagBytes, says: 'Proof that nobody changed a bit on the way.' };
    const nonce = { name: 'nonce_explicit', bytes: 8, says: 'A number that is never used twice with this key.' };
    return { before: keys.kind === 'aead12' && explicitNonceBytes > 0 ? nonce : null, after: tag };
  }
  const iv = { name: 'IV', bytes: BLOCK_BYTES, says: 'Random start of the chain of blocks.' };
  const after = keys.isEncryptThenMac ? { ...mac, bytes: HASHES[keys.mac].bytes } : null;
  return { before: keys.chainedIv ? null : iv, after };
}

/**
 * Opens one protected record.
 *
 * @param record whole record on the wire: 5-byte header, then the protected bytes
 * @param sequence records the sender has protected before under these keys
 * @returns null where the tag, the MAC or the padding is wrong
 */
export function openRecord(
  keys: RecordKeys,
  record: Uint8Array,
  sequence: number,
  primitives: Primitives,
): Opened | null {
  const header = record.subarray(0, RECORD_HEADER_BYTES);
  const body = record.subarray(RECORD_HEADER_BYTES);
  if (keys.kind === 'mac') return openBare(keys, header, body, sequence, primitives);
  if (keys.kind !== 'cbc') {
    return keys.kind === 'tls13'
      ? openTls13(keys, record, sequence, primitives)
      : openAead12(keys, record, sequence, primitives);
  }
  try {
    return openCbc(keys, header, body, sequence, primitives);
  } catch {
    return null; // noble throws on lengths that cannot be
  }
}

/** The per-record nonce: the IV XOR the sequence number, RFC 8446 §5.3. */
function maskedNonce(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = uintBytes(sequence, iv.length);
  for (let index = 0; index < nonce.length; index++) nonce[index]! ^= iv[index]!;
  return nonce;
}

/** What an AEAD is given to open one record. */
export interface AeadInput {
  readonly nonce: Uint8Array;
  /** authenticated, and not encrypted */
  readonly additional: Uint8Array;
  /** ciphertext, then the tag */
  readonly sealed: Uint8Array;
}

/**
 * RFC 8446 §5.2: the header is authenticated. RFC 5246 §6.2.3.3: number, type, version and length are, and a part of the
 * nonce may stand before the ciphertext.
 *
 * @returns null where the record is too short
 */
export function aeadInput(keys: AeadKeys, record: Uint8Array, sequence: number): AeadInput | null {
  const header = record.subarray(0, RECORD_HEADER_BYTES);
  const body = record.subarray(RECORD_HEADER_BYTES);
  if (keys.kind === 'tls13') return { nonce: maskedNonce(keys.iv, sequence), additional: header, sealed: body };
  const { explicitNonceBytes: explicit, tagBytes } = AEADS[keys.cipher];
  const contentBytes = body.length - explicit - tagBytes;
  if (contentBytes < 0) return null;
  return {
    nonce: explicit ? concat(keys.iv, body.subarray(0, explicit)) : maskedNonce(keys.iv, sequence),
    additional: concat(uintBytes(sequence, 8), header.subarray(0, 3), uintBytes(contentBytes, 2)),
    sealed: body.subarray(explicit),
  };
}

/** The TLSInnerPlaintext of a TLS 1.3 record, as {@link openRecord} opens it; null where the tag is wrong. */
export function openInner13(
  keys: AeadKeys,
  record: Uint8Array,
  sequence: number,
  { open }: Primitives = PURE,
): Uint8Array | null {
  const input = aeadInput(keys, record, sequence);
  return input && open(keys.cipher, keys.key, input.nonce, input.additional, input.sealed);
}

function openTls13(keys: AeadKeys, record: Uint8Array, sequence: number, primitives: Primitives): Opened | null {
  const plaintext = openInner13(keys, record, sequence, primitives);
  if (!plaintext) return null;
  const last = plaintext.findLastIndex((byte) => byte !== 0);
  if (last < 0) return null; // RFC 8446 §5.4: a record of zeros only is an unexpected_message
  return { type: plaintext[last] ?? 0, plaintext, contentBytes: last };
}

function openAead12(keys: AeadKeys, record: Uint8Array, sequence: number, { open }: Primitives): Opened | null {
  const input = aeadInput(keys, record, sequence);
  const plaintext = input && open(keys.cipher, keys.key, input.nonce, input.additional, input.sealed);
  return plaintext && { type: record[0] ?? 0, plaintext, contentBytes: plaintext.length };
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
  const header = concat(Uint8Array.of(23, 3, 3), uintBytes(inner.length + AEADS[keys.cipher].tagBytes, 2));
  return concat(header, aead(keys.cipher, keys.key, maskedNonce(keys.iv, sequence), header).encrypt(inner));
}
