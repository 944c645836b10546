/** Where a certificate says its CRLs are, and what a CRL says it covers (RFC 5280 sections 4.2.1.13 and 5.2.5). */
import { context, TAG } from '../../asn1/tag.ts';
import { sequence, setOf } from '../../asn1/write.ts';
import { Reader } from '../../bytes/reader.ts';
import { DerReader, Malformed, onlyElement, type Element } from '../der/read.ts';
import { oidText, setBits } from '../der/values.ts';
import { generalName, generalNameText, readGeneralNames, type GeneralName } from '../names/general-name.ts';
import { nameOf, type Name } from '../names/name.ts';
import type { Extension } from '../x509/extensions.ts';
import { isSameName } from './same-name.ts';

/** Bits of ReasonFlags that a CRL may be about; bit 0 was never used. */
export const ALL_REASONS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8];
const POINTS = 200;

/** A place by its full names, or by the last part of a name below the CRL's issuer. */
export type PointName =
  | { readonly kind: 'full'; readonly names: readonly GeneralName[] }
  | { readonly kind: 'relative'; readonly rdn: Uint8Array };

export interface DistributionPoint {
  readonly name: PointName | null;
  readonly reasons: readonly number[];
  /** who signs the list, when that is not the certificate's issuer */
  readonly crlIssuer: readonly GeneralName[] | null;
}

export interface IssuingPoint {
  readonly name: PointName | null;
  readonly onlyUsers: boolean;
  readonly onlyAuthorities: boolean;
  readonly onlyAttributes: boolean;
  readonly isIndirect: boolean;
  readonly reasons: readonly number[];
}

export function distributionPoints({ value }: Extension): DistributionPoint[] {
  const list = onlyElement(value, 'cRLDistributionPoints', TAG.sequence).inside();
  return list.all('distribution points', POINTS, TAG.sequence).map((element) => {
    const reader = element.inside();
    const name = pointName(reader.optional('its name', context(0, 'constructed')));
    const reasons = reader.optional('its reasons', context(1, 'primitive'));
    const issuer = reader.optional('its CRL issuer', context(2, 'constructed'));
    reader.end('A distribution point');
    return {
      name,
      reasons: reasons ? setBits(reasons, 'The reasons') : ALL_REASONS,
      crlIssuer: issuer && readGeneralNames(issuer.inside(), 'names'),
    };
  });
}

/** The ways to an authority (RFC 5280 section 4.2.2.1): the OID of each, and the place. */
export function accessDescriptions({ value }: Extension): { readonly way: string; readonly place: GeneralName }[] {
  const list = onlyElement(value, 'authorityInfoAccess', TAG.sequence).inside();
  if (list.isEmpty) throw new Malformed('authorityInfoAccess must not be empty.');
  return list.all('ways to the authority', POINTS, TAG.sequence).map((element) => {
    const reader = element.inside();
    const way = oidText(reader.read('its kind', TAG.oid));
    const place = generalName(reader.read('its place'));
    reader.end('A way to the authority');
    return { way, place };
  });
}

export function issuingPoint({ value }: Extension): IssuingPoint {
  const reader = onlyElement(value, 'issuingDistributionPoint', TAG.sequence).inside();
  const name = pointName(reader.optional('its name', context(0, 'constructed')));
  const flag = (number: number) => {
    const element = reader.optional('a mark', context(number, 'primitive'));
    return element !== null && element.body.some((byte) => byte !== 0);
  };
  const [onlyUsers, onlyAuthorities] = [flag(1), flag(2)];
  const reasons = reader.optional('its reasons', context(3, 'primitive'));
  const [isIndirect, onlyAttributes] = [flag(4), flag(5)];
  reader.end('issuingDistributionPoint');
  return {
    ...{ name, onlyUsers, onlyAuthorities, onlyAttributes, isIndirect },
    reasons: reasons ? setBits(reasons, 'The reasons') : ALL_REASONS,
  };
}

function pointName(outer: Element | null): PointName | null {
  if (outer === null) return null;
  const reader = outer.inside();
  const full = reader.optional('full names', context(0, 'constructed'));
  if (full) return { kind: 'full', names: readGeneralNames(full.inside(), 'names') };
  const relative = reader.read('a relative name', context(1, 'constructed'));
  return { kind: 'relative', rdn: relative.body };
}

/**
 * Whether a certificate's point and a list's point have a name in common.
 *
 * @param issuer of the list: relative names count from there
 */
export function haveCommonName(one: readonly GeneralName[], other: PointName, issuer: Name): boolean {
  return fullNames(other, issuer).some((name) => one.some((candidate) => isSameGeneralName(name, candidate)));
}

/** The names of a point, with a relative one set below the issuer's name. */
export function fullNames(point: PointName, issuer: Name): readonly GeneralName[] {
  if (point.kind === 'full') return point.names;
  const members = new DerReader(new Reader(point.rdn)).all('attributes', 16, TAG.sequence).map(({ whole }) => whole);
  const outer = onlyElement(issuer.der, 'a name', TAG.sequence).body;
  const joined = onlyElement(sequence(outer, setOf(members)), 'a name', TAG.sequence);
  return [{ kind: 'directory', name: nameOf(joined, 'a distribution point') }];
}

export function isSameGeneralName(one: GeneralName, other: GeneralName): boolean {
  if (one.kind === 'directory' && other.kind === 'directory') return isSameName(one.name, other.name);
  return one.kind === other.kind && generalNameText(one) === generalNameText(other);
}
