/** Builds the signed parts of certificates and requests, and signs them with any kind of key. */
import { OID, type OidName } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { bitString, element, explicit, implicit, integer, namedBits, octetString } from '../../asn1/write.ts';
import { oid, sequence, setOf, time, TRUE } from '../../asn1/write.ts';
import type { PrivateKey } from '../keys/private-key.ts';
import { keyIdentifier, type PublicKey } from '../keys/public-key.ts';
import { KEY_USAGE, type KeyUsage } from '../../asn1/key-usage.ts';

export interface CertificateContent {
  /** big-endian, positive */
  readonly serial: Uint8Array;
  /** names as DER */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Unix time in ms */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** each a whole Extension element */
  readonly extensions: readonly Uint8Array[];
}

/** A version 3 certificate as DER, signed by `signer` (RFC 5280 section 4.1). */
export function buildCertificate(content: CertificateContent, signer: PrivateKey): Uint8Array {
  return withSignature(
    signer,
    sequence(
      explicit(0, integer(2)),
      integer(content.serial),
      signer.algorithm,
      content.issuer,
      sequence(time(content.notBefore), time(content.notAfter)),
      content.subject,
      content.publicKey.der,
      explicit(3, sequence(...content.extensions)),
    ),
  );
}

/** A signing request as DER (RFC 2986); without extensions its attribute list is there and empty, as openssl's is. */
export function buildRequest(subject: Uint8Array, extensions: readonly Uint8Array[], key: PrivateKey): Uint8Array {
  const wishes = sequence(oid(OID.extensionRequest), setOf([sequence(...extensions)]));
  const attributes = extensions.length > 0 ? explicit(0, wishes) : explicit(0);
  return withSignature(key, sequence(integer(0), subject, key.publicKey.der, attributes));
}

/** `signed`, the algorithm, and the signature over it: the shape that certificates, requests and CRLs share. */
export function withSignature(signer: PrivateKey, signed: Uint8Array): Uint8Array {
  return sequence(signed, signer.algorithm, bitString(signer.sign(signed)));
}

/** One Extension element. */
export function extension(name: OidName, isCritical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(OID[name]), ...(isCritical ? [TRUE] : []), octetString(value));
}

export const authorityConstraints = (pathLength?: number): Uint8Array =>
  extension('basicConstraints', true, sequence(TRUE, ...(pathLength === undefined ? [] : [integer(pathLength)])));

export const leafConstraints = (): Uint8Array => extension('basicConstraints', true, sequence());

export const usage = (...names: readonly KeyUsage[]): Uint8Array =>
  extension('keyUsage', true, namedBits(names.map((name) => KEY_USAGE.indexOf(name))));

export const purposes = (...names: readonly OidName[]): Uint8Array =>
  extension('extKeyUsage', false, sequence(...names.map((name) => oid(OID[name]))));

export const subjectKeyId = (key: PublicKey): Uint8Array =>
  extension('subjectKeyIdentifier', false, octetString(keyIdentifier(key)));

/** Names the key that signs, by its identifier. */
export const authorityKeyId = (identifier: Uint8Array): Uint8Array =>
  extension('authorityKeyIdentifier', false, sequence(implicit(0, identifier)));

/** @param names GeneralName elements, at least one */
export const alternativeNames = (names: readonly Uint8Array[]): Uint8Array =>
  extension('subjectAltName', false, sequence(...names));

/** @param permitted GeneralName elements that may begin a name, and `excluded` ones that may not; one list may be empty */
export function nameConstraints(permitted: readonly Uint8Array[], excluded: readonly Uint8Array[]): Uint8Array {
  const list = (number: number, bases: readonly Uint8Array[]) =>
    bases.length > 0 ? [explicit(number, ...bases.map((base) => sequence(base)))] : [];
  return extension('nameConstraints', true, sequence(...list(0, permitted), ...list(1, excluded)));
}

/** @param places GeneralName elements: URLs where the list is */
export const crlDistributionPoints = (places: readonly Uint8Array[]): Uint8Array =>
  extension('cRLDistributionPoints', false, sequence(sequence(explicit(0, explicit(0, ...places)))));

/** An ENUMERATED of one byte. */
export const enumerated = (value: number): Uint8Array => element(TAG.enumerated, Uint8Array.of(value));
