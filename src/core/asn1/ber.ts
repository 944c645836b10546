/**
 * BER where DER is wanted: NSS, and so the browsers that export by it, write PKCS#12 with lengths that are told only by
 * an end mark, and strings in pieces (X.690 sections 8.1.3.6 and 8.7.3).
 */
import { joined, Reader } from '../bytes/reader.ts';
import { TAG } from './tag.ts';
import { element } from './write.ts';

const INDEFINITE = 0x80;
const CONSTRUCTED = 0x20;
const STRING_IN_PIECES = TAG.octetString | CONSTRUCTED;
/** Nesting of a PKCS#12 file is about ten. */
const DEPTH = 40;

interface Value {
  readonly tag: number;
  readonly body: Uint8Array;
}

/**
 * The same value with each length told, and each octet string in one piece.
 *
 * @returns the bytes themselves where they begin with no indefinite length, or cannot be read: a strict reader says more
 */
export function withDefiniteLengths(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes);
  if (reader.left < 2 || (reader.peek(2) & 0xff) !== INDEFINITE) return bytes;
  const value = read(reader, DEPTH);
  return value !== null && reader.left === 0 ? whole(value) : bytes;
}

/** The octets of a string in pieces, whose tag does not tell that it is one: an implicit tag stands before it. */
export function piecesJoined(body: Uint8Array): Uint8Array | null {
  const pieces = readAll(new Reader(body), DEPTH);
  if (pieces === null || pieces.some(({ tag }) => tag !== TAG.octetString)) return null;
  return joined(pieces.map((piece) => piece.body));
}

const whole = ({ tag, body }: Value): Uint8Array => element(tag, body);

function read(reader: Reader, depth: number): Value | null {
  if (depth === 0 || reader.left < 2) return null;
  const tag = reader.uint(1);
  const first = reader.uint(1);
  if (first === INDEFINITE) return built(tag, readUntilEnd(reader, depth - 1));
  const wide = first < INDEFINITE ? 0 : first - INDEFINITE;
  if (wide > 4 || reader.left < wide) return null;
  const length = wide === 0 ? first : reader.uint(wide);
  if (reader.left < length) return null;
  const body = reader.take(length);
  return tag & CONSTRUCTED ? built(tag, readAll(new Reader(body), depth - 1)) : { tag, body };
}

function built(tag: number, parts: readonly Value[] | null): Value | null {
  if (parts === null || !(tag & CONSTRUCTED)) return null;
  if (tag !== STRING_IN_PIECES) return { tag, body: joined(parts.map(whole)) };
  const isString = parts.every((part) => part.tag === TAG.octetString);
  return isString ? { tag: TAG.octetString, body: joined(parts.map(({ body }) => body)) } : null;
}

function readAll(reader: Reader, depth: number): Value[] | null {
  const values: Value[] = [];
  while (reader.left > 0) {
    const value = read(reader, depth);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

/** Up to two zero bytes, which are the end mark. */
function readUntilEnd(reader: Reader, depth: number): Value[] | null {
  const values: Value[] = [];
  while (reader.left >= 2) {
    if (reader.peek(2) === 0) {
      reader.skip(2);
      return values;
    }
    const value = read(reader, depth);
    if (value === null) return null;
    values.push(value);
  }
  return null;
}
