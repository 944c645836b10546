/**
 * Bytes of the wire on the bridge. They travel as binary frames. To the page come records, several in one frame where
 * they are close together; from the page come bytes of its own TLS client, which the bridge writes to its connection:
 *
 *     frame  = kind (1 byte, 0x01), then one record or more
 *     record = seq (6) run (4) index (4) sentAt (6) at (6) flags (1) length (4) sent
 *              and, where flag 0x02 is set, length (4) delivered
 *
 *     frame  = kind (1 byte, 0x02), run (4), then one byte or more for the server
 *
 * All numbers are big-endian, times count microseconds. Flag 0x01: sent by the server. Flag 0x04: it waits at the gate
 * since `sentAt`, and `at` says the same. Otherwise `at` is when it was let through; without flag 0x02 the peer got what
 * was sent, and an empty `delivered` means that nothing reached it. An empty `sent`: nobody sent it, the tap did.
 */
import { Reader, concat, uintBytes } from '../bytes/reader.ts';
import { LIMITS } from './limits.ts';
import type { Unplaced, WireRecord } from './run.ts';

const KIND_RECORDS = 0x01;
const KIND_CLIENT_BYTES = 0x02;
/** kind and run */
const CLIENT_HEAD_BYTES = 1 + 4;
const FROM_SERVER = 0x01;
const HAS_DELIVERED = 0x02;
const IS_HELD = 0x04;
const FLAGS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5]);
/** seq, run, index, sentAt, at, flags, length of `sent` */
const HEAD_BYTES = 6 + 4 + 4 + 6 + 6 + 1 + 4;
const MICROSECONDS = 1000;

/** The longest that one side's copy of a record can be: 5-byte header, 2^14 bytes and 256 of expansion (RFC 8446 §5.2). */
export const RECORD_BYTES = 5 + 2 ** 14 + 256;

/** What a frame held, or why it was not understood. */
export type DecodedFrame =
  | { readonly kind: 'records'; readonly records: readonly WireRecord[] }
  | { readonly kind: 'refused'; readonly text: string };

/** Bytes that one record takes in a frame, so that a sender can fill a frame up to `LIMITS.frameBytes`. */
export function encodedBytes(record: Unplaced): number {
  if ('held' in record) return HEAD_BYTES + record.held.length;
  return HEAD_BYTES + record.sent.length + (record.delivered ? 4 + record.delivered.length : 0);
}

/** The smallest room that a growing frame takes. */
const FIRST_ROOM = 1024;

/**
 * A frame that grows record by record, each encoded when it comes; a time is kept to the microsecond. Whoever fills it
 * keeps it within `LIMITS.frameBytes`, and each copy of a record within {@link RECORD_BYTES}.
 */
export class RecordFrame {
  #room: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 1;

  /** @param room bytes that it is expected to need */
  constructor(room = FIRST_ROOM) {
    this.#room = new Uint8Array(room);
    this.#view = new DataView(this.#room.buffer);
    this.#room[0] = KIND_RECORDS;
  }

  /** bytes so far */
  get length(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.#length === 1;
  }

  /** bytes that it can hold before it has to grow */
  get room(): number {
    return this.#room.length;
  }

  /** Begins again, in the same memory. */
  clear(): void {
    this.#length = 1;
  }

