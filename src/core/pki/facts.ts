/** What certificates and requests say, as plain facts to show and to check. */
import { sha256 } from '@noble/hashes/sha2.js';
import { oidName } from '../asn1/oids.ts';
import { isoTime } from '../asn1/time.ts';
import { toHex } from '../bytes/hex.ts';
import { fromPem } from '../bytes/pem.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { reading } from './der/read.ts';
import { certificateFrom, requestFrom, type InputError } from './input.ts';
import type { KeyKind } from './keys/key-kind.ts';
import { keyBits, keyKind, madeKind } from './keys/public-key.ts';
import { checkSignature } from './keys/signature.ts';
import { generalNameText } from './names/general-name.ts';
import { nameText } from './names/name-text.ts';
import { isSelfIssued, type Certificate } from './x509/certificate.ts';
import * as ext from './x509/extensions.ts';

export interface CertificateFacts {
  /** `O=Order Desk, CN=alice`, in the certificate's order */
  readonly subject: string;
  readonly issuer: string;
  /** lower-case hex of the number's bytes */
  readonly serial: string;
  /** `2026-08-01T12:00:00Z` */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly version: number;
  /** of the whole DER, lower-case hex */
  readonly sha256: string;
  /** `RSA`, `EC secp256r1`, … */
  readonly keyKind: string;
  readonly bits: number | null;
  /** SHA-256 of SubjectPublicKeyInfo, lower-case hex: same key, same value */
  readonly publicKeySha256: string;
  readonly signatureAlgorithm: string;
  readonly isAuthority: boolean;
  readonly pathLength: number | null;
  /** null: the certificate does not limit it */
  readonly keyUsage: readonly string[] | null;
  readonly extendedKeyUsage: readonly string[] | null;
  /** `DNS:localhost`, `IP:127.0.0.1` */
  readonly names: readonly string[];
  /** issuer and subject are the same name; says nothing about who signed */
  readonly selfIssued: boolean;
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
}

export interface RequestFacts {
  readonly subject: string;
  readonly names: readonly string[];
  /** whether the asker has the private key of the public key in it */
  readonly signatureHolds: boolean;
  readonly publicKeySha256: string;
  readonly keyKind: string;
  readonly bits: number | null;
}

/** The facts of a certificate, of any kind of key. Nothing is judged here. */
export function readCertificate(pem: string): Result<CertificateFacts, InputError> {
  const certificate = certificateFrom(pem);
  if (!certificate.ok) return certificate;
  return sound('certificate', () => certificateFacts(certificate.value));
}

/** The facts of a signing request. */
export function readRequest(pem: string): Result<RequestFacts, InputError> {
  const request = requestFrom(pem);
  if (!request.ok) return request;
  return sound('request', () => {
    const { subject, publicKey, algorithm, signed, signature, extensions } = request.value;
    return {
      subject: nameText(subject),
      names: decoded(extensions, 'subjectAltName', ext.alternativeNames)?.map(generalNameText) ?? [],
      signatureHolds: checkSignature(publicKey, algorithm, signed, signature).holds,
      publicKeySha256: toHex(sha256(publicKey.der)),
      keyKind: keyKind(publicKey),
      bits: keyBits(publicKey),
    };
  });
}

/** The kind of key in the first certificate of a text; null where it is none that we make, or cannot be read. */
export function kindOfKeyIn(pem: string): KeyKind | null {
  const certificate = certificateFrom(pem);
  if (!certificate.ok) return null;
  const kind = reading(() => madeKind(certificate.value.publicKey));
  return kind.ok ? kind.value : null;
}

/** SHA-256 of the DER of a text's first PEM block, lower-case hex: a certificate's fingerprint. */
export function sha256Of(pem: string): Result<string, Refusal<'notPem'>> {
  const blocks = fromPem(pem);
  if (!blocks.ok) return refused('notPem', blocks.error.why);
  return done(toHex(sha256(blocks.value[0]?.der ?? new Uint8Array(0))));
}

/** The same facts of a certificate that has been parsed already; damage inside an extension throws `Malformed`. */
export function certificateFacts(certificate: Certificate): CertificateFacts {
  const { extensions, publicKey } = certificate;
  const constraints = decoded(extensions, 'basicConstraints', ext.basicConstraints);
  const keyId = decoded(extensions, 'subjectKeyIdentifier', ext.subjectKeyIdentifier);
  const issuerKeyId = decoded(extensions, 'authorityKeyIdentifier', ext.authorityKeyIdentifier);
  return {
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serial: serialText(certificate.serial),
    notBefore: isoTime(certificate.notBefore),
    notAfter: isoTime(certificate.notAfter),
    version: certificate.version,
    sha256: toHex(sha256(certificate.der)),
    keyKind: keyKind(publicKey),
    bits: keyBits(publicKey),
    publicKeySha256: toHex(sha256(publicKey.der)),
    signatureAlgorithm: oidName(certificate.algorithm.oid),
    isAuthority: constraints?.isAuthority ?? false,
    pathLength: constraints?.pathLength ?? null,
    keyUsage: decoded(extensions, 'keyUsage', ext.keyUsage),
    extendedKeyUsage: decoded(extensions, 'extKeyUsage', ext.extendedKeyUsage)?.map(oidName) ?? null,
    names: decoded(extensions, 'subjectAltName', ext.alternativeNames)?.map(generalNameText) ?? [],
    selfIssued: isSelfIssued(certificate),
    subjectKeyId: keyId && toHex(keyId),
    authorityKeyId: issuerKeyId && toHex(issuerKeyId),
  };
}

/** A serial number as hex, without the zero byte that only keeps it positive. */
export function serialText(serial: Uint8Array): string {
  const isPadded = serial.length > 1 && serial.at(0) === 0;
  return toHex(isPadded ? serial.subarray(1) : serial);
}

function decoded<Value>(
  extensions: readonly ext.Extension[],
  name: Parameters<typeof ext.extensionOf>[1],
  decode: (extension: ext.Extension) => Value,
): Value | null {
  const found = ext.extensionOf(extensions, name);
  return found ? decode(found) : null;
}

function sound<Value>(kind: string, parse: () => Value): Result<Value, InputError> {
  const read = reading(parse);
  return read.ok ? read : refused('damaged', `This ${kind} is damaged. ${read.error.why}`);
}
