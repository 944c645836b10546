/** RSA signatures checked with big integers. Only public numbers pass here, so time does not matter. */
import { isA, readDer } from '../../asn1/der.ts';
import { contentOf } from '../../asn1/value.ts';
import { toHex } from '../../bytes/hex.ts';
import { concat, Reader, sameBytes, uintBytes } from '../../bytes/reader.ts';
import type { HashFunction } from '../../signature/hash.ts';

interface RsaKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
  readonly bits: number;
}

const MAX_BITS = 16_384;
const MAX_EXPONENT_BITS = 64;

const toBig = (bytes: Uint8Array): bigint => BigInt('0x' + (toHex(bytes) || '0'));

/** An RSAPublicKey (DER), RFC 8017 §A.1.1; null where it is none, or too large to compute with. */
function readKey(der: Uint8Array): RsaKey | null {
  const [sequence] = readDer(new Reader(der));
  const [n, e] = sequence?.children ?? [];
  if (!isA(n, 2) || !isA(e, 2)) return null;
  const modulus = toBig(contentOf(n, der));
  const exponent = toBig(contentOf(e, der));
  const bits = modulus.toString(2).length;
  if (bits > MAX_BITS || bits < 512 || exponent.toString(2).length > MAX_EXPONENT_BITS) return null;
  return { modulus, exponent, bits };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}

/** A number as `length` big-endian bytes; null where it needs more. */
function bigBytes(number: bigint, length: number): Uint8Array | null {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let rest = number;
  let at = length;
  for (; at >= 8; at -= 8, rest >>= 64n) view.setBigUint64(at - 8, BigInt.asUintN(64, rest));
  for (; at > 0; at -= 1, rest >>= 8n) view.setUint8(at - 1, Number(rest & 0xffn));
  return rest === 0n ? bytes : null;
}

/** signature^e mod n as `length` bytes, RFC 8017 §5.2.2; null where the signature is out of range. */
function recovered({ modulus, exponent }: RsaKey, signature: Uint8Array, length: number): Uint8Array | null {
  const number = toBig(signature);
  if (number >= modulus) return null;
  return bigBytes(power(number, exponent, modulus), length);
}

/**
 * RSASSA-PKCS1-v1_5, RFC 8017 §8.2.2.
 *
 * @param digestInfo DER prefix and digest; in TLS 1.0 and 1.1 the bare MD5 and SHA-1
 */
export function verifyPkcs1(key: Uint8Array, digestInfo: Uint8Array, signature: Uint8Array): boolean | null {
  const rsa = readKey(key);
  if (!rsa) return null;
  const length = Math.ceil(rsa.bits / 8);
  const message = signature.length === length ? recovered(rsa, signature, length) : null;
  const fill = length - digestInfo.length - 3;
  if (!message || fill < 8) return false;
  return sameBytes(message, concat(Uint8Array.of(0, 1), new Uint8Array(fill).fill(0xff), Uint8Array.of(0), digestInfo));
}

/** RSASSA-PSS with MGF1 and a salt as long as the hash, RFC 8017 §8.1.2 and §9.1.2, RFC 8446 §4.2.3. */
export function verifyPss(
  key: Uint8Array,
  hash: HashFunction,
  content: Uint8Array,
  signature: Uint8Array,
): boolean | null {
  const rsa = readKey(key);
  if (!rsa) return null;
  const encodedBits = rsa.bits - 1;
  const length = Math.ceil(encodedBits / 8);
  const hashBytes = hash.outputLen;
  const isWhole = signature.length === Math.ceil(rsa.bits / 8);
  const message = isWhole ? recovered(rsa, signature, length) : null;
  const maskBytes = length - hashBytes - 1;
  if (!message || message.at(-1) !== 0xbc || maskBytes < hashBytes + 1) return false;
  const digest = message.subarray(maskBytes, length - 1);
  const mask = mgf1(hash, digest, maskBytes);
  const block = message.subarray(0, maskBytes).map((byte, index) => byte ^ (mask[index] ?? 0));
  const unused = length * 8 - encodedBits;
  const [first = 0] = block;
  const [sent = 0] = message;
  if (sent >> (8 - unused) !== 0) return false;
  block.set([first & (0xff >> unused)]);
  const salt = block.subarray(maskBytes - hashBytes);
  const fill = concat(new Uint8Array(maskBytes - hashBytes - 1), Uint8Array.of(1));
  if (!sameBytes(block.subarray(0, maskBytes - hashBytes), fill)) return false;
  return sameBytes(digest, hash(concat(new Uint8Array(8), hash(content), salt)));
}

function mgf1(hash: HashFunction, seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / hash.outputLen) }, (_, counter) =>
    hash(concat(seed, uintBytes(counter, 4))),
  );
  return concat(...blocks).subarray(0, length);
}
