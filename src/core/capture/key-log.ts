/** Key logs as files: what is one, and whose secrets it has. */
import { toHex } from '../bytes/hex.ts';
import { concat, Reader } from '../bytes/reader.ts';
import type { Chunk } from '../tls/dissection.ts';

const LINE = /^[A-Z0-9_]+ [0-9a-f]{64} [0-9a-f]+\s*$/im;
const RANDOMS = /^[A-Z0-9_]+ ([0-9a-f]{64}) [0-9a-f]+\s*$/gim;

/** Whether the text has at least one line of a key log (draft-ietf-tls-keylogfile §2). */
export function hasKeyLogLine(text: string): boolean {
  return LINE.test(text);
}

/** The same; a log without any line, or with comments only, is one too. */
export function isKeyLog(text: string): boolean {
  return hasKeyLogLine(text) || text.split('\n').every((line) => /^\s*(#|$)/.test(line));
}

/** The client randoms of all its lines, in lower-case hex: each stands for one connection. */
export function randomsIn(keyLog: string): ReadonlySet<string> {
  return new Set(Array.from(keyLog.matchAll(RANDOMS), ([, random = '']) => random.toLowerCase()));
}

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER_BYTES = 5;
/** up to the end of `random`: type, length of 3 bytes, version, 32 bytes of random */
const HELLO_BYTES = 1 + 3 + 2 + 32;
const RANDOM_AT = 1 + 3 + 2;

/**
 * The random of the ClientHello that begins a connection, found without dissecting it.
 *
 * @param chunks of a whole connection, or its first ones
 * @returns lower-case hex; null where the connection does not begin with a ClientHello
 * @see RFC 8446 §4.1.2
 */
export function clientRandomOf(chunks: readonly Chunk[]): string | null {
  let hello: Uint8Array = new Uint8Array();
  const input = new Reader(beginningOf(chunks));
  while (hello.length < HELLO_BYTES) {
    if (input.left < RECORD_HEADER_BYTES || input.peek(1) !== HANDSHAKE) return null;
    const length = input.peek(2, 3);
    input.skip(RECORD_HEADER_BYTES);
    hello = concat(hello, input.take(Math.min(length, input.left)));
  }
  return hello.at(0) === CLIENT_HELLO ? toHex(hello.subarray(RANDOM_AT, HELLO_BYTES)) : null;
}

/** The client may send its hello in records of one byte each. */
const MOST_BYTES = HELLO_BYTES * (RECORD_HEADER_BYTES + 1);

function beginningOf(chunks: readonly Chunk[]): Uint8Array {
  let bytes: Uint8Array = new Uint8Array();
  for (const { from, bytes: more } of chunks) {
    if (bytes.length >= MOST_BYTES) break;
    if (from === 'client') bytes = concat(bytes, more.subarray(0, MOST_BYTES));
  }
  return bytes;
}
