/** Pieces of OpenSSL's texts: bytes, times, names. */
import { civilTime } from '../../asn1/time.ts';
import { colonHex, toHex } from '../../bytes/hex.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { attributeName } from '../names/attributes.ts';
import type { Attribute, Name } from '../names/name.ts';

/** OpenSSL prints something here in a way that is not known. */
export class NotKnown extends Error {}

/** `0a:1b:…`, so many bytes a line; a colon ends each line but the last. */
export function hexLines(bytes: Uint8Array, each: number, indent: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += each) {
    const end = Math.min(at + each, bytes.length);
    lines.push(`${indent}${colonHex(bytes.subarray(at, end))}${end < bytes.length ? ':' : ''}`);
  }
  return lines;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov  6 09:05:00 2026 GMT` @param ms Unix time */
export function opensslTime(ms: number): string {
  const { year, month, day, clock } = civilTime(ms);
  return `${MONTHS[month - 1] ?? ''} ${String(day).padStart(2)} ${clock} ${year} GMT`;
}

/** `O = Order Desk, CN = alice` (XN_FLAG_ONELINE), in the certificate's order. */
export function nameLine({ rdns }: Name): string {
  return rdns.map((rdn) => rdn.map((one) => `${shortName(one)} = ${quotedValue(one)}`).join(' + ')).join(', ');
}

/** `/O=Order Desk/CN=alice`, OpenSSL's old form, which it prints of names inside extensions. */
export function slashedName({ rdns }: Name): string {
  return rdns
    .flat()
    .map((one) => `/${shortName(one)}=${plainText(one)}`)
    .join('');
}

function shortName({ oid }: Attribute): string {
  const name = attributeName(oid);
  if (name === oid) throw new NotKnown();
  return name;
}

function plainText({ text }: Attribute): string {
  if (text === null || /[^\x20-\x7e]/.test(text)) throw new NotKnown();
  return text;
}

/** In quotes where RFC 2253 would need a backslash; what is no ASCII as the bytes of its UTF-8. */
function quotedValue({ text }: Attribute): string {
  if (text === null) throw new NotKnown();
  const escaped = Array.from(toUtf8(text), (byte) => {
    if (byte < 0x20 || byte > 0x7e) return `\\${toHex(Uint8Array.of(byte)).toUpperCase()}`;
    const character = String.fromCharCode(byte);
    return character === '"' || character === '\\' ? `\\${character}` : character;
  }).join('');
  return /[,+"<>;]|^[ #]| $/.test(text) ? `"${escaped}"` : escaped;
}
