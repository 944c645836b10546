/** ECDSA and Ed25519 signatures. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';

/** The curves we compute on. */
const CURVES: ReadonlyMap<string, typeof p256> = new Map([
  ['secp256r1', p256],
  ['secp384r1', p384],
  ['secp521r1', p521],
]);

/**
 * @param curve its registered name, `secp256r1`
 * @param key a point, as SEC 1 §2.3.3 writes it
 * @param digest hash of what was signed
 * @param signature ECDSA-Sig-Value, DER (RFC 3279 §2.2.3)
 * @returns null where we do not compute on the curve
 */
export function ecdsaHolds(curve: string, key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean | null {
  const known = CURVES.get(curve);
  if (!known) return null;
  return answerOf(() => known.verify(signature, digest, key, { prehash: false, lowS: false, format: 'der' }));
}

/** Whether bytes are a point of a curve, as SEC 1 §2.3.3 writes it; null where we do not compute on the curve. */
export function isPoint(curve: string, key: Uint8Array): boolean | null {
  const known = CURVES.get(curve);
  if (!known) return null;
  return answerOf(() => {
    known.Point.fromBytes(key).assertValidity();
    return true;
  });
}

/**
 * Ed25519, RFC 8032 §5.1.7.
 *
 * @param key 32 bytes
 * @param points whether a point may be written in a form that RFC 8032 refuses and ZIP 215 takes
 */
export function ed25519Holds(
  key: Uint8Array,
  content: Uint8Array,
  signature: Uint8Array,
  points: 'RFC 8032' | 'ZIP 215',
): boolean {
  return answerOf(() => ed25519.verify(signature, content, key, { zip215: points === 'ZIP 215' }));
}

/** noble throws on bytes that are no point or no signature: that is a signature which does not fit. */
function answerOf(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
