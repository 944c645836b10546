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
  CN: utf8('2.5.4.3', 64),
  SN: utf8('2.5.4.4', 64),
  serialNumber: { oid: '2.5.4.5', tag: TAG.printableString, most: 64 },
  C: { oid: '2.5.4.6', tag: TAG.printableString, most: 2 },
  L: utf8('2.5.4.7', 128),
  ST: utf8('2.5.4.8', 128),
  street: utf8('2.5.4.9', 128),
  O: utf8('2.5.4.10', 64),
  OU: utf8('2.5.4.11', 64),
  title: utf8('2.5.4.12', 64),
  GN: utf8('2.5.4.42', 64),
  initials: utf8('2.5.4.43', 64),
  dnQualifier: { oid: '2.5.4.46', tag: TAG.printableString, most: 64 },
  pseudonym: utf8('2.5.4.65', 128),
  UID: utf8('0.9.2342.19200300.100.1.1', 256),
  DC: { oid: '0.9.2342.19200300.100.1.25', tag: TAG.ia5String, most: 63 },
  emailAddress: { oid: '1.2.840.113549.1.9.1', tag: TAG.ia5String, most: 255 },
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

/** OID of CN. */
export const COMMON_NAME = '2.5.4.3';
