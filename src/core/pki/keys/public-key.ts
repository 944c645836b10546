/** Public keys of any kind, as SubjectPublicKeyInfo holds them (RFC 5280 section 4.1.2.7). */
import { sha1 } from '@noble/hashes/legacy.js';
import { OID, oidName } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { Reader, sameBytes } from '../../bytes/reader.ts';
import { KEY_KINDS, type KeyKind } from './key-kind.ts';
import { bitsOf, type RsaPublicKey } from '../../primitives/rsa.ts';
import { DerReader, onlyElement, reading, type Element } from '../der/read.ts';
import { bigInteger, bitStringBytes, oidText } from '../der/values.ts';

/** An algorithm and its parameters, as they stand; the parameters' element, or null where there are none. */
export interface Algorithm {
  readonly oid: string;
  readonly parameters: Element | null;
  readonly der: Uint8Array;
}

export interface PublicKey {
  /** SubjectPublicKeyInfo */
  readonly der: Uint8Array;
  readonly algorithm: Algorithm;
  /** content of the BIT STRING */
  readonly key: Uint8Array;
}

/** AlgorithmIdentifier, RFC 5280 section 4.1.1.2. */
export function readAlgorithm(reader: DerReader, what: string): Algorithm {
  const element = reader.read(what, TAG.sequence);
  const inner = element.inside();
  const oid = oidText(inner.read(`the OID of ${what}`, TAG.oid));
  const parameters = inner.isEmpty ? null : inner.read(`the parameters of ${what}`);
  inner.end(what);
  return { oid, parameters, der: element.whole };
}

/** SubjectPublicKeyInfo. */
export function readPublicKey(reader: DerReader): PublicKey {
  const element = reader.read('a public key', TAG.sequence);
  const inner = element.inside();
  const algorithm = readAlgorithm(inner, "the public key's algorithm");
  const key = bitStringBytes(inner.read('the bytes of a public key', TAG.bitString), 'the public key');
  inner.end('A public key');
  return { der: element.whole, algorithm, key };
}

/** Modulus and exponent of an RSA key; null for a key of another kind. */
export function rsaOf(key: PublicKey): RsaPublicKey | null {
  if (key.algorithm.oid !== OID.rsaEncryption && key.algorithm.oid !== OID['rsassa-pss']) return null;
  const reader = onlyElement(key.key, 'an RSA key', TAG.sequence).inside();
  const modulus = bigInteger(reader.read('the modulus', TAG.integer), 'The modulus');
  const exponent = bigInteger(reader.read('the exponent', TAG.integer), 'The exponent');
  reader.end('An RSA key');
  return { modulus, exponent };
}

/** The name of the curve of an elliptic-curve key, or null. */
export function curveOf(key: PublicKey): string | null {
  if (key.algorithm.oid !== OID['id-ecPublicKey']) return null;
  const named = curveOid(key);
  return named === null ? 'unknown curve' : oidName(named);
}

/** The dotted number of the curve; null for another kind of key, and for a curve that is spelt out. */
export function curveOid({ algorithm: { oid, parameters } }: PublicKey): string | null {
  if (oid !== OID['id-ecPublicKey'] || parameters?.tag !== TAG.oid) return null;
  const named = reading(() => oidText(parameters));
  return named.ok ? named.value : null;
}

/** A SubjectPublicKeyInfo that we have written ourselves. */
export function publicKeyFromDer(der: Uint8Array): PublicKey {
  return readPublicKey(new DerReader(new Reader(der)));
}

const CURVE_BITS: Readonly<Record<string, number>> = {
  ...{ secp192r1: 192, secp224r1: 224, secp256r1: 256, secp384r1: 384, secp521r1: 521, secp256k1: 256 },
  ...{ brainpoolP256r1: 256, brainpoolP384r1: 384, brainpoolP512r1: 512 },
};

/** The size people give a key: bits of an RSA modulus, or of a curve; null where we do not know it. */
export function keyBits(key: PublicKey): number | null {
  const rsa = rsaOf(key);
  if (rsa) return bitsOf(rsa.modulus);
  if (key.algorithm.oid === OID['id-Ed25519']) return 256;
  return CURVE_BITS[curveOf(key) ?? ''] ?? null;
}

/** `RSA`, `EC secp256r1`, `Ed25519`, or the OID. */
export function keyKind(key: PublicKey): string {
  const curve = curveOf(key);
  if (curve) return `EC ${curve}`;
  if (key.algorithm.oid === OID.rsaEncryption) return 'RSA';
  return oidName(key.algorithm.oid).replace('id-', '');
}

/** The kind of key as we make it; null for one that we do not make. */
export function madeKind(key: PublicKey): KeyKind | null {
  const name = keyKind(key);
  const curve = { Ed25519: 'ed25519', 'EC secp256r1': 'p256', 'EC secp384r1': 'p384' }[name];
  const wanted = name === 'RSA' ? `rsa-${keyBits(key)}` : curve;
  return KEY_KINDS.find((known) => known === wanted) ?? null;
}

/** The usual key identifier: SHA-1 of the key's bits (RFC 5280 section 4.2.1.2, method 1). A label, not a proof. */
export function keyIdentifier(key: PublicKey): Uint8Array {
  return sha1(key.key);
}

/** Whether two keys are one. The parameters count: the same point on another curve is another key (CVE-2020-0601). */
export function isSameKey(one: PublicKey, other: PublicKey): boolean {
  return sameBytes(one.key, other.key) && sameBytes(one.algorithm.der, other.algorithm.der);
}
