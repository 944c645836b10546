/** Which signatures fit which keys. RFC 8446 §4.2.3 */
import type { PublicKey } from '../../../asn1/certificate.ts';
import { isA, readDer } from '../../../asn1/der.ts';
import { oidText } from '../../../asn1/oid.ts';
import { OID } from '../../../asn1/oids.ts';
import { contentOf } from '../../../asn1/value.ts';
import { Reader } from '../../../bytes/reader.ts';

interface Fit {
  readonly algorithm: string;
  /** curve of the key, or the hash that its parameters must allow */
  readonly curve?: string;
  readonly hash?: string;
}

const ecdsa = (curve: string): Fit => ({ algorithm: OID['id-ecPublicKey'], curve });
const pss = (hash: string): Fit => ({ algorithm: OID['rsassa-pss'], hash });
const RSAE: Fit = { algorithm: OID.rsaEncryption };

/** The schemes a server may prove itself with, best liked first, and the key that each needs. */
const PROOFS: ReadonlyMap<number, Fit> = new Map([
  [0x0403, ecdsa(OID.secp256r1)],
  [0x0503, ecdsa(OID.secp384r1)],
  [0x0603, ecdsa(OID.secp521r1)],
  [0x0807, { algorithm: OID['id-Ed25519'] }],
  [0x0804, RSAE],
  [0x0805, RSAE],
  [0x0806, RSAE],
  [0x0809, pss(OID['id-sha256'])],
  [0x080a, pss(OID['id-sha384'])],
  [0x080b, pss(OID['id-sha512'])],
]);

/** All that the hello offers: those of PKCS#1 are for signatures inside certificates only. */
export const OFFERED_SCHEMES: readonly number[] = [...PROOFS.keys(), 0x0401, 0x0501, 0x0601];

/** Whether a server may prove itself with this scheme. */
export const mayProve = (scheme: number): boolean => PROOFS.has(scheme);

/** The schemes for proofs with a key; none for a kind of key we cannot compute with. */
export const schemesFor = (key: PublicKey): readonly number[] =>
  [...PROOFS].filter(([, fit]) => fits(key, fit)).map(([scheme]) => scheme);

function fits(key: PublicKey, { algorithm, curve, hash }: Fit): boolean {
  if (key.algorithm !== algorithm || (curve !== undefined && key.curve !== curve)) return false;
  return hash === undefined || allowsHash(key, hash);
}

/**
 * Whether the parameters of an RSASSA-PSS key allow a hash: where they are present, the signature must have the same.
 *
 * @see RFC 4055 §3.1
 */
function allowsHash({ spki }: PublicKey, hash: string): boolean {
  const [info] = readDer(new Reader(spki));
  const [, parameters] = info?.children[0]?.children ?? [];
  if (!isA(parameters, 16)) return true;
  const explicit = parameters.children.find(({ tagClass, tag }) => tagClass === 'context' && tag === 0);
  const [oid] = explicit?.children[0]?.children ?? [];
  return isA(oid, 6) && oidText(contentOf(oid, spki)) === hash; // without it: SHA-1, which no scheme has
}
