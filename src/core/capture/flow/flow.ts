/** One TCP connection as its packets tell it. */
import type { End } from '../capture.ts';
import type { TcpSegment } from '../net/tcp.ts';
import { Stream } from './stream.ts';

/** The two ends, before it is known which is the client: `near` is the sender of the first packet seen. */
export type Way = 'near' | 'far';

export function opposite(way: Way): Way {
  return way === 'near' ? 'far' : 'near';
}

export interface Place {
  readonly address: Uint8Array;
  readonly port: number;
}

/** A segment overtakes others by no more than a window, without scaling. */
const WINDOW = 2 ** 16;

export class Flow {
  readonly places: { readonly [W in Way]: Place };
  readonly startedAt: number;
  readonly firstPacket: number;
  readonly streams: { readonly [W in Way]: Stream } = { near: new Stream(), far: new Stream() };
  readonly ends: { [W in Way]: End } = { near: null, far: null };
  /** when that was, in the clock of {@link startedAt} */
  readonly endedAt: { [W in Way]: number | null } = { near: null, far: null };
  readonly #syn: { [W in Way]: number | null } = { near: null, far: null };
  readonly #first: { [W in Way]: number | null } = { near: null, far: null };
  /** who sent the SYN without ACK; null where the beginning was not captured */
  opener: Way | null = null;

  constructor(near: Place, far: Place, startedAt: number, firstPacket: number) {
    this.places = { near, far };
    this.startedAt = startedAt;
    this.firstPacket = firstPacket;
  }

  /** Whether this segment opens another connection between the same two ports. */
  isLeftBy(from: Way, { syn, acknowledged, sequence }: TcpSegment): boolean {
    if (!syn) return false;
    const known = this.#syn[from];
    if (known !== null) return known !== sequence;
    const first = this.#first[from];
    // The SYN may come after the data that it opens the way for; one far away opens another connection.
    if (first !== null) return next(sequence, first) > WINDOW;
    return acknowledged === null && this.ends.near !== null && this.ends.far !== null;
  }

  /** @param isKept whether there is room for the segment's data */
  take(from: Way, segment: TcpSegment, at: number, packet: number, isKept: boolean): void {
    const { syn, acknowledged, fin, rst, data } = segment;
    const sequence = syn ? (segment.sequence + 1) % 2 ** 32 : segment.sequence;
    if (syn && this.#syn[from] === null) {
      this.#syn[from] = segment.sequence;
      this.streams[from].begin(sequence);
      this.opener ??= acknowledged === null ? from : opposite(from);
    }
    if (data.length > 0 && !rst) {
      this.#first[from] ??= sequence;
      if (isKept) this.streams[from].add({ sequence, data, acknowledged }, at, packet);
    }
    if ((fin || rst) && this.ends[from] === null) {
      this.ends[from] = rst ? 'RST' : 'FIN';
      this.endedAt[from] = at;
    }
  }
}

/** How far `sequence` lies after a SYN's number, modulo 2^32. */
function next(syn: number, sequence: number): number {
  return (sequence - syn) >>> 0;
}
