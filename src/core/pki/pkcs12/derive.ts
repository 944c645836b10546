/** The key derivation of PKCS#12 itself (RFC 7292 appendix B.2): for its integrity check, and for its old ciphers. */
import { concat } from '../../bytes/reader.ts';
import type { HashFunction } from '../../primitives/hash.ts';
import type { Work } from '../keys/pbes2.ts';

/** What the bytes are for; B.3. */
export const DERIVED = { key: 1, iv: 2, mac: 3 } as const;

export interface Derivation {
  readonly hash: HashFunction;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/**
 * @param secret of {@link secretOf}
 * @param work pays for the rounds
 */
export function derive(
  { hash, salt, iterations }: Derivation,
  secret: Uint8Array,
  purpose: (typeof DERIVED)[keyof typeof DERIVED],
  bytes: number,
  work: Work,
): Uint8Array {
  const { blockLen, outputLen } = hash;
  const blocks = Math.ceil(bytes / outputLen);
  work.spend(iterations * blocks);
  const diversifier = new Uint8Array(blockLen).fill(purpose);
  let input = concat(filled(salt, blockLen), filled(secret, blockLen));
  const output: Uint8Array[] = [];
  for (let block = 0; block < blocks; block++) {
    let digest = hash(concat(diversifier, input));
    for (let round = 1; round < iterations; round++) digest = hash(digest);
    output.push(digest);
    input = added(input, filled(digest, blockLen).subarray(0, blockLen));
  }
  return concat(...output).subarray(0, bytes);
}

/** A passphrase as PKCS#12 takes it: UTF-16, most significant byte first, with two zero bytes at its end. */
export function secretOf(passphrase: string): Uint8Array {
  return concat(utf16(passphrase), new Uint8Array(2));
}

/** BMPString contents. */
export function utf16(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length * 2 }, (_, at) => {
    const unit = text.charCodeAt(at >> 1);
    return at % 2 === 0 ? unit >> 8 : unit & 0xff;
  });
}

/** Repeated until whole blocks are full; nothing stays nothing. */
function filled(bytes: Uint8Array, block: number): Uint8Array {
  const length = block * Math.ceil(bytes.length / block);
  return Uint8Array.from({ length }, (_, at) => bytes[at % bytes.length] ?? 0);
}

/** Every block of `input` plus `addend` plus one, as big numbers; what is carried out of a block is lost. */
function added(input: Uint8Array, addend: Uint8Array): Uint8Array<ArrayBuffer> {
  const sum = Uint8Array.from(input);
  for (let end = sum.length; end > 0; end -= addend.length) {
    let carry = 1;
    for (let back = 1; back <= addend.length; back++) {
      carry += (sum[end - back] ?? 0) + (addend.at(-back) ?? 0);
      sum[end - back] = carry & 0xff;
      carry >>= 8;
    }
  }
  return sum;
}
