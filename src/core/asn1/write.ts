/** Writes DER. Every function returns a whole element: tag, length, content. */
import { concat, uintBytes } from '../bytes/reader.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { context, TAG } from './tag.ts';
import { isoTime } from './time.ts';

/** One element with the given tag around `parts`. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  return concat(Uint8Array.of(tag), length(body.length), body);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(TAG.sequence, ...parts);
export const octetString = (bytes: Uint8Array): Uint8Array => element(TAG.octetString, bytes);
export const NULL = element(TAG.null);
export const TRUE = element(TAG.boolean, Uint8Array.of(0xff));

/** `[number]` around whole elements. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  element(context(number, 'constructed'), ...parts);

/** `[number]` in place of a primitive element's own tag. */
export const implicit = (number: number, content: Uint8Array): Uint8Array =>
  element(context(number, 'primitive'), content);

/** SET OF: DER sorts the members by their bytes (X.690 section 11.6). */
export function setOf(members: readonly Uint8Array[]): Uint8Array {
  return element(TAG.set, ...[...members].sort(byBytes));
}

/** INTEGER of big-endian bytes without a sign; a leading zero is added or removed as DER wants it. */
export function integer(bytes: Uint8Array | number): Uint8Array {
  const raw = typeof bytes === 'number' ? uintBytes(bytes, 6) : bytes;
  const first = raw.findIndex((byte) => byte !== 0);
  const short = first < 0 ? new Uint8Array(1) : raw.subarray(first);
  const isHigh = short.subarray(0, 1).some((byte) => byte >= 0x80);
  return isHigh ? element(TAG.integer, new Uint8Array(1), short) : element(TAG.integer, short);
}

/** BIT STRING of whole bytes. */
export const bitString = (bytes: Uint8Array): Uint8Array => element(TAG.bitString, new Uint8Array(1), bytes);

/** BIT STRING of named bits, trailing zero bits removed as DER demands (X.690 section 11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...bits);
  const unused = highest < 0 ? 0 : 7 - (highest % 8);
  const bytes = Uint8Array.from({ length: Math.ceil((highest + 1) / 8) }, (_, at) =>
    bits.filter((bit) => bit >> 3 === at).reduce((byte, bit) => byte | (0x80 >> (bit & 7)), 0),
  );
  return element(TAG.bitString, Uint8Array.of(unused), bytes);
}

/** OBJECT IDENTIFIER from dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const numbers = [first * 40n + second, ...rest];
  return element(TAG.oid, Uint8Array.from(numbers.flatMap(base128)));
}

/**
 * A time as certificates write it: UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5).
 *
 * @param ms Unix time in ms; the part of a second is cut off
 */
export function time(ms: number): Uint8Array {
  const digits = isoTime(ms).replace(/\D/g, '').slice(0, 14);
  const year = Number(digits.slice(0, 4));
  return year >= 1950 && year < 2050
    ? element(TAG.utcTime, toUtf8(digits.slice(2) + 'Z'))
    : element(TAG.generalizedTime, toUtf8(digits + 'Z'));
}

/** GeneralizedTime, whatever the year. */
export function generalizedTime(ms: number): Uint8Array {
  return element(TAG.generalizedTime, toUtf8(isoTime(ms).replace(/\D/g, '').slice(0, 14) + 'Z'));
}

function length(count: number): Uint8Array {
  if (count < 0x80) return Uint8Array.of(count);
  const width = count < 0x100 ? 1 : count < 0x10000 ? 2 : count < 0x1000000 ? 3 : 4;
  return concat(Uint8Array.of(0x80 + width), uintBytes(count, width));
}

function base128(value: bigint): number[] {
  const digits = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) digits.unshift(Number(rest & 0x7fn) | 0x80);
  return digits;
}

function byBytes(one: Uint8Array, other: Uint8Array): number {
  for (const [at, byte] of one.entries()) {
    const difference = byte - (other[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
