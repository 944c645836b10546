/** Reads certificates of any kind of key (RFC 5280 section 4.1). */
import { context, TAG } from '../../asn1/tag.ts';
import { sameBytes } from '../../bytes/reader.ts';
import type { Refusal, Result } from '../../bytes/result.ts';
import { Malformed, onlyElement, reading, type DerReader } from '../der/read.ts';
import { bitStringBytes, integerBytes, smallInteger, timeMs } from '../der/values.ts';
import { readAlgorithm, readPublicKey, type Algorithm, type PublicKey } from '../keys/public-key.ts';
import { readName, type Name } from '../names/name.ts';
import { readExtensions, type Extension } from './extensions.ts';

/** A certificate larger than this is not used. Real ones have 1 to 4 KiB. */
const CERTIFICATE_BYTES = 64 * 1024;

export interface Certificate {
  readonly der: Uint8Array;
  /** the signed part, TBSCertificate */
  readonly signed: Uint8Array;
  /** 1 or 3; 2 was hardly ever used */
  readonly version: number;
  /** content of the INTEGER */
  readonly serial: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** Unix time in ms */
  readonly notBefore: number;
  readonly notAfter: number;
  /** whether the two times are written as GeneralizedTime, with a year of four digits */
  readonly areLongTimes: readonly [boolean, boolean];
  readonly publicKey: PublicKey;
  readonly extensions: readonly Extension[];
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
}

/** A certificate from its DER; `damaged` says what is wrong and at which byte. */
export function parseCertificate(der: Uint8Array): Result<Certificate, Refusal<'damaged'>> {
  return reading(() => certificate(der));
}

function certificate(der: Uint8Array): Certificate {
  if (der.length > CERTIFICATE_BYTES) throw new Malformed(`A certificate of ${der.length} bytes is too large for use.`);
  const outer = onlyElement(der, 'a certificate', TAG.sequence).inside();
  const signedElement = outer.read('the signed part', TAG.sequence);
  const algorithm = readAlgorithm(outer, 'the signature algorithm');
  const signature = bitStringBytes(outer.read('the signature', TAG.bitString), 'The signature');
  outer.end('A certificate');
  const reader = signedElement.inside();
  const version = readVersion(reader);
  const serial = integerBytes(reader.read('the serial number', TAG.integer), 'The serial number');
  const inner = readAlgorithm(reader, 'the inner signature algorithm');
  if (!sameBytes(inner.der, algorithm.der)) {
    throw new Malformed('The certificate names two different signature algorithms, inside and outside.');
  }
  const issuer = readName(reader, 'the issuer');
  const validity = reader.read('the validity', TAG.sequence).inside();
  const isLong = () => validity.nextTag === TAG.generalizedTime;
  const isLongBefore = isLong();
  const notBefore = readTime(validity, 'notBefore');
  const areLongTimes = [isLongBefore, isLong()] as const;
  const notAfter = readTime(validity, 'notAfter');
  validity.end('The validity');
  const subject = readName(reader, 'the subject');
  const publicKey = readPublicKey(reader);
  reader.optional('the issuer unique id', context(1, 'primitive'));
  reader.optional('the subject unique id', context(2, 'primitive'));
  const extensionsElement = reader.optional('the extensions', context(3, 'constructed'));
  reader.end('The signed part');
  const extensions = extensionsElement ? readExtensions(extensionsElement.inside()) : [];
  return {
    ...{ der, signed: signedElement.whole, version, serial, issuer, subject, notBefore, notAfter },
    ...{ areLongTimes, publicKey, extensions, algorithm, signature },
  };
}

function readVersion(reader: DerReader): number {
  const element = reader.optional('the version', context(0, 'constructed'));
  if (element === null) return 1;
  const version = smallInteger(element.inside().read('the version', TAG.integer), 'The version') + 1;
  if (version > 3) throw new Malformed(`There is no certificate version ${version}.`);
  return version;
}

/** Either of the two kinds of time. */
export function readTime(reader: DerReader, what: string): number {
  return timeMs(reader.read(what, TAG.utcTime, TAG.generalizedTime), what);
}

/** Whether issuer and subject are the same name, byte for byte. */
export function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return sameBytes(issuer.der, subject.der);
}
