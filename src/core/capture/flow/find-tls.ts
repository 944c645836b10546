/** Where TLS begins in the two streams of a connection, on whatever port, and which end is its client. */
import { Reader } from '../../bytes/reader.ts';
import { CAPTURE_LIMITS } from '../limits.ts';
import type { Flow, Way } from './flow.ts';
import { opposite } from './flow.ts';
import { headOf, joined, lengthOf } from './pieces.ts';
import type { Piece } from './stream.ts';
import { startTlsOf } from './start-tls.ts';

export interface FoundTls {
  readonly client: Way;
  /** bytes of each stream before its first record */
  readonly before: { readonly [W in Way]: number };
  readonly startTls: string | null;
}

type Pieces = { readonly [W in Way]: readonly Piece[] };

const HANDSHAKE = 22;
const [CLIENT_HELLO, SERVER_HELLO] = [1, 2];
/** 2^14, and what the oldest cipher suites may add (RFC 5246 §6.2.3) */
const RECORD_MOST = 0x4000 + 2048;

/** @returns null where nothing looks like TLS */
export function findTls(flow: Flow, pieces: Pieces): FoundTls | null {
  const heads = { near: head(pieces.near), far: head(pieces.far) };
  return byClientHello(flow, pieces, heads) ?? byServerHello(pieces, heads) ?? byRecords(flow, pieces, heads);
}

type Heads = { readonly [W in Way]: Uint8Array };

function head(pieces: readonly Piece[]): Uint8Array {
  return joined(headOf(pieces, CAPTURE_LIMITS.plaintextBytes));
}

/** The ClientHello that comes first, at once or after plaintext. */
function byClientHello({ opener }: Flow, pieces: Pieces, heads: Heads): FoundTls | null {
  const likely = opener ?? 'near';
  for (const client of [likely, opposite(likely)]) {
    const server = opposite(client);
    const hello = helloIn(heads[client]);
    if (hello === null) continue;
    // A client waits for the server's word before it begins: what was read until then is plaintext.
    const start = readableAt(pieces[client], hello);
    const answer = answerIn(heads[server], readBefore(pieces[server], start));
    const startTls = startTlsOf(heads[client].subarray(0, hello), heads[server].subarray(0, answer));
    return { client, startTls, before: both(client, hello, answer) };
  }
  return null;
}

/** Only the server's half was captured, or the client's first packets were lost. */
function byServerHello(pieces: Pieces, heads: Heads): FoundTls | null {
  for (const server of ['near', 'far'] as const) {
    if (!isServerHello(new Reader(heads[server]))) continue;
    const client = opposite(server);
    return { client, startTls: null, before: both(client, first(heads[client], 0, isHeader) ?? 0, 0) };
  }
  return null;
}

/** No hello was captured: TLS where a packet begins with one record after the other. */
function byRecords({ opener, places }: Flow, pieces: Pieces, heads: Heads): FoundTls | null {
  const starts = { near: rowOfRecords(pieces.near, heads.near), far: rowOfRecords(pieces.far, heads.far) };
  if (starts.near === null && starts.far === null) return null;
  const client = opener ?? (places.near.port >= places.far.port ? 'near' : 'far');
  const before = { near: starts.near ?? lengthOf(pieces.near), far: starts.far ?? lengthOf(pieces.far) };
  return { client, startTls: null, before };
}

function both(client: Way, ofClient: number, ofServer: number): FoundTls['before'] {
  return client === 'near' ? { near: ofClient, far: ofServer } : { near: ofServer, far: ofClient };
}

/** Offset of the first ClientHello, or null. */
function helloIn(head: Uint8Array): number | null {
  if (isOldHello(new Reader(head))) return 0;
  for (let at = head.indexOf(HANDSHAKE); at >= 0; at = head.indexOf(HANDSHAKE, at + 1))
    if (isClientHello(new Reader(head, 0, at))) return at;
  return null;
}

/** Record header, handshake header and version; the message may go on in further records. */
function isClientHello(input: Reader): boolean {
  if (!isHeader(input) || input.left < 11 || input.peek(1) !== HANDSHAKE || input.peek(1, 5) !== CLIENT_HELLO)
    return false;
  const [record, message] = [input.peek(2, 3), input.peek(3, 6)];
  return message >= 38 && message < 0x20000 && record >= 4 && input.peek(1, 9) === 3 && input.peek(1, 10) <= 4;
}

function isServerHello(input: Reader): boolean {
  return isHeader(input) && input.peek(1) === HANDSHAKE && input.peek(1, 5) === SERVER_HELLO;
}

/** A hello in the format before SSL 3.0: RFC 5246 §E.2. */
function isOldHello(input: Reader): boolean {
  const length = input.peek(2) & 0x7fff;
  const isShape = input.left >= 11 && input.peek(1) >= 0x80 && input.peek(1, 2) === CLIENT_HELLO;
  const version = input.peek(2, 3);
  const parts = 9 + input.peek(2, 5) + input.peek(2, 7) + input.peek(2, 9);
  return isShape && (version === 2 || (version >= 0x0300 && version <= 0x0304)) && parts === length;
}

/** Content type, version 3.0 to 3.4 and a length that can be: RFC 8446 §5.1. */
function isHeader(input: Reader): boolean {
  const [type, length] = [input.peek(1), input.peek(2, 3)];
  return (
    input.left >= 5 &&
    type >= 20 &&
    type <= 24 &&
    input.peek(1, 1) === 3 &&
    input.peek(1, 2) <= 4 &&
    length > 0 &&
    length <= RECORD_MOST
  );
}

/** Where the server's records begin, if `from` is right; else at its hello, since packets may come out of order. */
function answerIn(head: Uint8Array, from: number): number {
  if (isHeader(new Reader(head, 0, from))) return from;
  return first(head, 0, isServerHello) ?? first(head, from, isHeader) ?? from;
}

function first(head: Uint8Array, from: number, is: (input: Reader) => boolean): number | null {
  for (let at = from; at < head.length; at++) if (is(new Reader(head, 0, at))) return at;
  return null;
}

/** Start of the first piece from which records follow each other to the end of the head; null where there is none. */
function rowOfRecords(pieces: readonly Piece[], head: Uint8Array): number | null {
  let at = 0;
  for (const { bytes } of pieces) {
    if (at >= head.length) break;
    if (isRow(head, at)) return at;
    at += bytes.length;
  }
  return null;
}

const ROW = 3;

/** At most three records are asked, so that a search over all pieces stays linear. */
function isRow(head: Uint8Array, start: number): boolean {
  let at = start;
  for (let count = 0; count < ROW && at + 5 <= head.length; count++) {
    const input = new Reader(head, 0, at);
    if (!isHeader(input)) return false;
    at += 5 + input.peek(2, 3);
  }
  return at > start;
}

function readableAt(pieces: readonly Piece[], offset: number): number {
  let end = 0;
  for (const { bytes, readable } of pieces) {
    end += bytes.length;
    if (end > offset) return readable;
  }
  return Infinity;
}

function readBefore(pieces: readonly Piece[], packet: number): number {
  let count = 0;
  for (const { bytes, readable } of pieces) {
    if (readable >= packet) break;
    count += bytes.length;
  }
  return count;
}