  /** The frame so far, no copy of it. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#room.subarray(0, this.#length);
  }

  /** @param place the record's in its session: as a rule the record itself knows it */
  add(record: Unplaced, { seq, run }: Pick<WireRecord, 'seq' | 'run'>): void {
    const { index, from, at } = record;
    const isHeld = 'held' in record;
    const [sentAt, sent, delivered] = isHeld ? [at, record.held, null] : [record.sentAt, record.sent, record.delivered];
    const flags = (from === 'server' ? FROM_SERVER : 0) | (delivered ? HAS_DELIVERED : 0) | (isHeld ? IS_HELD : 0);
    this.#makeRoom(encodedBytes(record));
    this.#sixBytes(seq);
    this.#fourBytes(run);
    this.#fourBytes(index);
    this.#sixBytes(Math.round(sentAt * MICROSECONDS));
    this.#sixBytes(Math.round(at * MICROSECONDS));
    this.#room[this.#length++] = flags;
    this.#withLength(sent);
    if (delivered) this.#withLength(delivered);
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#room.length) return;
    const room = new Uint8Array(Math.max(2 * this.#room.length, this.#length + bytes));
    room.set(this.bytes);
    this.#room = room;
    this.#view = new DataView(room.buffer);
  }

  #fourBytes(value: number): void {
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  #sixBytes(value: number): void {
    this.#view.setUint16(this.#length, Math.floor(value / 2 ** 32));
    this.#view.setUint32(this.#length + 2, value % 2 ** 32);
    this.#length += 6;
  }

  #withLength(bytes: Uint8Array): void {
    this.#fourBytes(bytes.length);
    this.#room.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}

/**
 * Reads one frame. Strict: unknown kinds and flags, too long records and left-over bytes refuse the whole frame.
 *
 * @param frame the bytes of one binary WebSocket message; the records' bytes are copies of its parts
 * @returns the records in the order of the frame, or one sentence about what is wrong; never throws
 */
export function decodeRecords(frame: Uint8Array): DecodedFrame {
  if (frame.length > LIMITS.frameBytes) return refused(`The frame is longer than ${LIMITS.frameBytes} bytes.`);
  const reader = new Reader(frame);
  if (reader.left === 0 || reader.uint(1) !== KIND_RECORDS) return refused('The frame is of an unknown kind.');
  const records: WireRecord[] = [];
  do {
    const record = readRecord(reader);
    if (typeof record === 'string') return refused(record);
    records.push(record);
  } while (reader.left > 0);
  return { kind: 'records', records };
}

const refused = (text: string) => ({ kind: 'refused', text }) as const;

/** Bytes that the page's own client sends in one of its runs. */
export interface ClientBytes {
  readonly run: number;
  readonly bytes: Uint8Array;
}

/** What a frame of the page's client held, or why it was not understood. */
export type DecodedClientBytes =
  (ClientBytes & { readonly kind: 'client-bytes' }) | { readonly kind: 'refused'; readonly text: string };

/** The most that one frame of a page's client can carry. */
export const CLIENT_BYTES = LIMITS.frameBytes - CLIENT_HEAD_BYTES;

/** Any number of bytes as frames, in order; none for no bytes. */
export function clientFrames({ run, bytes }: ClientBytes): Uint8Array<ArrayBuffer>[] {
  const head = concat(uintBytes(KIND_CLIENT_BYTES, 1), uintBytes(run, 4));
  const count = Math.ceil(bytes.length / CLIENT_BYTES);
  return Array.from({ length: count }, (_, index) =>
    concat(head, bytes.subarray(index * CLIENT_BYTES, (index + 1) * CLIENT_BYTES)),
  );
}

/** Reads one frame of a page's client; never throws. The bytes are a view of the frame. */
export function decodeClientBytes(frame: Uint8Array): DecodedClientBytes {
  if (frame.length > LIMITS.frameBytes) return refused(`The frame is longer than ${LIMITS.frameBytes} bytes.`);
  const reader = new Reader(frame);
  if (reader.left === 0 || reader.uint(1) !== KIND_CLIENT_BYTES) return refused('The frame is of an unknown kind.');
  if (reader.left <= 4) return refused('The frame carries no bytes.');
  return { kind: 'client-bytes', run: reader.uint(4), bytes: reader.take() };
}

function readRecord(reader: Reader): WireRecord | string {
  if (reader.left < HEAD_BYTES - 4) return 'The frame ends inside a record.';
  const seq = reader.uint(6);
  const run = reader.uint(4);
  const index = reader.uint(4);
  const [sentAt, at] = [reader.uint(6) / MICROSECONDS, reader.uint(6) / MICROSECONDS];
  const flags = reader.uint(1);
  if (!FLAGS.has(flags)) return 'The frame has an unknown flag.';
  const sent = readBytes(reader);
  if (typeof sent === 'string') return sent;
  const delivered = flags & HAS_DELIVERED ? readBytes(reader) : null;
  if (typeof delivered === 'string') return delivered;
  const from = flags & FROM_SERVER ? 'server' : 'client';
  if (flags & IS_HELD) return { seq, run, index, from, at, held: sent };
  return { seq, run, index, from, sentAt, at, sent, delivered };
}

function readBytes(reader: Reader): Uint8Array | string {
  if (reader.left < 4) return 'The frame ends inside a length.';
  const length = reader.uint(4);
  if (length > RECORD_BYTES) return `A record is longer than ${RECORD_BYTES} bytes.`;
  if (reader.left < length) return 'The frame ends inside the bytes of a record.';
  return concat(reader.take(length)); // a copy, even of Node's Buffer, whose slice() shares memory
}
