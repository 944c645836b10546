/** Parts that certificates, requests, lists and keys share, as they are shown. */
import { OID, oidName } from '../../asn1/oids.ts';
import { isoTime } from '../../asn1/time.ts';
import { TAG } from '../../asn1/tag.ts';
import { colonHex } from '../../bytes/hex.ts';
import { onlyElement, reading } from '../der/read.ts';
import { accessDescriptions, distributionPoints, fullNames } from '../explain/distribution-point.ts';
import { keyBits, keyKind, rsaOf, type Algorithm, type PublicKey } from '../keys/public-key.ts';
import { generalName, generalNameText, type GeneralName } from '../names/general-name.ts';
import { addressText } from '../names/address.ts';
import type { Name } from '../names/name.ts';
import { crlNumberIn } from '../x509/crl.ts';
import * as ext from '../x509/extensions.ts';
import { branch, line, type Shown } from './tree.ts';
import { context } from '../../asn1/tag.ts';

export const algorithmName = ({ oid }: Algorithm): string => oidName(oid).replace(/^id-/, '');

export function keyTree(name: string, key: PublicKey): Shown {
  const bits = keyBits(key);
  const rsa = rsaOf(key);
  const numbers = rsa
    ? [line('modulus', `0x${rsa.modulus.toString(16)}`), line('exponent', String(rsa.exponent))]
    : [line('bytes', colonHex(key.key))];
  return branch(name, numbers, `${keyKind(key)}${bits === null ? '' : `, ${bits} bits`}`);
}

/** Each extension by its name, with what it says; what cannot be read says so. */
export function extensionTrees(extensions: readonly ext.Extension[], issuer: Name | null): Shown[] {
  if (extensions.length === 0) return [];
  return [
    branch(
      'Extensions',
      extensions.map((extension) => extensionTree(extension, issuer)),
    ),
  ];
}

function extensionTree(extension: ext.Extension, issuer: Name | null): Shown {
  const name = `${oidName(extension.oid)}${extension.isCritical ? ' (critical)' : ''}`;
  const said = reading(() => meaning(extension, issuer));
  if (!said.ok) return line(name, `damaged. ${said.error.why}`);
  if (said.value === null) return line(name, colonHex(extension.value));
  return branch(
    name,
    said.value.map((text) => line('', text)),
  );
}

/** Lines of text; null for an extension that we do not know. */
function meaning(extension: ext.Extension, issuer: Name | null): readonly string[] | null {
  const { value } = extension;
  switch (extension.oid) {
    case OID.basicConstraints: {
      const { isAuthority, pathLength } = ext.basicConstraints(extension);
      return [`CA:${isAuthority ? 'TRUE' : 'FALSE'}${pathLength === null ? '' : `, pathlen:${pathLength}`}`];
    }
    case OID.keyUsage:
      return [ext.keyUsage(extension).join(', ')];
    case OID.extKeyUsage:
      return [ext.extendedKeyUsage(extension).map(oidName).join(', ')];
    case OID.subjectKeyIdentifier:
      return [colonHex(ext.subjectKeyIdentifier(extension))];
    case OID.authorityKeyIdentifier: {
      const identifier = ext.authorityKeyIdentifier(extension);
      return [identifier ? colonHex(identifier) : colonHex(value)];
    }
    case OID.subjectAltName:
    case OID.issuerAltName:
      return ext.alternativeNames(extension).map(generalNameText);
    case OID.nameConstraints:
      return constraintLines(value);
    case OID.cRLDistributionPoints:
      return distributionPoints(extension).flatMap(({ name }) =>
        name && issuer ? fullNames(name, issuer).map(generalNameText) : ['without a name'],
      );
    case OID.cRLNumber:
      return [String(crlNumberIn(extension))];
    case OID.authorityInfoAccess:
      return accessDescriptions(extension).map(({ way, place }) => `${oidName(way)}: ${generalNameText(place)}`);
    default:
      return null;
  }
}

function constraintLines(value: Uint8Array): string[] {
  const reader = onlyElement(value, 'nameConstraints', TAG.sequence).inside();
  return (['permitted', 'excluded'] as const).flatMap((kind, number) => {
    const list = reader.optional(kind, context(number, 'constructed'));
    if (list === null) return [];
    return list
      .inside()
      .all(kind, 5000, TAG.sequence)
      .map((subtree) => `${kind} ${subtreeText(generalName(subtree.inside().read('a name')))}`);
  });
}

/** In constraints an address has a mask behind it. */
function subtreeText(name: GeneralName): string {
  if (name.kind !== 'IP') return generalNameText(name);
  const half = name.bytes.length / 2;
  const [base, mask] = [addressText(name.bytes.subarray(0, half)), addressText(name.bytes.subarray(half))];
  return base === null || mask === null ? generalNameText(name) : `IP:${base}/${mask}`;
}

export const validityTree = (notBefore: number, notAfter: number): Shown =>
  branch('Validity', [line('not before', isoTime(notBefore)), line('not after', isoTime(notAfter))]);

export const signatureTree = (algorithm: Algorithm, signature: Uint8Array): Shown =>
  branch('Signature', [line('bytes', colonHex(signature))], algorithmName(algorithm));
