/** One direction of a TCP connection: segments in any order in, the stream that the peer read out. */
import { sameBytes } from '../../bytes/reader.ts';
import type { TcpSegment } from '../net/tcp.ts';

interface Segment {
  /** of its first byte, in a count that does not wrap */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly packet: number;
  readonly acknowledged: number | null;
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** time of the packet that brought it */
  readonly at: number;
  /** the packet after which it could be read: its own, or the later one that filled a gap before it */
  readonly readable: number;
  /** sequence number up to which its sender had then heard the other side, modulo 2^32; null where it does not say */
  readonly acknowledged: number | null;
}

export interface Assembled {
  readonly pieces: readonly Piece[];
  /** sequence number of the first byte, modulo 2^32 */
  readonly startsAt: number;
  /** bytes that were sent but not captured, and where; nothing after them is in {@link pieces} */
  readonly hole: { readonly after: number; readonly bytes: number; readonly packet: number } | null;
  /** the first packet that sends again, with other content, what had been sent before */
  readonly conflict: number | null;
}

/** What a TCP segment says of its data; numbers are modulo 2^32. */
export type SentData = Pick<TcpSegment, 'sequence' | 'data' | 'acknowledged'>;

const WRAP = 2 ** 32;

export class Stream {
  readonly #segments: Segment[] = [];
  #start: number | null = null;
  #lastSequence: number | null = null;
  #lastOffset = 0;

  /** Where the stream begins was captured. */
  get isWhole(): boolean {
    return this.#start !== null;
  }

  /** @param sequence of the first byte after SYN */
  begin(sequence: number): void {
    this.#start = this.#offsetOf(sequence);
  }

  add({ sequence, data: bytes, acknowledged }: SentData, at: number, packet: number): void {
    this.#segments.push({ offset: this.#offsetOf(sequence), bytes, at, packet, acknowledged });
  }

  /** Sequence numbers wrap after 4 GiB; a segment lies within half of that from the one before (RFC 9293 §3.4). */
  #offsetOf(sequence: number): number {
    const distance = ((sequence - (this.#lastSequence ?? sequence)) | 0) % WRAP;
    this.#lastSequence = sequence;
    return (this.#lastOffset += distance);
  }

  /** Puts the segments in order. Takes n log n for n segments; the bytes are not copied. */
  assemble(): Assembled {
    const segments = this.#segments.sort((one, other) => one.offset - other.offset || one.packet - other.packet);
    const start = this.#start ?? segments[0]?.offset ?? 0;
    const startsAt = ((this.#lastSequence ?? 0) - (this.#lastOffset - start)) % WRAP;
    const pieces: Piece[] = [];
    const spans: Segment[] = []; // what each piece came from, cut like the piece
    let [read, readable] = [start, 0];
    let conflict: number | null = null;
    for (const segment of segments) {
      if (segment.offset > read) {
        const hole = { after: read - start, bytes: segment.offset - read, packet: segment.packet };
        return { pieces, startsAt, hole, conflict };
      }
      if (conflict === null && differs(segment, spans)) conflict = segment.packet;
      const bytes = segment.bytes.subarray(read - segment.offset);
      if (bytes.length === 0) continue;
      readable = Math.max(readable, segment.packet);
      pieces.push({ bytes, at: segment.at, readable, acknowledged: segment.acknowledged });
      spans.push({ ...segment, offset: read, bytes });
      read += bytes.length;
    }
    return { pieces, startsAt, hole: null, conflict };
  }
}

/** A byte sent to see whether the peer still lives repeats a number, and need not repeat the byte (RFC 9293 §3.8.4). */
const KEEP_ALIVE_BYTES = 1;

/** Compares with what was read before, back to where the segment begins: no more steps than it has bytes. */
function differs({ offset, bytes }: Segment, spans: readonly Segment[]): boolean {
  if (bytes.length <= KEEP_ALIVE_BYTES) return false;
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index];
    if (!span || span.offset + span.bytes.length <= offset) return false;
    const from = Math.max(offset, span.offset);
    const to = Math.min(offset + bytes.length, span.offset + span.bytes.length);
    if (from >= to) continue;
    const [mine, theirs] = [
      bytes.subarray(from - offset, to - offset),
      span.bytes.subarray(from - span.offset, to - span.offset),
    ];
    if (!sameBytes(mine, theirs)) return true;
  }
  return false;
}
