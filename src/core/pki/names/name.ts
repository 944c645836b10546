/** Distinguished names, as they stand in a certificate: read from DER, never cut out of text. */
import { TAG } from '../../asn1/tag.ts';
import { fromUtf8 } from '../../bytes/utf8.ts';
import { toHex } from '../../bytes/hex.ts';
import { Reader } from '../../bytes/reader.ts';
import { type DerReader, type Element } from '../der/read.ts';
import { oidText } from '../der/values.ts';

/** One `CN=alice`. */
export interface Attribute {
  readonly oid: string;
  /** identifier byte of the value: which string type its maker chose */
  readonly tag: number;
  /** the value's text; null when it is no text, or damaged text */
  readonly text: string | null;
  /** the whole element of the value */
  readonly der: Uint8Array;
}

export interface Name {
  readonly der: Uint8Array;
  /** relative distinguished names in the certificate's order; most hold one attribute */
  readonly rdns: readonly (readonly Attribute[])[];
}

const RDNS = 64;
const ATTRIBUTES_PER_RDN = 16;

/** Name ::= SEQUENCE OF SET OF attribute, RFC 5280 section 4.1.2.4. */
export function readName(reader: DerReader, what: string): Name {
  return nameOf(reader.read(what, TAG.sequence), what);
}

/** A name whose element has been read already. */
export function nameOf(element: Element, what: string): Name {
  const rdns = element
    .inside()
    .all(`part of ${what}`, RDNS, TAG.set)
    .map((rdn) => rdn.inside().all(`attribute of ${what}`, ATTRIBUTES_PER_RDN, TAG.sequence).map(readAttribute));
  return { der: element.whole, rdns };
}

function readAttribute(element: Element): Attribute {
  const reader = element.inside();
  const oid = oidText(reader.read('an attribute type', TAG.oid));
  const value = reader.read('an attribute value');
  reader.end('An attribute');
  return { oid, tag: value.tag, text: stringText(value.tag, value.body), der: value.whole };
}

/** The text of a string element of any of X.509's types; null for another type, or for bytes that are not its text. */
export function stringText(tag: number, body: Uint8Array): string | null {
  switch (tag) {
    case TAG.utf8String: {
      const text = fromUtf8(body);
      return text.ok ? text.value : null;
    }
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.numericString:
    case TAG.visibleString:
      return body.every((byte) => byte < 0x80) ? units(body, 1) : null;
    case TAG.teletexString: // in practice Latin-1, as OpenSSL reads it too
      return units(body, 1);
    case TAG.bmpString:
      return body.length % 2 === 0 ? units(body, 2) : null;
    case TAG.universalString:
      return body.length % 4 === 0 ? units(body, 4) : null;
    default:
      return null;
  }
}

function units(body: Uint8Array, width: 1 | 2 | 4): string | null {
  const reader = new Reader(body);
  let text = '';
  while (reader.left > 0) {
    const unit = reader.uint(width);
    if (unit > 0x10ffff) return null;
    text += width === 4 ? String.fromCodePoint(unit) : String.fromCharCode(unit);
  }
  return text;
}

/** The value as RFC 4514 writes what is no text: `#` and the hex of the whole element. */
export function hexValue(attribute: Attribute): string {
  return `#${toHex(attribute.der)}`;
}

/** All texts of one attribute type, such as every CN. */
export function textsOf(name: Name, oid: string): string[] {
  return name.rdns.flat().flatMap((attribute) => (attribute.oid === oid && attribute.text ? [attribute.text] : []));
}
