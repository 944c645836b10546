/**
 * The words in which wire formats are written down: `struct`, `u16`, `vec8`, ... Each reads its bytes into fields so
 * that every byte lands in exactly one leaf. Nothing here throws: what is cut short or left over becomes a leaf with a
 * problem. Notation after RFC 8446 §3.
 */
import { toHex } from '../../bytes/hex.ts';
import type { Reader } from '../../bytes/reader.ts';
import { field, hexValue, listed, type ByteRange, type Field } from '../../bytes/field.ts';
import type { KeyExchange } from '../names/suites.ts';

export { field, hexValue, listed };

/** What a format may need to know of its surroundings. */
export interface Env {
  /** RFC and section of the enclosing structure; fields without their own inherit it */
  readonly source: string;
  /** handshake message we are in, by its name */
  readonly message: string;
  /** negotiated version, 0x0304 for TLS 1.3; 0 while unknown */
  readonly version: number;
  /** key exchange of the negotiated TLS 1.2 suite */
  readonly keyExchange: KeyExchange;
  /** the sender of this message shows a bare key instead of certificates, RFC 7250 */
  readonly hasRawKey?: boolean;
}

export interface Format {
  readonly name: string;
  /** nothing at all is a valid encoding */
  readonly mayBeEmpty?: boolean;
  /** Consumes this format's bytes from `input` and appends its fields to `out`. */
  read(input: Reader, env: Env, out: Field[]): void;
}

/** A table of names by number, and how its numbers are written. */
export interface Names {
  readonly base: 10 | 16;
  nameOf(code: number): string | undefined;
}

export type Summary = (children: readonly Field[]) => string;

export function hexNumber(code: number, digits: number): string {
  return '0x' + code.toString(16).padStart(digits, '0');
}

/** Whether a two-byte code is one of those that clients sprinkle in to keep servers tolerant, RFC 8701 §2. */
export function isGrease(code: number): boolean {
  return (code & 0x0f0f) === 0x0a0a && code >> 8 === (code & 0xff);
}

/** A code in words: `TLS_AES_128_GCM_SHA256 (0x1301)`, `unknown_ca (48)`. */
export function named(code: number, width: number, names: Names): string {
  if (width > 2) return inWords(code, width, names);
  let said = words.get(names);
  if (said === undefined) words.set(names, (said = new Map()));
  let text = said.get(code);
  if (text === undefined) said.set(code, (text = inWords(code, width, names)));
  return text;
}

/** One map a registry: a hello alone names some sixty codes. Codes of one registry have one width. */
const words = new WeakMap<Names, Map<number, string>>();

function inWords(code: number, width: number, names: Names): string {
  const name = names.nameOf(code) ?? (width === 2 && isGrease(code) ? 'GREASE' : 'unknown');
  return `${name} (${names.base === 16 ? hexNumber(code, width * 2) : code})`;
}

const SHORT = 'Cut short: the bytes end inside this field.';
const MISSING = 'Missing: the bytes end before it.';
const LEFT_OVER = 'Bytes after the end of the structure: not decoded.';
/** What is wrong with a length that is larger than what follows; '' where it fits. */
export const announcesTooMuch = (announced: number, here: number): string =>
  announced > here ? `Announces ${announced} bytes, but only ${here} are here.` : '';

/** Whether a problem means that the bytes break their format, and not that we do not know them. */
export const isMalformed = (problem: string): boolean =>
  problem === SHORT || problem === MISSING || problem === LEFT_OVER || problem.startsWith('Announces ');

function uint(width: number, name: string, says: string, names?: Names): Format {
  return {
    name,
    read(input, env, out) {
      const start = input.at;
      if (input.left < width) {
        const rest = input.take();
        out.push(field(name, toHex(rest), input.since(start), env.source, says, SHORT));
        return;
      }
      const code = input.uint(width);
      const value = names ? named(code, width, names) : String(code);
      out.push(field(name, value, input.since(start), env.source, says));
    },
  };
}

/** One-, two-, three- and four-byte numbers. `names` turns codes into words. */
export const u8 = (name: string, says: string, names?: Names) => uint(1, name, says, names);
export const u16 = (name: string, says: string, names?: Names) => uint(2, name, says, names);
export const u24 = (name: string, says: string, names?: Names) => uint(3, name, says, names);
export const u32 = (name: string, says: string, names?: Names) => uint(4, name, says, names);

