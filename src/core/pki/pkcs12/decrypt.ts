/** Opens one box of a PKCS#12 file: PBES2, or one of the two old ciphers that Windows and old Javas still write. */
import { OID } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import type { Result } from '../../bytes/result.ts';
import { NOBLE_HASHES } from '../../primitives/hash.ts';
import { Malformed } from '../der/read.ts';
import { smallInteger } from '../der/values.ts';
import { rc2Decrypt } from '../keys/forge.ts';
import {
  CIPHERS,
  decryptPbes2,
  opened,
  otherCipher,
  type Cipher,
  type PassphraseError,
  type Work,
} from '../keys/pbes2.ts';
import type { Algorithm } from '../keys/public-key.ts';
import { derive, DERIVED, secretOf } from './derive.ts';

/** RFC 7292 appendix C */
const OLD: ReadonlyMap<string, Cipher | undefined> = new Map([
  [OID['pbeWithSHAAnd3-KeyTripleDES-CBC'], CIPHERS['des-EDE3-CBC']],
  [OID['pbeWithSHAAnd40BitRC2-CBC'], { keyBytes: 5, blockBytes: 8, decrypt: rc2Decrypt }],
]);

/** @param work is spent on the passphrase; throws what `working` catches */
export function decryptBox(
  algorithm: Algorithm,
  ciphertext: Uint8Array,
  passphrase: string,
  work: Work,
): Result<Uint8Array, PassphraseError> {
  const { oid, parameters } = algorithm;
  if (oid === OID.PBES2) return decryptPbes2(algorithm, ciphertext, passphrase, work);
  const cipher = OLD.get(oid);
  if (!cipher) return otherCipher(oid);
  if (parameters?.tag !== TAG.sequence) throw new Malformed('The encryption has no parameters.');
  const reader = parameters.inside();
  const salt = reader.read('the salt', TAG.octetString).body;
  const iterations = smallInteger(reader.read('the number of rounds', TAG.integer), 'The number of rounds');
  const derivation = { hash: NOBLE_HASHES.SHA, salt, iterations };
  const secret = secretOf(passphrase);
  const key = derive(derivation, secret, DERIVED.key, cipher.keyBytes, work);
  return opened(cipher, key, derive(derivation, secret, DERIVED.iv, cipher.blockBytes, work), ciphertext);
}
