/** Reads certificate revocation lists (RFC 5280 section 5). */
import { OID } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { sameBytes } from '../../bytes/reader.ts';
import type { Refusal, Result } from '../../bytes/result.ts';
import { Malformed, onlyElement, reading, type Element } from '../der/read.ts';
import { bigInteger, bitStringBytes, integerBytes, smallInteger, timeMs } from '../der/values.ts';
import { readAlgorithm, type Algorithm } from '../keys/public-key.ts';
import { readGeneralNames, type GeneralName } from '../names/general-name.ts';
import { readName, type Name } from '../names/name.ts';
import { readTime } from './certificate.ts';
import { extensionOf, readExtensions, type Extension } from './extensions.ts';

/** Room for some hundred thousand entries. */
const CRL_BYTES = 16 * 1024 * 1024;
const ENTRIES = 500_000;

/** Reasons by their number; 7 was never given out (RFC 5280 section 5.3.1). */
export const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'reserved',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;
export type Reason = (typeof REASONS)[number];

export interface RevokedEntry {
  /** content of the INTEGER */
  readonly serial: Uint8Array;
  /** Unix time in ms */
  readonly at: number;
  readonly reason: Reason | null;
  /** Unix time in ms; null where the entry does not say it */
  readonly invalidityDate: number | null;
  /** for an indirect list: whose certificate this and the following entries are about */
  readonly certificateIssuer: readonly GeneralName[] | null;
  /** a critical extension of the entry that we do not know */
  readonly unknownCritical: string | null;
}

export interface Crl {
  readonly der: Uint8Array;
  readonly signed: Uint8Array;
  readonly issuer: Name;
  /** Unix time in ms */
  readonly thisUpdate: number;
  /** null: the list does not say when the next one comes */
  readonly nextUpdate: number | null;
  readonly revoked: readonly RevokedEntry[];
  readonly extensions: readonly Extension[];
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
}

/** A list from its DER; `damaged` says what is wrong and at which byte. */
export function parseCrl(der: Uint8Array): Result<Crl, Refusal<'damaged'>> {
  return reading(() => crl(der));
}

function crl(der: Uint8Array): Crl {
  if (der.length > CRL_BYTES) throw new Malformed(`A revocation list of ${der.length} bytes is too large.`);
  const outer = onlyElement(der, 'a revocation list', TAG.sequence).inside();
  const signedElement = outer.read('the signed part', TAG.sequence);
  const algorithm = readAlgorithm(outer, 'the signature algorithm');
  const signature = bitStringBytes(outer.read('the signature', TAG.bitString), 'The signature');
  outer.end('A revocation list');
  const reader = signedElement.inside();
  const version = reader.optional('the version', TAG.integer);
  if (version !== null && smallInteger(version, 'The version') !== 1) {
    throw new Malformed('A revocation list has version 1 or 2.');
  }
  const inner = readAlgorithm(reader, 'the inner signature algorithm');
  if (!sameBytes(inner.der, algorithm.der)) {
    throw new Malformed('The list names two different signature algorithms, inside and outside.');
  }
  const issuer = readName(reader, 'the issuer');
  const thisUpdate = readTime(reader, 'thisUpdate');
  const hasNext = reader.nextTag === TAG.utcTime || reader.nextTag === TAG.generalizedTime;
  const nextUpdate = hasNext ? readTime(reader, 'nextUpdate') : null;
  const list = reader.optional('the revoked certificates', TAG.sequence);
  const revoked = list ? list.inside().all('revoked certificates', ENTRIES, TAG.sequence).map(entry) : [];
  const extensionsElement = reader.optional('the extensions', context(0, 'constructed'));
  reader.end('The signed part');
  const extensions = extensionsElement ? readExtensions(extensionsElement.inside()) : [];
  if (version === null && extensions.length > 0) throw new Malformed('A list of version 1 has no extensions.');
  return {
    der,
    signed: signedElement.whole,
    issuer,
    thisUpdate,
    nextUpdate,
    revoked,
    extensions,
    algorithm,
    signature,
  };
}

const KNOWN_IN_ENTRIES: readonly string[] = [OID.reasonCode, OID.invalidityDate, OID.certificateIssuer];

function entry(element: Element): RevokedEntry {
  const reader = element.inside();
  const serial = integerBytes(reader.read('a serial number', TAG.integer), 'A serial number');
  const at = readTime(reader, 'a revocation date');
  const extensions = reader.isEmpty ? [] : readExtensions(reader);
  reader.end('An entry');
  const unknown = extensions.find(({ oid, isCritical }) => isCritical && !KNOWN_IN_ENTRIES.includes(oid));
  return {
    serial,
    at,
    reason: reasonOf(extensions),
    invalidityDate: invalidityOf(extensions),
    certificateIssuer: issuerOf(extensions),
    unknownCritical: unknown?.oid ?? null,
  };
}

function reasonOf(extensions: readonly Extension[]): Reason | null {
  const found = extensionOf(extensions, 'reasonCode');
  if (found === null) return null;
  const code = smallInteger(onlyElement(found.value, 'a reason', TAG.enumerated), 'A reason');
  return REASONS[code] ?? 'unspecified';
}

function invalidityOf(extensions: readonly Extension[]): number | null {
  const found = extensionOf(extensions, 'invalidityDate');
  return found && timeMs(onlyElement(found.value, 'an invalidity date', TAG.generalizedTime), 'An invalidity date');
}

function issuerOf(extensions: readonly Extension[]): readonly GeneralName[] | null {
  const found = extensionOf(extensions, 'certificateIssuer');
  return found && readGeneralNames(onlyElement(found.value, 'a certificate issuer', TAG.sequence).inside(), 'names');
}

/** The list's rising number; null when it has none. */
export function crlNumber({ extensions }: Crl): bigint | null {
  const found = extensionOf(extensions, 'cRLNumber');
  return found && crlNumberIn(found);
}

/** The number that the extension cRLNumber holds. */
export function crlNumberIn({ value }: Extension): bigint {
  return bigInteger(onlyElement(value, 'the CRL number', TAG.integer), 'The CRL number');
}