/** Bytes without inner structure: `length` of them, or all that are left. `show` turns them into a value. */
export function bytes(
  name: string,
  says: string,
  length?: number,
  show: (bytes: Uint8Array, start: number, end: number) => string = hexValue,
): Format {
  return {
    name,
    mayBeEmpty: length === undefined,
    read(input, env, out) {
      if (length === undefined && input.left === 0) return;
      const start = input.at;
      input.skip(length ?? input.left);
      const range = input.since(start);
      const problem = length !== undefined && range.end - start < length ? SHORT : '';
      out.push(field(name, show(input.bytes, start, range.end), range, env.source, says, problem));
    },
  };
}

const SHOWN_TEXT = 160;

/** Bytes from `start` up to `end` shown as text. Control characters are shown as `\xNN`, so that a peer's text cannot pretend to be ours. */
export function textValue(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '\\x' + byte.toString(16).padStart(2, '0');
    if (text.length > SHOWN_TEXT) return `${text}… (${end - start} bytes)`;
  }
  return text;
}

export const text = (name: string, says: string) => bytes(name, says, undefined, textValue);

/** Several formats one after the other, without a node of their own. */
export function sequence(name: string, ...formats: readonly Format[]): Format {
  return {
    name,
    mayBeEmpty: formats.every((format) => format.mayBeEmpty),
    read(input, env, out) {
      for (const format of formats) {
        if (input.left === 0 && !format.mayBeEmpty) {
          out.push(field(format.name, '', input.since(input.at), env.source, '', MISSING));
          return;
        }
        format.read(input, env, out);
      }
    },
  };
}

/** A node with its parts. */
export function struct(name: string, says: string, formats: readonly Format[], summary?: Summary): Format {
  const parts = sequence(name, ...formats);
  return {
    name,
    mayBeEmpty: parts.mayBeEmpty === true,
    read(input, env, out) {
      const start = input.at;
      const children: Field[] = [];
      parts.read(input, env, children);
      const range = input.since(start);
      out.push(field(name, summary?.(children) ?? sizeOf(range), range, env.source, says, '', children));
    },
  };
}

const sizeOf = ({ start, end }: ByteRange): string => (end - start === 1 ? '1 byte' : `${end - start} bytes`);

/** The same format under an RFC section of its own. */
export function from(source: string, format: Format): Format {
  return {
    name: format.name,
    mayBeEmpty: format.mayBeEmpty === true,
    read: (input, env, out) => format.read(input, { ...env, source }, out),
  };
}

/** Present only when bytes are left. */
export function optional(format: Format): Format {
  return {
    name: format.name,
    mayBeEmpty: true,
    read(input, env, out) {
      if (input.left > 0) format.read(input, env, out);
    },
  };
}

/** A format that depends on the surroundings. */
export function choose(name: string, pick: (env: Env, input: Reader) => Format, mayBeEmpty = false): Format {
  return { name, mayBeEmpty, read: (input, env, out) => pick(env, input).read(input, env, out) };
}

/** Reads all of `input` as `format`; what it leaves over becomes a leaf that says so. */
export function whole(format: Format, input: Reader, env: Env, out: Field[]): void {
  if (input.left > 0 || !format.mayBeEmpty) sequence(format.name, format).read(input, env, out);
  if (input.left > 0) out.push(undecoded(input, env.source, LEFT_OVER));
}

/** All that is left of `input` as one leaf that is not explained. */
export function undecoded(input: Reader, source: string, problem: string, name = 'not decoded'): Field {
  const start = input.at;
  input.skip(input.left);
  return field(name, hexValue(input.bytes, start, input.at), input.since(start), source, '', problem);
}

function vector(width: number, name: string, item: Format, says: string, summary: Summary): Format {
  const length = uint(width, 'length', LENGTH_SAYS);
  return {
    name,
    read(input, env, out) {
      const start = input.at;
      const children: Field[] = [];
      if (input.left < width) {
        length.read(input, env, children);
        out.push(field(name, '', input.since(start), env.source, says, SHORT, children));
        return;
      }
      const announced = input.peek(width);
      length.read(input, env, children);
      const here = input.left;
      const body = input.part(announced);
      while (body.left > 0) {
        const before = body.at;
        item.read(body, env, children);
        if (body.at === before) children.push(undecoded(body, env.source, 'Not decoded.'));
      }
      const problem = announcesTooMuch(announced, here);
      out.push(field(name, summary(children.slice(1)), input.since(start), env.source, says, problem, children));
    },
  };
}

const LENGTH_SAYS = 'How many bytes follow in this list.';

/** A length of one, two or three bytes, then as many bytes of items. */
export const vec8 = (name: string, item: Format, says: string, summary: Summary = listed) =>
  vector(1, name, item, says, summary);
export const vec16 = (name: string, item: Format, says: string, summary: Summary = listed) =>
  vector(2, name, item, says, summary);
export const vec24 = (name: string, item: Format, says: string, summary: Summary = listed) =>
  vector(3, name, item, says, summary);
