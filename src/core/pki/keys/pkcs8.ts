/** PrivateKeyInfo, PKCS#8: a private key with the name of its algorithm (RFC 5208, 5958). */
import { TAG } from '../../asn1/tag.ts';
import { integer, octetString, sequence } from '../../asn1/write.ts';
import { Malformed, onlyElement } from '../der/read.ts';
import { smallInteger } from '../der/values.ts';
import { readAlgorithm, type Algorithm } from './public-key.ts';

export interface PrivateKeyInfo {
  readonly algorithm: Algorithm;
  /** the key in its algorithm's own form: RSAPrivateKey, ECPrivateKey, CurvePrivateKey */
  readonly key: Uint8Array;
}

/** Reads one; damage throws `Malformed`. Attributes and the public key that may follow are not needed. */
export function readPrivateKeyInfo(der: Uint8Array): PrivateKeyInfo {
  const reader = onlyElement(der, 'a private key', TAG.sequence).inside();
  const version = smallInteger(reader.read('the version', TAG.integer), 'The version');
  if (version > 1) throw new Malformed(`There is no version ${version + 1} of PKCS#8.`);
  const algorithm = readAlgorithm(reader, "the key's algorithm");
  return { algorithm, key: reader.read('the key', TAG.octetString).body };
}

/** @param algorithm AlgorithmIdentifier, DER */
export function buildPrivateKeyInfo(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  return sequence(integer(0), algorithm, octetString(key));
}
