/** Makes PKCS#12 files (RFC 7292): a key and its certificates in one encrypted box, for keystores and browsers. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { OID } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { element, explicit, implicit, integer, NULL, octetString, oid, sequence, setOf } from '../../asn1/write.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { NOBLE_HASHES } from '../../primitives/hash.ts';
import { certificatesFrom, type InputError } from '../input.ts';
import { randomBytes } from '../keys/forge.ts';
import { encryptedInfo } from '../keys/locked-key.ts';
import { encryptPbes2, ITERATIONS, Work, type Lock } from '../keys/pbes2.ts';
import { readPrivateKey, type KeyError } from '../keys/private-key.ts';
import { isSameKey } from '../keys/public-key.ts';
import { derive, DERIVED, secretOf, utf16 } from './derive.ts';

export type Pkcs12WriteError = InputError | KeyError | Refusal<'keyMismatch' | 'noPassphrase'>;

/**
 * A PKCS#12 file: the key and all certificates encrypted with AES-256-CBC (PBES2), the whole under HMAC-SHA256, as
 * openssl 3 and Java 17 make and read them.
 *
 * @param options `certificates`: PEM texts, the key's own certificate first. `name`: what keystores call the entry.
 *   `iterations`: rounds for each guess at the passphrase.
 * @returns the file's bytes
 */
export function createPkcs12(options: {
  readonly privateKey: string;
  readonly certificates: readonly string[];
  readonly passphrase: string;
  readonly name?: string;
  readonly iterations?: number;
}): Result<Uint8Array, Pkcs12WriteError> {
  const { passphrase, iterations = ITERATIONS } = options;
  const lock = { passphrase, iterations };
  if (passphrase === '') return refused('noPassphrase', 'A passphrase has at least one character.');
  const key = readPrivateKey(options.privateKey);
  if (!key.ok) return key;
  const certificates = certificatesFrom(options.certificates.join('\n'));
  if (!certificates.ok) return certificates;
  const [leaf] = certificates.value;
  if (leaf === undefined || !isSameKey(leaf.publicKey, key.value.publicKey))
    return refused(
      'keyMismatch',
      'The private key does not belong to the first certificate: their public keys differ.',
    );
  const attributes = attributesOf(sha1(leaf.der), options.name);
  const certBags = certificates.value.map(({ der }, at) => certificateBag(der, at === 0 ? attributes : null));
  const keyBag = bag(OID.pkcs8ShroudedKeyBag, encryptedInfo(key.value.pkcs8, lock), attributes);
  const contents = sequence(encryptedContent(sequence(...certBags), lock), dataContent(sequence(keyBag)));
  return done(sequence(integer(3), dataContent(contents), macOf(contents, lock)));
}

/** ContentInfo with data in clear, RFC 2315 section 7. */
const dataContent = (bytes: Uint8Array): Uint8Array => sequence(oid(OID.data), explicit(0, octetString(bytes)));

/** ContentInfo with EncryptedData, RFC 2315 section 13. */
function encryptedContent(bytes: Uint8Array, lock: Lock): Uint8Array {
  const { algorithm, ciphertext } = encryptPbes2(bytes, lock);
  const info = sequence(oid(OID.data), algorithm, implicit(0, ciphertext));
  return sequence(oid(OID.encryptedData), explicit(0, sequence(integer(0), info)));
}

/** SafeBag, RFC 7292 section 4.2. */
function bag(type: string, value: Uint8Array, attributes: Uint8Array | null): Uint8Array {
  return sequence(oid(type), explicit(0, value), ...(attributes ? [attributes] : []));
}

function certificateBag(der: Uint8Array, attributes: Uint8Array | null): Uint8Array {
  return bag(OID.certBag, sequence(oid(OID.x509Certificate), explicit(0, octetString(der))), attributes);
}

/** What ties a certificate to its key (localKeyId), and a name for people. */
function attributesOf(keyId: Uint8Array, name: string | undefined): Uint8Array {
  const attribute = (type: string, value: Uint8Array) => sequence(oid(type), setOf([value]));
  const named = name === undefined ? [] : [attribute(OID.friendlyName, element(TAG.bmpString, utf16(name)))];
  return setOf([attribute(OID.localKeyId, octetString(keyId)), ...named]);
}

/** MacData, RFC 7292 section 4. */
function macOf(contents: Uint8Array, { passphrase, iterations }: Lock): Uint8Array {
  const salt = randomBytes(16);
  const derivation = { hash: NOBLE_HASHES.SHA256, salt, iterations };
  const key = derive(derivation, secretOf(passphrase), DERIVED.mac, 32, new Work());
  const digest = octetString(hmac(NOBLE_HASHES.SHA256, key, contents));
  return sequence(sequence(sequence(oid(OID['id-sha256']), NULL), digest), octetString(salt), integer(iterations));
}
