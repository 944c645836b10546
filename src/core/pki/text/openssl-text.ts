/**
 * Certificates, requests and revocation lists as `openssl x509|req|crl -noout -text` (3.0) prints them, to the letter.
 * What OpenSSL prints in a way that is not known here makes the whole text null: no line is ever guessed.
 */
import { OID } from '../../asn1/oids.ts';
import type { Refusal, Result } from '../../bytes/result.ts';
import { done, refused } from '../../bytes/result.ts';
import { reading } from '../der/read.ts';
import { curveOf, keyBits, rsaOf, type Algorithm, type PublicKey } from '../keys/public-key.ts';
import { parseCertificate, type Certificate } from '../x509/certificate.ts';
import { parseCrl, REASONS, type Crl, type RevokedEntry } from '../x509/crl.ts';
import type { Extension } from '../x509/extensions.ts';
import { parseRequest, type Request } from '../x509/request.ts';
import { extensionLines } from './extension-lines.ts';
import { hexLines, nameLine, NotKnown, opensslTime, spaced } from './line-parts.ts';

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
  if (hasOtherAttributes) throw new NotKnown();
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
    extensions.length > 0 ? '        Version 2 (0x1)' : noVersion(),
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

/** A list without extensions may be of either version, and the parsed list does not tell. */
function noVersion(): never {
  throw new NotKnown();
}

function entryLines({
  serial,
  at,
  reason,
  invalidityDate,
  certificateIssuer,
  unknownCritical,
}: RevokedEntry): string[] {
  if (certificateIssuer !== null || unknownCritical !== null) throw new NotKnown();
  const said = [
    ...(reason === null ? [] : ['            X509v3 CRL Reason Code: ', `                ${spaced(reason, REASONS)}`]),
    ...(invalidityDate === null
      ? []
      : ['            Invalidity Date: ', `                ${opensslTime(invalidityDate)}`]),
  ];
  return [
    `    Serial Number: ${hexLines(unpadded(serial), Infinity, '').join('').replaceAll(':', '').toUpperCase()}`,
    `        Revocation Date: ${opensslTime(at)}`,
    ...(said.length > 0 ? ['        CRL entry extensions:', ...said] : []),
  ];
}

/** An INTEGER without the zero byte that only keeps it positive. */
const unpadded = (bytes: Uint8Array): Uint8Array => (bytes.length > 1 && bytes.at(0) === 0 ? bytes.subarray(1) : bytes);

/** Up to 8 bytes as a number, in both notations; longer ones in bytes. */
function serialLines(serial: Uint8Array): string[] {
  const isNegative = (serial.at(0) ?? 0) > 0x7f;
  if (isNegative) throw new NotKnown();
  const hex = hexLines(unpadded(serial), Infinity, '').join('');
  if (serial.length > 8) return ['        Serial Number:', `            ${hex}`];
  const number = BigInt(`0x${hex.replaceAll(':', '') || '0'}`);
  return [`        Serial Number: ${number} (0x${number.toString(16)})`];
}

function algorithmName({ oid }: Algorithm): string {
  const name = SIGNATURES.get(oid);
  if (name === undefined) throw new NotKnown();
  return name;
}

/** RSASSA-PSS is not among them: OpenSSL prints its parameters, too. */
const SIGNATURES: ReadonlyMap<string, string> = new Map([
  ...(['md5WithRSAEncryption', 'sha1WithRSAEncryption', 'sha224WithRSAEncryption'] as const).map(
    (name) => [OID[name], name] as const,
  ),
  ...(['sha256WithRSAEncryption', 'sha384WithRSAEncryption', 'sha512WithRSAEncryption'] as const).map(
    (name) => [OID[name], name] as const,
  ),
  ...(
    ['ecdsa-with-SHA1', 'ecdsa-with-SHA224', 'ecdsa-with-SHA256', 'ecdsa-with-SHA384', 'ecdsa-with-SHA512'] as const
  ).map((name) => [OID[name], name] as const),
  [OID['id-Ed25519'], 'ED25519'],
  [OID['id-Ed448'], 'ED448'],
]);

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
    const rsa = rsaOf(key);
    if (rsa === null) throw new NotKnown();
    const modulus = rsa.modulus.toString(16);
    const even = modulus.length % 2 === 0 ? modulus : `0${modulus}`;
    const bytes = Uint8Array.from((/^[89a-f]/.test(even) ? `00${even}` : even).match(/../g) ?? [], (two) =>
      parseInt(two, 16),
    );
    return [
      head('rsaEncryption'),
      `                Public-Key: (${keyBits(key)} bit)`,
      '                Modulus:',
      ...hexLines(bytes, KEY_BYTES_A_LINE, DEEP),
      `                Exponent: ${rsa.exponent} (0x${rsa.exponent.toString(16)})`,
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
