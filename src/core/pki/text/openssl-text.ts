/**
 * Certificates, requests and revocation lists as `openssl x509|req|crl -noout -text` (3.0) prints them, to the letter.
 * What OpenSSL prints in a way that is not known here makes the whole text null: no line is ever guessed.
 */
import { OID, oidName } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { withColons } from '../../bytes/hex.ts';
import type { Refusal, Result } from '../../bytes/result.ts';
import { done, refused } from '../../bytes/result.ts';
import { onlyElement, reading } from '../der/read.ts';
import { bigInteger } from '../der/values.ts';
import { serialText } from '../facts.ts';
import { curveOf, keyBits, type Algorithm, type PublicKey } from '../keys/public-key.ts';
import { parseCertificate, type Certificate } from '../x509/certificate.ts';
import { parseCrl, type Crl, type Reason, type RevokedEntry } from '../x509/crl.ts';
import type { Extension } from '../x509/extensions.ts';
import { parseRequest, type Request } from '../x509/request.ts';
import { extensionLines } from './extension-lines.ts';
import { hexLines, nameLine, NotKnown, opensslTime } from './line-parts.ts';

export type TextKind = 'certificate' | 'request' | 'revocation list';

/**
 * @param options `most`: entries of a list that are printed; all without it
 * @returns the text; null where OpenSSL prints something that is not known here; `damaged` with the place
 */
export function opensslText(options: {
  readonly kind: TextKind;
  readonly der: Uint8Array;
  readonly most?: number;
}): Result<string | null, Refusal<'damaged'>> {
  const { kind, der, most = Infinity } = options;
  try {
    const lines = reading(() => linesOf(kind, der, most));
    return lines.ok ? done(lines.value.join('\n') + '\n') : refused('damaged', lines.error.why);
  } catch (error) {
    if (error instanceof NotKnown) return done(null);
    throw error;
  }
}

function linesOf(kind: TextKind, der: Uint8Array, most: number): string[] {
  switch (kind) {
    case 'certificate':
      return certificateLines(sound(parseCertificate(der)));
    case 'request':
      return requestLines(sound(parseRequest(der)));
    case 'revocation list':
      return crlLines(sound(parseCrl(der)), most);
  }
}

function sound<Value>(parsed: Result<Value, Refusal<'damaged'>>): Value {
  if (parsed.ok) return parsed.value;
  throw new NotKnown(); // the other views say where the damage is
}

function certificateLines(certificate: Certificate): string[] {
  const { version, serial, issuer, subject, notBefore, notAfter, publicKey, extensions, algorithm } = certificate;
  return [
    'Certificate:',
    '    Data:',
    `        Version: ${version} (0x${version - 1})`,
    ...serialLines(serial),
    `        Signature Algorithm: ${algorithmName(algorithm)}`,
    `        Issuer: ${nameLine(issuer)}`,
    '        Validity',
    `            Not Before: ${opensslTime(notBefore)}`,
    `            Not After : ${opensslTime(notAfter)}`,
    `        Subject: ${nameLine(subject)}`,
    ...keyLines(publicKey),
    ...block('X509v3 extensions', extensions, 8),
    ...signatureLines(certificate),
  ];
}

function requestLines(request: Request): string[] {
  const { subject, publicKey, extensions, hasOtherAttributes } = request;
  if (hasOtherAttributes) unknown();
  return [
    'Certificate Request:',
    '    Data:',
    '        Version: 1 (0x0)',
    `        Subject: ${nameLine(subject)}`,
    ...keyLines(publicKey),
    '        Attributes:',
    ...(extensions.length === 0
      ? ['            (none)', '            Requested Extensions:']
      : block('Requested Extensions', extensions, 12)),
    ...signatureLines(request),
  ];
}

function crlLines(crl: Crl, most: number): string[] {
  const { issuer, thisUpdate, nextUpdate, revoked, extensions, algorithm } = crl;
  return [
    'Certificate Revocation List (CRL):',
    // A list without extensions may be of either version, and the parsed list does not tell.
    extensions.length > 0 ? '        Version 2 (0x1)' : unknown(),
    `        Signature Algorithm: ${algorithmName(algorithm)}`,
    `        Issuer: ${nameLine(issuer)}`,
    `        Last Update: ${opensslTime(thisUpdate)}`,
    `        Next Update: ${nextUpdate === null ? 'NONE' : opensslTime(nextUpdate)}`,
    ...block('CRL extensions', extensions, 8),
    ...(revoked.length === 0 ? ['No Revoked Certificates.'] : ['Revoked Certificates:']),
    ...revoked.slice(0, most).flatMap(entryLines),
    ...signatureLines(crl),
  ];
}

function entryLines({
  serial,
  at,
  reason,
  invalidityDate,
  certificateIssuer,
  unknownCritical,
}: RevokedEntry): string[] {
  if (certificateIssuer !== null || unknownCritical !== null) unknown();
  const said = [
    ...(reason === null ? [] : ['            X509v3 CRL Reason Code: ', `                ${reasonWords(reason)}`]),
    ...(invalidityDate === null
      ? []
      : ['            Invalidity Date: ', `                ${opensslTime(invalidityDate)}`]),
  ];
  return [
    `    Serial Number: ${serialText(serial).toUpperCase()}`,
    `        Revocation Date: ${opensslTime(at)}`,
    ...(said.length > 0 ? ['        CRL entry extensions:', ...said] : []),
  ];
}

