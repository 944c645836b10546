import { fromHex } from '../../bytes/hex.ts';
import { toPem } from '../../bytes/pem.ts';
import { bitString, integer, NULL, octetString, oid, sequence } from '../der/write.ts';
import { OID } from '../oids.ts';
import { randomBytes } from './forge.ts';
import { inverse, randomPrime } from './prime.ts';

/** Both halves as PEM: SubjectPublicKeyInfo and PKCS#8. */
export interface KeyPairPem {
  readonly publicKey: string;
  readonly privateKey: string;
}

const EXPONENT = 65_537n;
const ALGORITHM = sequence(oid(OID.rsaEncryption), NULL);

/**
 * Makes an RSA key pair. Where the platform has native key generation (Node, a browser's secure context) it is used;
 * elsewhere, as on plain http in a classroom, the primes are searched here, and this blocks: run it in a Worker.
 *
 * @param onCandidate told how many numbers have been tested for being prime so far; never called by native code
 */
export async function generateKey(
  { bits = 2048 }: { readonly bits?: 2048 | 3072 | 4096 } = {},
  onCandidate?: (count: number) => void,
): Promise<KeyPairPem> {
  return (await nativeKey(bits)) ?? searchedKey(bits, onCandidate);
}

/** A key from WebCrypto, or null where a page has none. */
async function nativeKey(bits: number): Promise<KeyPairPem | null> {
  // The one place of the core that asks for the platform: RSA in native code is worth it, and the result is only a key.
  const subtle = (globalThis as { crypto?: { subtle?: SubtleCrypto } }).crypto?.subtle;
  if (subtle === undefined) return null;
  const publicExponent = Uint8Array.of(1, 0, 1);
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: bits, publicExponent, hash: 'SHA-256' };
  const pair = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const publicKey = new Uint8Array(await subtle.exportKey('spki', pair.publicKey));
  const privateKey = new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey));
  return { publicKey: toPem('PUBLIC KEY', publicKey), privateKey: toPem('PRIVATE KEY', privateKey) };
}

/** A key whose primes are searched in JavaScript: about a second for 2048 bits. */
export function searchedKey(bits: number, onCandidate?: (count: number) => void): KeyPairPem {
  let count = 0;
  const search = { random: randomBytes, onCandidate: () => onCandidate?.(++count) };
  const one = randomPrime(bits / 2, EXPONENT, search);
  let other = randomPrime(bits / 2, EXPONENT, search);
  // FIPS 186-5 appendix A.1.3: primes close to each other could be found by Fermat's factoring.
  while (distance(one, other) >> BigInt(bits / 2 - 100) === 0n) other = randomPrime(bits / 2, EXPONENT, search);
  return encoded(one > other ? [one, other] : [other, one]);
}

function distance(one: bigint, other: bigint): bigint {
  return one > other ? one - other : other - one;
}

/** RSAPrivateKey of RFC 8017 appendix A.1.2 inside PKCS#8 (RFC 5208). */
function encoded([p, q]: readonly [bigint, bigint]): KeyPairPem {
  const modulus = p * q;
  const d = inverse(EXPONENT, lcm(p - 1n, q - 1n));
  const numbers = [modulus, EXPONENT, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)];
  const secret = sequence(integer(0), ...numbers.map(bigInteger));
  const shared = sequence(bigInteger(modulus), bigInteger(EXPONENT));
  return {
    publicKey: toPem('PUBLIC KEY', sequence(ALGORITHM, bitString(shared))),
    privateKey: toPem('PRIVATE KEY', sequence(integer(0), ALGORITHM, octetString(secret))),
  };
}

function lcm(one: bigint, other: bigint): bigint {
  let [a, b] = [one, other];
  while (b !== 0n) [a, b] = [b, a % b];
  return (one / a) * other;
}

function bigInteger(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const bytes = fromHex(digits.padStart(digits.length + (digits.length % 2), '0'));
  return integer(bytes.ok ? bytes.value : new Uint8Array(1));
}
