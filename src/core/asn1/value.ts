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
  const plain = plainText(bytes, node.content, node.end);
  if (plain !== null && !isA(node, 30)) return plain;
  const raw = contentOf(node, bytes);
  const text = isA(node, 30) ? utf16(raw) : isA(node, 12) ? decoder.decode(raw) : latin(raw);
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => '\\u' + (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0'),
  );
}

/** Printable ASCII as it stands; null where there is anything else. */
function plainText(bytes: Uint8Array, start: number, end: number): string | null {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < 0x20 || byte > 0x7e) return null;
    text += String.fromCharCode(byte);
  }
  return text;
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
  let from = node.content;
  while (from < node.end && bytes[from] === 0) from += 1;
  return from >= node.end ? '00' : toHex(bytes, from, node.end);
}

/**
 * UTCTime or GeneralizedTime as ISO 8601 (`2026-03-01T12:00:00Z`); what is not one is given as its text.
 *
 * @see RFC 5280 §4.1.2.5: two-digit years from 50 on are 19xx
 */
export function timeText(node: DerNode, bytes: Uint8Array): string {
  const text = stringText(node, bytes);
  if (!/^(\d\d)?\d{12}Z$/.test(text) || isA(node, 24) !== (text.length === 15)) return text;
  const long = text.length === 15 ? text : (text >= '50' ? '19' : '20') + text;
  const part = (at: number): string => long.slice(at, at + 2);
  return `${long.slice(0, 4)}-${part(4)}-${part(6)}T${part(8)}:${part(10)}:${part(12)}Z`;
}

/**
 * A Name as RFC 4514 writes it: last RDN first, `CN=alice,O=Example`.
 *
 * @param name the SEQUENCE of RDNs
 */
export function nameText(name: DerNode, bytes: Uint8Array): string {
  let text = '';
  for (let at = name.children.length - 1; at >= 0; at--) {
    if (at < name.children.length - 1) text += ',';
    for (const [index, pair] of name.children[at]!.children.entries()) {
      if (index > 0) text += '+';
      text += attributeText(pair, bytes);
    }
  }
  return text;
}

/** One AttributeTypeAndValue as `CN=alice`. */
export function attributeText(pair: DerNode, bytes: Uint8Array): string {
  const [type, value] = pair.children;
  const oid = isA(type, 6) ? oidText(bytes, type.content, type.end) : null;
  if (oid === null || !value) return '?';
  const text = value.isConstructed ? '#' + toHex(bytes, value.start, value.end) : stringText(value, bytes);
  return `${attributeShort(oid)}=${escaped(text)}`;
}

/** RFC 4514 §2.4 */
function escaped(text: string): string {
  if (!/^[ #]|[,+"<>;=]| $/.test(text)) return text;
  return text.replace(/^[ #]|[,+"<>;=]| $/g, (character) => '\\' + character);
}

/** An OBJECT IDENTIFIER with its name: `commonName (2.5.4.3)`. */
export function oidValue(node: DerNode, bytes: Uint8Array): string {
  const oid = oidText(bytes, node.content, node.end);
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
