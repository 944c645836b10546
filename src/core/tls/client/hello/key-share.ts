/** Key shares: a fresh key of a group, and the secret that two of them agree on. RFC 8446 §4.2.8 */
import { x25519 } from '@noble/curves/ed25519.js';
import { p256, p384 } from '@noble/curves/nist.js';
import type { Chance, GroupName } from '../options.ts';

export const GROUP_CODES = {
  x25519: 0x001d,
  secp256r1: 0x0017,
  secp384r1: 0x0018,
} as const satisfies Record<GroupName, number>;

/** Of the NIST curves: a key is made of half as many bytes again as the order has, so that no key is likelier. */
const CURVES = {
  secp256r1: { curve: p256, seedBytes: 48 },
  secp384r1: { curve: p384, seedBytes: 72 },
} as const;

export interface Share {
  readonly group: GroupName;
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

export function newShare(group: GroupName, { random }: Chance): Share {
  if (group === 'x25519') {
    const { secretKey, publicKey } = x25519.keygen(random(32));
    return { group, secret: secretKey, public: publicKey };
  }
  const { curve, seedBytes } = CURVES[group];
  const { secretKey } = curve.keygen(random(seedBytes));
  return { group, secret: secretKey, public: curve.getPublicKey(secretKey, false) };
}

/**
 * The shared secret, RFC 8446 §7.4.2.
 *
 * @returns null for a public key that is not one of the group
 */
export function sharedSecret({ group, secret }: Share, peer: Uint8Array): Uint8Array | null {
  try {
    if (group === 'x25519') return x25519.getSharedSecret(secret, peer);
    if (peer.at(0) !== 4) return null; // RFC 8446 §4.2.8.2: uncompressed only
    return CURVES[group].curve.getSharedSecret(secret, peer).subarray(1);
  } catch {
    return null; // noble throws on points off the curve and on the all-zero result
  }
}
