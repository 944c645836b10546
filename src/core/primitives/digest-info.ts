import { OID } from '../asn1/oids.ts';
import { NULL, octetString, oid, sequence } from '../asn1/write.ts';
import { HASHES } from './hash.ts';
import type { HashName } from './primitives.ts';

/** Hashes that a DigestInfo can name here. */
const OIDS = {
  MD5: OID['id-md5'],
  SHA: OID['id-sha1'],
  SHA224: OID['id-sha224'],
  SHA256: OID['id-sha256'],
  SHA384: OID['id-sha384'],
  SHA512: OID['id-sha512'],
} as const satisfies Record<HashName, string>;

/**
 * DigestInfo of a message as DER, RFC 8017 §9.2.
 *
 * @param parameters what the hash's AlgorithmIdentifier carries: NULL, as the RFC wants it, or nothing, as some sign
 */
export function digestInfo(hash: HashName, message: Uint8Array, parameters: 'NULL' | 'absent' = 'NULL'): Uint8Array {
  const algorithm = parameters === 'NULL' ? sequence(oid(OIDS[hash]), NULL) : sequence(oid(OIDS[hash]));
  return sequence(algorithm, octetString(HASHES[hash].digest(message)));
}
