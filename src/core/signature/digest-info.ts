import { OID } from '../asn1/oids.ts';
import { NULL, octetString, oid, sequence } from '../asn1/write.ts';
import { HASHES, type HashName } from './hash.ts';

/** Hashes that a DigestInfo can name here. */
const OIDS = {
  MD5: OID['id-md5'],
  SHA: OID['id-sha1'],
  SHA224: OID['id-sha224'],
  SHA256: OID['id-sha256'],
  SHA384: OID['id-sha384'],
  SHA512: OID['id-sha512'],
} as const satisfies Partial<Record<HashName, string>>;

export type SignatureHash = keyof typeof OIDS;

/**
 * DigestInfo of a message as DER, RFC 8017 §9.2.
 *
 * @param parameters what the hash's AlgorithmIdentifier carries: NULL, as the RFC wants it, or nothing, as some sign
 */
export function digestInfo(
  hash: SignatureHash,
  message: Uint8Array,
  parameters: 'NULL' | 'absent' = 'NULL',
): Uint8Array {
  const algorithm = parameters === 'NULL' ? sequence(oid(OIDS[hash]), NULL) : sequence(oid(OIDS[hash]));
  return sequence(algorithm, octetString(HASHES[hash](message)));
}
