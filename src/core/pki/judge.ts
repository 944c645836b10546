/** Who signed whom, and what belongs together. Whether a certificate is to be trusted, `explain.ts` says. */
import { sameBytes } from '../bytes/reader.ts';
import { fromPem, blockKind } from '../bytes/pem.ts';
import { done, type Result } from '../bytes/result.ts';
import { reading } from './der/read.ts';
import { certificateFrom, publicKeyFrom, requestFrom, type InputError } from './input.ts';
import { readPrivateKey } from './keys/private-key.ts';
import { isSameKey, type PublicKey } from './keys/public-key.ts';
import { checkSignature, type Verdict } from './keys/signature.ts';
import { nameText } from './names/name-text.ts';
import type { Certificate } from './x509/certificate.ts';

export type { Verdict };

const no = (why: string): Verdict => ({ holds: false, why });
const yes = (why: string): Verdict => ({ holds: true, why });

/** Whether the key of `issuer` signed `certificate`, and its name stands there as the issuer. Both PEM. */
export function signedBy(certificate: string, issuer: string): Verdict {
  const leaf = certificateFrom(certificate);
  if (!leaf.ok) return no(leaf.error.why);
  const ca = certificateFrom(issuer);
  if (!ca.ok) return no(`The issuer: ${ca.error.why}`);
  if (!sameBytes(leaf.value.issuer.der, ca.value.subject.der)) {
    return no(`It names another issuer: ${nameText(leaf.value.issuer)}.`);
  }
  return signatureBy(leaf.value, ca.value.publicKey);
}

function signatureBy(certificate: Certificate, key: PublicKey): Verdict {
  const { algorithm, signed, signature } = certificate;
  const verdict = reading(() => checkSignature(key, algorithm, signed, signature));
  return verdict.ok ? verdict.value : no(`The issuer's key is damaged. ${verdict.error.why}`);
}

/** Whether a key belongs to a certificate or request: the same public key is in both. All PEM. */
export function keyFits(options: {
  readonly privateKey?: string;
  readonly publicKey?: string;
  readonly certificate: string;
}): Verdict {
  const owner = ownerKey(options.certificate);
  if (!owner.ok) return no(owner.error.why);
  const key = givenKey(options.privateKey, options.publicKey);
  if (!key.ok) return no(key.error.why);
  return isSameKey(owner.value, key.value)
    ? yes('The key and the certificate hold the same public key.')
    : no('This key does not belong to this certificate: their public keys differ.');
}

function ownerKey(pem: string): Result<PublicKey, InputError> {
  const blocks = fromPem(pem);
  const isRequest = blocks.ok && blocks.value.every((block) => blockKind(block) === 'request');
  const owner = isRequest ? requestFrom(pem) : certificateFrom(pem);
  return owner.ok ? done(owner.value.publicKey) : owner;
}

function givenKey(privateKey = '', publicKey?: string): Result<PublicKey> {
  if (publicKey !== undefined) return publicKeyFrom(publicKey);
  const key = readPrivateKey(privateKey);
  return key.ok ? done(key.value.publicKey) : key;
}
