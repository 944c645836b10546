/** What OpenSSL prints of each extension. */
import { OID, oidName } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { colonHex, toHex } from '../../bytes/hex.ts';
import { KEY_USAGE } from '../../asn1/key-usage.ts';
import { onlyElement } from '../der/read.ts';
import { accessDescriptions, ALL_REASONS, distributionPoints } from '../explain/distribution-point.ts';
import { nameConstraints } from '../explain/name-constraints.ts';
import { addressText } from '../names/address.ts';
import type { GeneralName } from '../names/general-name.ts';
import { crlNumberIn } from '../x509/crl.ts';
import * as ext from '../x509/extensions.ts';
import { NotKnown, slashedName } from './line-parts.ts';

/** Its title, and its lines from the indent of their block on. */
export interface ExtensionLines {
  readonly title: string;
  readonly lines: readonly string[];
}

type Reader = readonly [title: string, read: (extension: ext.Extension) => readonly string[]];

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [OID.basicConstraints, ['X509v3 Basic Constraints', constraints]],
  [OID.keyUsage, ['X509v3 Key Usage', (one) => [ext.keyUsage(one).map(usageWords).join(', ')]]],
  [OID.extKeyUsage, ['X509v3 Extended Key Usage', (one) => [ext.extendedKeyUsage(one).map(purposeWords).join(', ')]]],
  [OID.subjectKeyIdentifier, ['X509v3 Subject Key Identifier', (one) => [upper(ext.subjectKeyIdentifier(one))]]],
  [OID.authorityKeyIdentifier, ['X509v3 Authority Key Identifier', authorityKey]],
  [OID.subjectAltName, ['X509v3 Subject Alternative Name', names]],
  [OID.issuerAltName, ['X509v3 Issuer Alternative Name', names]],
  [OID.nameConstraints, ['X509v3 Name Constraints', subtrees]],
  [OID.cRLDistributionPoints, ['X509v3 CRL Distribution Points', places]],
  [OID.cRLNumber, ['X509v3 CRL Number', crlNumber]],
  [OID.authorityInfoAccess, ['Authority Information Access', access]],
]);

/** @throws NotKnown for an extension that is not among these */
export function extensionLines(extension: ext.Extension): ExtensionLines {
  const found = READERS.get(extension.oid);
  if (found === undefined) throw new NotKnown();
  const [title, read] = found;
  return { title, lines: read(extension) };
}

const upper = (bytes: Uint8Array): string => colonHex(bytes).toUpperCase();

function constraints(extension: ext.Extension): string[] {
  const { isAuthority, pathLength } = ext.basicConstraints(extension);
  return [`CA:${isAuthority ? 'TRUE' : 'FALSE'}${pathLength === null ? '' : `, pathlen:${pathLength}`}`];
}

const USAGES: Readonly<Record<(typeof KEY_USAGE)[number], string>> = {
  digitalSignature: 'Digital Signature',
  nonRepudiation: 'Non Repudiation',
  keyEncipherment: 'Key Encipherment',
  dataEncipherment: 'Data Encipherment',
  keyAgreement: 'Key Agreement',
  keyCertSign: 'Certificate Sign',
  cRLSign: 'CRL Sign',
  encipherOnly: 'Encipher Only',
  decipherOnly: 'Decipher Only',
};
const usageWords = (usage: (typeof KEY_USAGE)[number]): string => USAGES[usage];

const PURPOSES: Readonly<Record<string, string>> = {
  serverAuth: 'TLS Web Server Authentication',
  clientAuth: 'TLS Web Client Authentication',
  codeSigning: 'Code Signing',
  emailProtection: 'E-mail Protection',
  timeStamping: 'Time Stamping',
  OCSPSigning: 'OCSP Signing',
  anyExtendedKeyUsage: 'Any Extended Key Usage',
};

function purposeWords(oid: string): string {
  const words = PURPOSES[oidName(oid).replace(/^id-kp-/, '')];
  if (words === undefined) throw new NotKnown();
  return words;
}

/** OpenSSL gives the issuer's name and number, too, where they stand there. */
function authorityKey(extension: ext.Extension): string[] {
  const reader = onlyElement(extension.value, 'authorityKeyIdentifier', TAG.sequence).inside();
  const identifier = reader.optional('the key identifier', context(0, 'primitive'));
  if (!identifier || !reader.isEmpty) throw new NotKnown();
  return [upper(identifier.body)];
}

function names(extension: ext.Extension): string[] {
  return [ext.alternativeNames(extension).map(nameWords).join(', ')];
}

function nameWords(name: GeneralName): string {
  switch (name.kind) {
    case 'IP':
      return `IP Address:${address(name.bytes)}`;
    case 'directory':
      return `DirName:${slashedName(name.name)}`;
    case 'other':
      throw new NotKnown();
    default:
      if (/[^\x20-\x7e]/.test(name.text)) throw new NotKnown();
      return `${name.kind}:${name.text}`;
  }
}

/** Dotted, or in groups that are never shortened: `FD00:0:0:0:0:0:0:1`. */
function address(bytes: Uint8Array): string {
  if (bytes.length === 4) return addressText(bytes) ?? '';
  if (bytes.length !== 16) throw new NotKnown();
  const groups = toHex(bytes).match(/.{4}/g) ?? [];
  return groups.map((group) => parseInt(group, 16).toString(16).toUpperCase()).join(':');
}

function subtrees(extension: ext.Extension): string[] {
  const { permitted, excluded, hasDepths } = nameConstraints(extension);
  if (hasDepths) throw new NotKnown();
  const list = (title: string, all: readonly GeneralName[]) =>
    all.length === 0 ? [] : [title, ...all.map((one) => `  ${subtree(one)}`)];
  return [...list('Permitted:', permitted), ...list('Excluded:', excluded)];
}

/** Here an address has a mask behind it. */
function subtree(name: GeneralName): string {
  if (name.kind !== 'IP') return nameWords(name);
  const half = name.bytes.length / 2;
  return `IP:${address(name.bytes.subarray(0, half))}/${address(name.bytes.subarray(half))}`;
}

function places(extension: ext.Extension): string[] {
  return distributionPoints(extension).flatMap((point, at) => {
    const { name, reasons, crlIssuer } = point;
    if (name?.kind !== 'full' || reasons !== ALL_REASONS || crlIssuer !== null) throw new NotKnown();
    return [...(at > 0 ? [''] : []), 'Full Name:', ...name.names.map((one) => `  ${nameWords(one)}`)];
  });
}

function crlNumber(extension: ext.Extension): string[] {
  const number = crlNumberIn(extension);
  if (number >= 1n << 127n) throw new NotKnown();
  return [String(number)];
}

function access(extension: ext.Extension): string[] {
  return accessDescriptions(extension).map(({ way, place }) => {
    const method = METHODS[way];
    if (method === undefined) throw new NotKnown();
    return `${method} - ${nameWords(place)}`;
  });
}

const METHODS: Readonly<Record<string, string>> = { [OID.ocsp]: 'OCSP', [OID.caIssuers]: 'CA Issuers' };
