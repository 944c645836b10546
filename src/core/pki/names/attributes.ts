import { OID } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';

interface AttributeType {
  readonly oid: string;
  /** how we write its value; what others wrote is read in any string type */
  readonly tag: number;
  /** most characters, RFC 5280 appendix A.1 */
  readonly most: number;
}

const utf8 = (oid: string, most: number): AttributeType => ({ oid, tag: TAG.utf8String, most });

/** What a distinguished name is made of (RFC 4514 section 3, RFC 5280 appendix A.1). */
export const ATTRIBUTES: Readonly<Record<string, AttributeType>> = {
  CN: utf8(OID.commonName, 64),
  SN: utf8(OID.surname, 64),
  serialNumber: { oid: OID.serialNumber, tag: TAG.printableString, most: 64 },
  C: { oid: OID.countryName, tag: TAG.printableString, most: 2 },
  L: utf8(OID.localityName, 128),
  ST: utf8(OID.stateOrProvinceName, 128),
  street: utf8(OID.streetAddress, 128),
  O: utf8(OID.organizationName, 64),
  OU: utf8(OID.organizationalUnitName, 64),
  title: utf8(OID.title, 64),
  GN: utf8(OID.givenName, 64),
  initials: utf8(OID.initials, 64),
  dnQualifier: { oid: OID.dnQualifier, tag: TAG.printableString, most: 64 },
  pseudonym: utf8(OID.pseudonym, 128),
  UID: utf8(OID.userId, 256),
  DC: { oid: OID.domainComponent, tag: TAG.ia5String, most: 63 },
  emailAddress: { oid: OID.emailAddress, tag: TAG.ia5String, most: 255 },
};

const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(ATTRIBUTES).map(([name, { oid }]) => [oid, name]),
);
const BY_LOWER_CASE: ReadonlyMap<string, AttributeType> = new Map(
  Object.entries(ATTRIBUTES).map(([name, type]) => [name.toLowerCase(), type]),
);

/** `CN` for 2.5.4.3; the dotted form where there is no short name. */
export function attributeName(oid: string): string {
  return SHORT_NAMES.get(oid) ?? oid;
}

/** The attribute of a short name in either case, or of a dotted OID; null when it is neither. */
export function attributeOf(name: string): AttributeType | null {
  const known = BY_LOWER_CASE.get(name.toLowerCase());
  if (known) return known;
  return /^[0-2](\.(0|[1-9]\d{0,8})){1,20}$/.test(name) ? utf8(name, 256) : null;
}
