/** The elliptic curves on which keys are made and sign, and what goes with each. */
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { OID, oidName } from '../../asn1/oids.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Hash } from '../../primitives/primitives.ts';

export interface Curve {
  readonly oid: string;
  readonly group: typeof p256;
  /** the hash as long as the curve, with which its keys sign (RFC 5480 section 4) */
  readonly hash: Hash;
  readonly signatureOid: string;
  /** code point of the only scheme of TLS 1.3 for such a key (RFC 8446 section 4.2.3) */
  readonly scheme: number;
}

const CURVES: Readonly<Record<string, Curve>> = {
  secp256r1: {
    ...{ oid: OID.secp256r1, group: p256, hash: HASHES.SHA256 },
    ...{ signatureOid: OID['ecdsa-with-SHA256'], scheme: 0x0403 },
  },
  secp384r1: {
    ...{ oid: OID.secp384r1, group: p384, hash: HASHES.SHA384 },
    ...{ signatureOid: OID['ecdsa-with-SHA384'], scheme: 0x0503 },
  },
  secp521r1: {
    ...{ oid: OID.secp521r1, group: p521, hash: HASHES.SHA512 },
    ...{ signatureOid: OID['ecdsa-with-SHA512'], scheme: 0x0603 },
  },
};

/** A curve by its dotted number; null for one that we do not compute on. */
export function curveByOid(dotted: string): Curve | null {
  const name = oidName(dotted);
  return Object.hasOwn(CURVES, name) ? (CURVES[name] ?? null) : null;
}