/** Up to 8 bytes as a number, in both notations; longer ones in bytes. */
function serialLines(serial: Uint8Array): string[] {
  const isNegative = (serial.at(0) ?? 0) > 0x7f;
  if (isNegative) unknown();
  const hex = serialText(serial);
  if (serial.length > 8) return ['        Serial Number:', `            ${withColons(hex)}`];
  const number = BigInt(`0x${hex}`);
  return [`        Serial Number: ${number} (0x${number.toString(16)})`];
}

/** OpenSSL's words for reasons; number 7 was never given out. */
const REASON_WORDS: Readonly<Record<Exclude<Reason, 'reserved'>, string>> = {
  unspecified: 'Unspecified',
  keyCompromise: 'Key Compromise',
  cACompromise: 'CA Compromise',
  affiliationChanged: 'Affiliation Changed',
  superseded: 'Superseded',
  cessationOfOperation: 'Cessation Of Operation',
  certificateHold: 'Certificate Hold',
  removeFromCRL: 'Remove From CRL',
  privilegeWithdrawn: 'Privilege Withdrawn',
  aACompromise: 'AA Compromise',
};

const reasonWords = (reason: Reason): string => (reason === 'reserved' ? unknown() : REASON_WORDS[reason]);

function algorithmName({ oid }: Algorithm): string {
  const name = oidName(oid);
  return SAME_NAMES.has(name) ? name : (OTHER_NAMES[oid] ?? unknown());
}

/** Signatures that OpenSSL names like the RFCs. RSASSA-PSS is not among them: its parameters are printed, too. */
const SAME_NAMES: ReadonlySet<string> = new Set([
  ...['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].map((hash) => `${hash}WithRSAEncryption`),
  ...['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'].map((hash) => `ecdsa-with-${hash}`),
]);
const OTHER_NAMES: Readonly<Record<string, string>> = { [OID['id-Ed25519']]: 'ED25519', [OID['id-Ed448']]: 'ED448' };

/** What OpenSSL calls the curves, and NIST where it does. */
const CURVES: Readonly<Record<string, readonly [openssl: string, nist: string | null]>> = {
  secp224r1: ['secp224r1', 'P-224'],
  secp256r1: ['prime256v1', 'P-256'],
  secp384r1: ['secp384r1', 'P-384'],
  secp521r1: ['secp521r1', 'P-521'],
  secp256k1: ['secp256k1', null],
};

const KEY_BYTES_A_LINE = 15;
const SIGNATURE_BYTES_A_LINE = 18;
const DEEP = ' '.repeat(20);

function keyLines(key: PublicKey): string[] {
  return ['        Subject Public Key Info:', ...kindLines(key)];
}

function kindLines(key: PublicKey): string[] {
  const { oid } = key.algorithm;
  const head = (name: string) => `            Public Key Algorithm: ${name}`;
  if (oid === OID.rsaEncryption) {
    const reader = onlyElement(key.key, 'an RSA key', TAG.sequence).inside();
    const modulus = reader.read('the modulus', TAG.integer).body;
    const exponent = bigInteger(reader.read('the exponent', TAG.integer), 'The exponent');
    return [
      head('rsaEncryption'),
      `                Public-Key: (${keyBits(key)} bit)`,
      '                Modulus:',
      ...hexLines(modulus, KEY_BYTES_A_LINE, DEEP),
      `                Exponent: ${exponent} (0x${exponent.toString(16)})`,
    ];
  }
  const points = ['                pub:', ...hexLines(key.key, KEY_BYTES_A_LINE, DEEP)];
  if (oid === OID['id-ecPublicKey']) {
    const [name, nist] = CURVES[curveOf(key) ?? ''] ?? unknown();
    const names = [
      `                ASN1 OID: ${name}`,
      ...(nist === null ? [] : [`                NIST CURVE: ${nist}`]),
    ];
    return [head('id-ecPublicKey'), `                Public-Key: (${keyBits(key)} bit)`, ...points, ...names];
  }
  if (oid === OID['id-Ed25519']) return [head('ED25519'), '                ED25519 Public-Key:', ...points];
  return unknown();
}

function unknown(): never {
  throw new NotKnown();
}

function block(title: string, extensions: readonly Extension[], indent: number): string[] {
  if (extensions.length === 0) return [];
  const inner = ' '.repeat(indent + 4);
  return [
    `${' '.repeat(indent)}${title}:`,
    ...extensions.flatMap((extension) => {
      const { title: name, lines } = extensionLines(extension);
      return [
        `${inner}${name}: ${extension.isCritical ? 'critical' : ''}`,
        ...lines.map((line) => (line === '' ? '' : `${inner}    ${line}`)),
      ];
    }),
  ];
}

function signatureLines({ algorithm, signature }: { algorithm: Algorithm; signature: Uint8Array }): string[] {
  return [
    `    Signature Algorithm: ${algorithmName(algorithm)}`,
    '    Signature Value:',
    ...hexLines(signature, SIGNATURE_BYTES_A_LINE, ' '.repeat(8)),
  ];
}
