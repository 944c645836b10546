/** Primitive DER values in words: text, times, numbers. */
import { toHex } from '../bytes/hex.ts';
import { isA, type DerNode } from './der.ts';
import { oidText } from './oid.ts';
import { attributeShort, oidSaid } from './oids.ts';

/** The contents of a node. `bytes` is the buffer its offsets count in. */
export const contentOf = (node: DerNode, bytes: Uint8Array): Uint8Array => bytes.subarray(node.content, node.end);

const decoder = new TextDecoder('utf-8');

/** A character string; control characters, and those that reorder text, shown as escapes. */
export function stringText(node: DerNode, bytes: Uint8Array): string {
  const raw = contentOf(node, bytes);
  const text = isA(node, 30) ? utf16(raw) : isA(node, 12) ? decoder.decode(raw) : latin(raw);
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => '\\u' + (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0'),
  );
}

function latin(raw: Uint8Array): string {
  let text = '';
  for (const byte of raw) text += String.fromCharCode(byte);
  return text;
}

function utf16(raw: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 1 < raw.length; at += 2)
    text += String.fromCharCode(((raw[at] ?? 0) << 8) | (raw[at + 1] ?? 0));
  return text;
}

/** Hex of an INTEGER without the zero byte that only keeps it positive; at least two digits. */
export function integerHex(node: DerNode, bytes: Uint8Array): string {
  const raw = contentOf(node, bytes);
  const from = raw.findIndex((byte) => byte !== 0);
  return from < 0 ? '00' : toHex(raw.subarray(from));
}

/**
 * UTCTime or GeneralizedTime as ISO 8601 (`2026-03-01T12:00:00Z`); what is not one is given as its text.
 *
 * @see RFC 5280 §4.1.2.5: two-digit years from 50 on are 19xx
 */
export function timeText(node: DerNode, bytes: Uint8Array): string {
  const text = stringText(node, bytes);
  const parts = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts || isA(node, 24) !== (parts[1] !== undefined)) return text;
  const [, century, year = '', month, day, hour, minute, second] = parts;
  return `${century ?? (Number(year) >= 50 ? '19' : '20')}${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

/**
 * A Name as RFC 4514 writes it: last RDN first, `CN=alice,O=Example`.
 *
 * @param name the SEQUENCE of RDNs
 */
export function nameText(name: DerNode, bytes: Uint8Array): string {
  return [...name.children]
    .reverse()
    .map((rdn) => rdn.children.map((pair) => attributeText(pair, bytes)).join('+'))
    .join(',');
}

/** One AttributeTypeAndValue as `CN=alice`. */
export function attributeText(pair: DerNode, bytes: Uint8Array): string {
  const [type, value] = pair.children;
  const oid = isA(type, 6) ? oidText(contentOf(type, bytes)) : null;
  if (oid === null || !value) return '?';
  const text = value.isConstructed ? '#' + toHex(bytes.subarray(value.start, value.end)) : stringText(value, bytes);
  return `${attributeShort(oid)}=${escaped(text)}`;
}

/** RFC 4514 §2.4 */
function escaped(text: string): string {
  return text.replace(/^[ #]|[,+"<>;=]| $/g, (character) => '\\' + character);
}

/** An OBJECT IDENTIFIER with its name: `commonName (2.5.4.3)`. */
export function oidValue(node: DerNode, bytes: Uint8Array): string {
  const oid = oidText(contentOf(node, bytes));
  if (oid === null) return 'not an object identifier';
  const name = oidSaid(oid);
  return name ? `${name} (${oid})` : oid;
}

/** An IP address, or in name constraints an address and a mask: 4, 16, 8 or 32 bytes. RFC 5280 §4.2.1.6, §4.2.1.10 */
export function addressText(raw: Uint8Array): string {
  if (raw.length === 8 || raw.length === 32) {
    const half = raw.length / 2;
    return `${addressText(raw.subarray(0, half))}/${addressText(raw.subarray(half))}`;
  }
  if (raw.length === 4) return raw.join('.');
  return raw.length === 16
    ? (toHex(raw).match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, '')).join(':')
    : toHex(raw);
}
