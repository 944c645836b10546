/** RSA signatures checked with big integers (RFC 8017). Only public numbers pass here, so time does not matter. */
import { bigBytes, bigFrom } from '../bytes/big.ts';
import { concat, sameBytes, uintBytes } from '../bytes/reader.ts';
import type { Hash } from './primitives.ts';

export interface RsaPublicKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
}

/** Largest modulus that callers should let in, in bits: a bigger one is there to keep us busy. */
export const RSA_BITS = 16_384;

/** Bits of a number, such as a modulus. */
export const bitsOf = (number: bigint): number => number.toString(2).length;

/**
 * RSASSA-PKCS1-v1_5, RFC 8017 §8.2.2. The expected block is built and compared whole, so that no lenient parsing can be
 * fooled.
 *
 * @param contents what may stand at the end of the block, usually one DigestInfo
 */
export function pkcs1Holds(key: RsaPublicKey, contents: readonly Uint8Array[], signature: Uint8Array): boolean {
  const number = recovered(key, signature);
  const block = number === null ? null : bigBytes(number, signature.length);
  return block !== null && contents.some((content) => sameBytes(block, padded(content, block.length)));
}

/** EMSA-PKCS1-v1_5, RFC 8017 §9.2; no bytes where the block is too short for eight of padding. */
function padded(content: Uint8Array, length: number): Uint8Array {
  const fill = length - content.length - 3;
  if (fill < 8) return new Uint8Array(0);
  return concat(Uint8Array.of(0, 1), new Uint8Array(fill).fill(0xff), Uint8Array.of(0), content);
}

/**
 * RSASSA-PSS with MGF1 over the same hash, RFC 8017 §8.1.2 and §9.1.2.
 *
 * @param saltBytes the length that the salt must have
 */
export function pssHolds(
  key: RsaPublicKey,
  hash: Hash,
  saltBytes: number,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  const encodedBits = bitsOf(key.modulus) - 1;
  const length = Math.ceil(encodedBits / 8);
  const number = recovered(key, signature);
  // One bit less than the modulus may be one byte less: a number that needs that byte is none of ours.
  const block = number === null ? null : bigBytes(number, length);
  const maskBytes = length - hash.bytes - 1;
  if (!block || block.at(-1) !== 0xbc || maskBytes < saltBytes + 1) return false;
  const top = 0xff >> (length * 8 - encodedBits);
  if ((block.at(0) ?? 0) > top) return false;
  const digest = block.subarray(maskBytes, length - 1);
  const mask = mgf1(hash, digest, maskBytes);
  const data = block.subarray(0, maskBytes).map((byte, at) => (byte ^ (mask[at] ?? 0)) & (at === 0 ? top : 0xff));
  const saltAt = maskBytes - saltBytes;
  const fill = concat(new Uint8Array(saltAt - 1), Uint8Array.of(1));
  if (!sameBytes(data.subarray(0, saltAt), fill)) return false;
  return sameBytes(digest, hash.digest(concat(new Uint8Array(8), hash.digest(content), data.subarray(saltAt))));
}

/** RFC 8017 §B.2.1 */
function mgf1(hash: Hash, seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / hash.bytes) }, (_, counter) =>
    hash.digest(concat(seed, uintBytes(counter, 4))),
  );
  return concat(...blocks).subarray(0, length);
}

/** RSAVP1, RFC 8017 §5.2.2: signature^e mod n; null where the signature is too long, too short or out of range. */
function recovered({ modulus, exponent }: RsaPublicKey, signature: Uint8Array): bigint | null {
  const number = bigFrom(signature);
  if (signature.length !== Math.ceil(bitsOf(modulus) / 8) || number >= modulus || modulus < 3n) return null;
  return power(number, exponent, modulus);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}
