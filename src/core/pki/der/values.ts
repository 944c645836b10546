/** The simple values inside DER elements. */
import { TAG } from '../../asn1/tag.ts';
import { bigFrom } from '../../bytes/big.ts';
import { Reader } from '../../bytes/reader.ts';
import { Malformed, type DerReader, type Element } from './read.ts';

/** More arcs than any registered OID has. */
const OID_ARCS = 128;

/** Content of an INTEGER, checked to be in shortest form. Most significant byte first, two's complement. */
export function integerBytes(element: Element, what: string): Uint8Array {
  const reader = new Reader(element.body);
  if (reader.left === 0) throw new Malformed(`${what} at byte ${element.at} is an empty number.`);
  const start = reader.peek(2);
  if (reader.left > 1 && (start < 0x0080 || start >= 0xff80)) {
    throw new Malformed(`${what} at byte ${element.at} has needless leading bytes.`);
  }
  return element.body;
}

/** A small non-negative INTEGER; negative or above 2^31 is damage here. */
export function smallInteger(element: Element, what: string): number {
  const reader = new Reader(integerBytes(element, what));
  const value = reader.peek(Math.min(reader.left, 6));
  if (reader.left > 4 || reader.peek(1) >= 0x80) throw new Malformed(`${what} at byte ${element.at} is out of range.`);
  return value;
}

/** A non-negative INTEGER of any size. */
export function bigInteger(element: Element, what: string): bigint {
  const bytes = integerBytes(element, what);
  if (new Reader(bytes).peek(1) >= 0x80) throw new Malformed(`${what} at byte ${element.at} is negative.`);
  return bigFrom(bytes);
}

/** BOOLEAN with an optional place: absent means false. DER knows only 0x00 and 0xff. */
export function optionalBoolean(reader: DerReader, what: string): boolean {
  const element = reader.optional(what, TAG.boolean);
  if (element === null) return false;
  const value = new Reader(element.body);
  if (value.left !== 1 || (value.peek(1) !== 0 && value.peek(1) !== 0xff)) {
    throw new Malformed(`${what} at byte ${element.at} is neither true nor false.`);
  }
  return value.peek(1) === 0xff;
}

/** Bytes of a BIT STRING that holds whole bytes, as keys and signatures do. */
export function bitStringBytes(element: Element, what: string): Uint8Array {
  const reader = new Reader(element.body);
  if (reader.left === 0 || reader.uint(1) !== 0) {
    throw new Malformed(`${what} at byte ${element.at} is not a whole number of bytes.`);
  }
  return reader.take();
}

/** The numbers of the bits that are set in a named BIT STRING, such as keyUsage; bit 0 is the first. */
export function setBits(element: Element, what: string): number[] {
  const reader = new Reader(element.body);
  const unused = reader.uint(1);
  if (element.body.length === 0 || unused > 7 || (reader.left === 0 && unused > 0)) {
    throw new Malformed(`${what} at byte ${element.at} has a wrong count of unused bits.`);
  }
  if (reader.left > 4) throw new Malformed(`${what} at byte ${element.at} has more bits than any named list.`);
  const bits: number[] = [];
  for (let start = 0; reader.left > 0; start += 8) {
    const byte = reader.uint(1);
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) bits.push(start + bit);
  }
  if (bits.some((bit) => bit >= (element.body.length - 1) * 8 - unused)) {
    throw new Malformed(`${what} at byte ${element.at} has unused bits that are set.`);
  }
  return bits;
}

/** OBJECT IDENTIFIER in dotted form. */
export function oidText(element: Element): string {
  const reader = new Reader(element.body);
  const arcs: bigint[] = [];
  while (reader.left > 0) {
    if (reader.peek(1) === 0x80 || arcs.length >= OID_ARCS) throw new Malformed(`Bad OID at byte ${element.at}.`);
    let arc = 0n;
    let byte = 0x80;
    for (let length = 0; byte & 0x80; length++) {
      if (reader.left === 0 || length > 18) throw new Malformed(`The OID at byte ${element.at} is cut off.`);
      byte = reader.uint(1);
      arc = (arc << 7n) | BigInt(byte & 0x7f);
    }
    arcs.push(arc);
  }
  const [first, ...rest] = arcs;
  if (first === undefined) throw new Malformed(`The OID at byte ${element.at} is empty.`);
  // The first two arcs share one number, X.690 section 8.19.4.
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

/**
 * UTCTime or GeneralizedTime in the one form that certificates may use: seconds, and Z.
 *
 * @returns Unix time in ms
 * @see RFC 5280 section 4.1.2.5
 */
export function timeMs(element: Element, what: string): number {
  const text = String.fromCharCode(...element.body.subarray(0, 20));
  const isUtc = element.tag === TAG.utcTime;
  const form = isUtc ? /^\d{12}Z$/ : /^\d{14}Z$/;
  if (!form.test(text)) throw new Malformed(`${what} at byte ${element.at} is not a time as certificates write it.`);
  const digits = isUtc ? (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text : text;
  const part = (from: number, to: number) => Number(digits.slice(from, to));
  const [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)];
  const [hours, minutes, seconds] = [part(8, 10), part(10, 12), part(12, 14)];
  const days = daysSince1970(year, month, day);
  const isReal = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isReal || hours > 23 || minutes > 59 || seconds > 59) {
    throw new Malformed(`${what} at byte ${element.at} is no real date and time.`);
  }
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days of the Gregorian calendar, counted in years that begin in March so that the leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719468;
}
