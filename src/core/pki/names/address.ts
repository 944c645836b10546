/** IP addresses, as names in a certificate hold them: 4 or 16 bytes. */
import { concat, uintBytes } from '../../bytes/reader.ts';
import { Reader } from '../../bytes/reader.ts';

/** Bytes of an address in text form; null when the text is no address. */
export function addressBytes(text: string): Uint8Array | null {
  return text.includes(':') ? bytesOf6(text) : bytesOf4(text);
}

/** An address as text, IPv6 shortened as RFC 5952 wants; null for another number of bytes. */
export function addressText(bytes: Uint8Array): string | null {
  if (bytes.length === 4) return [...bytes].join('.');
  if (bytes.length !== 16) return null;
  const reader = new Reader(bytes);
  const groups = Array.from({ length: 8 }, () => reader.uint(2).toString(16));
  const zeros = longestZeros(groups);
  if (zeros.count < 2) return groups.join(':');
  return `${groups.slice(0, zeros.from).join(':')}::${groups.slice(zeros.from + zeros.count).join(':')}`;
}

function bytesOf4(text: string): Uint8Array | null {
  const parts = text.split('.');
  const isAddress = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isAddress ? Uint8Array.from(parts, Number) : null;
}

function bytesOf6(text: string): Uint8Array | null {
  if (text.length > 45) return null;
  const lastColon = text.lastIndexOf(':');
  const tail = text.includes('.') ? bytesOf4(text.slice(lastColon + 1)) : new Uint8Array(0);
  if (tail === null) return null;
  const head = tail.length === 0 ? text : text.slice(0, lastColon + 1).replace(/([^:]):$/, '$1');
  const sides = head.split('::');
  if (sides.length > 2) return null;
  const [left, right] = sides.map((side) => (side === '' ? [] : side.split(':')));
  const groups = [...(left ?? []), ...(right ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  const missing = 8 - tail.length / 2 - groups.length;
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...(left ?? []), ...Array<string>(missing).fill('0'), ...(right ?? [])];
  return concat(...all.map((group) => uintBytes(parseInt(group, 16), 2)), tail);
}

function longestZeros(groups: readonly string[]): { from: number; count: number } {
  let best = { from: 0, count: 0 };
  let count = 0;
  for (const [at, group] of groups.entries()) {
    count = group === '0' ? count + 1 : 0;
    if (count > best.count) best = { from: at - count + 1, count };
  }
  return best;
}
