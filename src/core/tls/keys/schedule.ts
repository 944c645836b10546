/** The key schedule of TLS 1.3, RFC 8446 §7, and the PRF of TLS 1.2, RFC 5246 §5. */
import { concat, uintBytes } from '../../bytes/reader.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Hash } from '../../primitives/primitives.ts';

/** Labels as bytes, `tls13 ` before each: there are about ten. */
const labels = new Map<string, Uint8Array>();

function labelBytes(label: string): Uint8Array {
  const known = labels.get(label);
  if (known !== undefined) return known;
  const bytes = ascii(`tls13 ${label}`);
  labels.set(label, bytes);
  return bytes;
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/**
 * HKDF-Expand-Label.
 *
 * @param label without the `tls13 ` that goes before it
 * @param context often a transcript hash; may be empty
 * @see RFC 8446 §7.1
 */
export function expandLabel(
  hash: Hash,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = labelBytes(label);
  const info = concat(uintBytes(length, 2), uintBytes(name.length, 1), name, uintBytes(context.length, 1), context);
  return expand(hash, secret, info, length);
}

/** HKDF-Expand, RFC 5869 §2.3. */
function expand(hash: Hash, secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  let block = hash.hmac(secret, concat(info, Uint8Array.of(1)));
  if (length <= block.length) return block.subarray(0, length);
  const blocks = [block];
  for (let bytes = block.length; bytes < length; bytes += block.length) {
    block = hash.hmac(secret, concat(block, info, uintBytes(blocks.length + 1, 1)));
    blocks.push(block);
  }
  return concat(...blocks).subarray(0, length);
}

/** Derive-Secret over a transcript hash, RFC 8446 §7.1. */
export const deriveSecret = (hash: Hash, secret: Uint8Array, label: string, transcript: Uint8Array) =>
  expandLabel(hash, secret, label, transcript, hash.bytes);

/** HKDF-Extract; `null` stands for as many zero bytes as the hash has. */
export const extractSecret = (hash: Hash, salt: Uint8Array | null, input: Uint8Array | null): Uint8Array =>
  hash.hmac(salt ?? new Uint8Array(hash.bytes), input ?? new Uint8Array(hash.bytes)); // RFC 5869 §2.2

export interface TrafficKey {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** The write key and IV of one side, RFC 8446 §7.3. */
export function trafficKey(hash: Hash, secret: Uint8Array, keyBytes: number): TrafficKey {
  const none = new Uint8Array();
  return { key: expandLabel(hash, secret, 'key', none, keyBytes), iv: expandLabel(hash, secret, 'iv', none, 12) };
}

/** The secret after a KeyUpdate, RFC 8446 §7.2. */
export const updatedSecret = (hash: Hash, secret: Uint8Array): Uint8Array =>
  expandLabel(hash, secret, 'traffic upd', new Uint8Array(), hash.bytes);

/** verify_data of a TLS 1.3 Finished, also of a PSK binder. RFC 8446 §4.4.4 */
export function finishedMac(hash: Hash, baseKey: Uint8Array, transcript: Uint8Array): Uint8Array {
  return hash.hmac(expandLabel(hash, baseKey, 'finished', new Uint8Array(), hash.bytes), transcript);
}

/** P_hash, RFC 5246 §5. */
function pHash(hash: Hash, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let a = seed;
  for (let at = 0; at < length;) {
    a = hash.hmac(secret, a);
    const block = hash.hmac(secret, concat(a, seed));
    out.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return out;
}

/**
 * The PRF of TLS 1.2, or the one of 1.0 and 1.1 (MD5 and SHA-1 together) for lower versions.
 *
 * @see RFC 5246 §5, RFC 4346 §5
 */
export function prf(
  version: number,
  hash: Hash,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const full = concat(ascii(label), seed);
  if (version >= 0x0303) return pHash(hash, secret, full, length);
  const half = Math.ceil(secret.length / 2);
  const one = pHash(HASHES.MD5, secret.subarray(0, half), full, length);
  const other = pHash(HASHES.SHA, secret.subarray(secret.length - half), full, length);
  return one.map((byte, index) => byte ^ (other[index] ?? 0));
}

/** The block that the keys of both sides are cut from, RFC 5246 §6.3. `randoms`: the server's, then the client's. */
export const keyBlock12 = (
  version: number,
  hash: Hash,
  master: Uint8Array,
  randoms: Uint8Array,
  length: number,
): Uint8Array => prf(version, hash, master, 'key expansion', randoms, length);
