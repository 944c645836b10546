/** Makes RSA key pairs with node-forge. */
import { newRsaKey, searchRsaKey } from './forge.ts';

/** Both halves as PEM: SubjectPublicKeyInfo and PKCS#8. */
export interface KeyPairPem {
  readonly publicKey: string;
  readonly privateKey: string;
}

/**
 * Makes an RSA key pair. Where the platform has native key generation (Node, a browser's secure context) forge uses it;
 * elsewhere, as on plain http in a classroom, it searches the primes in JavaScript, and this blocks: run it in a Worker.
 *
 * @param onCandidate told, while primes are searched, how many numbers have been tested so far at least; never called
 *   by native code
 */
export async function generateKey(
  { bits = 2048 }: { readonly bits?: 2048 | 3072 | 4096 } = {},
  onCandidate?: (count: number) => void,
): Promise<KeyPairPem> {
  return hasNativeKeys() ? newRsaKey(bits) : searchedKey(bits, onCandidate);
}

/** A key whose primes are searched in JavaScript: seconds for 2048 bits. */
export function searchedKey(bits: number, onCandidate?: (count: number) => void): KeyPairPem {
  const search = searchRsaKey(bits);
  let count = 0;
  for (let pair = search(); ; pair = search()) {
    if (pair !== null) return pair;
    onCandidate?.(++count);
  }
}

/** Pages on plain http have no `crypto.subtle`; forge then has nothing native to use. */
function hasNativeKeys(): boolean {
  return (globalThis as { crypto?: { subtle?: unknown } }).crypto?.subtle !== undefined;
}
