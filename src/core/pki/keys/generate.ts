/** Makes key pairs: RSA with the platform's own code or node-forge, curves from random bytes. */
import { OID } from '../../asn1/oids.ts';
import { toPem } from '../../bytes/pem.ts';
import { curveByOid, type Curve } from './curves.ts';
import { keyOfSeed, keyOnCurve } from './curve-private.ts';
import { randomBytes, searchRsaKey } from './forge.ts';
import { rsaBitsOf, type KeyKind } from './key-kind.ts';
import { nativeRsaKey } from './native.ts';
import type { PrivateKey } from './private-key.ts';
import { keyOfNumbers } from './rsa-private.ts';

/** Both halves as PEM: SubjectPublicKeyInfo and PKCS#8. */
export interface KeyPairPem {
  readonly publicKey: string;
  readonly privateKey: string;
}

/**
 * Makes a key pair. RSA: where the platform has native key generation (Node, a browser's secure context) it is used;
 * elsewhere, as on plain http in a classroom, forge searches the primes, and this blocks: run it in a Worker.
 * A key on a curve is a random number, there at once everywhere.
 *
 * @param onCandidate told, while primes are searched, how many numbers have been tested so far at least; never called
 *   by native code
 */
export async function generateKey(
  { kind = 'rsa-2048' }: { readonly kind?: KeyKind } = {},
  onCandidate?: (count: number) => void,
): Promise<KeyPairPem> {
  const bits = rsaBitsOf(kind);
  if (bits === null) return pairPem(newCurveKey(kind));
  return (await nativeRsaKey(bits)) ?? searchedKey(bits, onCandidate);
}

function newCurveKey(kind: KeyKind): PrivateKey {
  if (kind === 'ed25519') return keyOfSeed(randomBytes(32));
  const curve = curveByOid(kind === 'p384' ? OID.secp384r1 : OID.secp256r1);
  if (curve === null) throw new Error(`no curve for ${kind}`);
  return keyOnCurve(curve, randomNumber(curve));
}

/** FIPS 186-5 section A.2.1: so many more random bits than the curve has that the remainder favours no number. */
function randomNumber({ group }: Curve): Uint8Array {
  return group.utils.randomSecretKey(randomBytes(group.lengths.seed ?? 0));
}

function pairPem({ publicKey, pkcs8 }: PrivateKey): KeyPairPem {
  return { publicKey: toPem('PUBLIC KEY', publicKey.der), privateKey: toPem('PRIVATE KEY', pkcs8) };
}

/** A key whose primes are searched in JavaScript: seconds for 2048 bits. */
export function searchedKey(bits: number, onCandidate?: (count: number) => void): KeyPairPem {
  const search = searchRsaKey(bits);
  let count = 0;
  for (let pair = search(); ; pair = search()) {
    if (pair !== null) return pairPem(keyOfNumbers(pair));
    onCandidate?.(++count);
  }
}
