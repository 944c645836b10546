/** Who signed whom, and whether a certificate is to be trusted: each check on its own, with its reason. */
import { sameBytes } from '../bytes/reader.ts';
import { fromPem, blockKind } from '../bytes/pem.ts';
import { done, type Result } from '../bytes/result.ts';
import { isoTime } from './der/time.ts';
import { reading } from './der/read.ts';
import { certificateFacts } from './facts.ts';
import { certificateFrom, certificatesFrom, publicKeyFrom, requestFrom, type InputError } from './input.ts';
import type { Purpose } from './issue.ts';
import { readPrivateKey } from './keys/private-key.ts';
import { isSameKey, type PublicKey } from './keys/public-key.ts';
import { checkSignature, type Verdict } from './keys/signature.ts';
import { nameText } from './names/name-text.ts';
import type { Certificate } from './x509/certificate.ts';

export type { Verdict };

export interface Check {
  readonly name: 'issuer' | 'signature' | 'authority' | 'validity' | 'purpose';
  readonly holds: boolean;
  readonly why: string;
}

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

/**
 * The checks that a peer makes before it trusts a certificate, all of them, in order.
 *
 * @param options `anchors`: PEM texts of the trusted authorities. `now`: Unix ms.
 * @returns one check each; trusted when all hold. A certificate that cannot be read is refused.
 */
export function trustedFor(options: {
  readonly certificate: string;
  readonly anchors: readonly string[];
  readonly purpose: Purpose;
  readonly now: number;
}): Result<readonly Check[], InputError> {
  const leaf = certificateFrom(options.certificate);
  if (!leaf.ok) return leaf;
  const anchors: Certificate[] = [];
  for (const pem of options.anchors) {
    const read = certificatesFrom(pem);
    if (!read.ok) return read;
    anchors.push(...read.value);
  }
  return reading(() => checksOf(leaf.value, anchors, options));
}

function checksOf(
  leaf: Certificate,
  anchors: readonly Certificate[],
  options: { purpose: Purpose; now: number },
): Check[] {
  const named = anchors.filter((anchor) => sameBytes(anchor.subject.der, leaf.issuer.der));
  const signer = named.find((anchor) => signatureBy(leaf, anchor.publicKey).holds) ?? named[0];
  const check = (name: Check['name'], verdict: Verdict): Check => ({ name, ...verdict });
  return [
    check('issuer', issuerVerdict(leaf, anchors, signer)),
    check('signature', signer ? signatureBy(leaf, signer.publicKey) : no('There is no issuer to check it with.')),
    check('authority', signer ? authorityVerdict(signer) : no('There is no issuer that could be an authority.')),
    check('validity', validityVerdict(leaf, options.now)),
    check('purpose', purposeVerdict(leaf, options.purpose)),
  ];
}

function issuerVerdict(leaf: Certificate, anchors: readonly Certificate[], signer: Certificate | undefined): Verdict {
  const name = nameText(leaf.issuer);
  if (signer) return yes(`A trusted authority has the issuer's name: ${name}.`);
  if (anchors.length === 0) return no('No authority is trusted here, so nobody can be believed.');
  const isSelf = sameBytes(leaf.issuer.der, leaf.subject.der);
  return no(isSelf ? `It is its own issuer, ${name}, and is not trusted.` : `No trusted authority is called ${name}.`);
}

function authorityVerdict(signer: Certificate): Verdict {
  const { isAuthority, keyUsage } = certificateFacts(signer);
  if (!isAuthority) return no('The issuer is no authority: its certificate does not say CA:TRUE.');
  if (keyUsage && !keyUsage.includes('keyCertSign')) return no('The issuer may not sign certificates (keyCertSign).');
  return yes('The issuer is an authority and may sign certificates.');
}

function validityVerdict({ notBefore, notAfter }: Certificate, now: number): Verdict {
  if (now < notBefore) return no(`It is not valid yet: it begins at ${isoTime(notBefore)}.`);
  if (now > notAfter) return no(`It has expired: it ended at ${isoTime(notAfter)}.`);
  return yes(`It is valid until ${isoTime(notAfter)}.`);
}

function purposeVerdict(leaf: Certificate, purpose: Purpose): Verdict {
  const { extendedKeyUsage, keyUsage } = certificateFacts(leaf);
  const wanted = purpose === 'server' ? 'serverAuth' : 'clientAuth';
  if (keyUsage && !keyUsage.includes('digitalSignature'))
    return no('Its key may not sign handshakes (digitalSignature).');
  if (extendedKeyUsage === null) return yes('It names no purpose, so it is good for any.');
  const isFit = extendedKeyUsage.includes(wanted) || extendedKeyUsage.includes('anyExtendedKeyUsage');
  return isFit ? yes(`It is made for ${wanted}.`) : no(`It is made for ${extendedKeyUsage.join(', ')}, not ${wanted}.`);
}
