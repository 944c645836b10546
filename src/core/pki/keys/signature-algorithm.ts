/** The signature that goes with a key: what stands in a certificate beside it. */
import { OID } from '../../asn1/oids.ts';
import { NULL, oid, sequence } from '../../asn1/write.ts';
import { curveByOid } from './curves.ts';
import { curveOid, type PublicKey } from './public-key.ts';

/**
 * AlgorithmIdentifier of the signatures that a key makes here, DER: RSASSA-PKCS1-v1_5 with SHA-256, ECDSA with the hash
 * of the curve's size, Ed25519. Only RSA's has parameters, and they are NULL (RFC 4055 section 5, 5758 section 3.2,
 * 8410 section 3).
 *
 * @returns null for a kind of key that signs nothing here
 */
export function signatureAlgorithm(key: PublicKey): Uint8Array | null {
  const kind = key.algorithm.oid;
  if (kind === OID.rsaEncryption) return sequence(oid(OID.sha256WithRSAEncryption), NULL);
  if (kind === OID['id-Ed25519']) return sequence(oid(kind));
  const curve = curveByOid(curveOid(key) ?? '');
  return curve && sequence(oid(curve.signatureOid));
}
