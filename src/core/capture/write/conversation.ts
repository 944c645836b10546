/** A TCP connection made up around bytes that passed: opened, acknowledged and closed as real ones are. */
import type { Chunk, Side } from '../../tls/dissection.ts';
import type { End } from '../capture.ts';
import { FLAGS } from '../net/tcp.ts';

/** Fits an Ethernet frame of 1500 bytes, with the headers of IPv4 and TCP; other readers know this size. */
const SEGMENT_BYTES = 1460;
/** The peer acknowledges before its window of 65,535 bytes is full. */
const UNACKNOWLEDGED_BYTES = 32 * 1024;
const NOTHING = new Uint8Array();

export interface Sent {
  readonly from: Side;
  /** milliseconds since the connection's start */
  readonly at: number;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly data: Uint8Array;
}

/**
 * @param chunks in the order in which they passed
 * @param ends how each side ends its stream; null leaves it open
 * @param endedAt milliseconds since the start; null, or a time before a side's last chunk: after that
 */
export function* conversation(
  chunks: readonly Chunk[],
  ends: { readonly [S in Side]: End },
  endedAt: { readonly [S in Side]: number | null } = { client: null, server: null },
): Generator<Sent> {
  const sent = { client: 1_000, server: 5_000 };
  let unacknowledged = 0;
  const send = (from: Side, at: number, flags: number, data: Uint8Array = NOTHING): Sent => {
    const sequence = sent[from] % 2 ** 32;
    sent[from] += data.length + (flags & (FLAGS.syn | FLAGS.fin) ? 1 : 0);
    const acknowledgement = flags & FLAGS.ack ? sent[other(from)] % 2 ** 32 : 0;
    return { from, at, flags, sequence, acknowledgement, data };
  };
  yield send('client', 0, FLAGS.syn);
  yield send('server', 0, FLAGS.syn | FLAGS.ack);
  yield send('client', 0, FLAGS.ack);
  let last = 0;
  const endings = endingsOf(chunks, ends, endedAt);
  for (const [index, { from, at, bytes }] of chunks.entries()) {
    yield* endingsBefore(index);
    last = Math.max(last, at);
    for (let start = 0; start < bytes.length; start += SEGMENT_BYTES) {
      const data = bytes.subarray(start, start + SEGMENT_BYTES);
      yield send(from, at, FLAGS.ack | FLAGS.push, data);
      unacknowledged += data.length;
      if (unacknowledged < UNACKNOWLEDGED_BYTES) continue;
      yield send('client', at, FLAGS.ack);
      yield send('server', at, FLAGS.ack);
      unacknowledged = 0;
    }
  }
  yield* endingsBefore(chunks.length);

  function* endingsBefore(index: number): Generator<Sent> {
    for (const { from, at } of endings.filter(({ before }) => before === index)) {
      last = Math.max(last, at ?? last);
      yield send(from, last, FLAGS.ack | (ends[from] === 'FIN' ? FLAGS.fin : FLAGS.rst));
      if (ends[from] === 'FIN') yield send(other(from), last, FLAGS.ack);
    }
  }
}

interface Ending {
  readonly from: Side;
  readonly at: number | null;
  /** index of the chunk before which it stands */
  readonly before: number;
}

/** The ends that there are, in the order in which they come; nothing follows an end of the same side. */
function endingsOf(
  chunks: readonly Chunk[],
  ends: { readonly [S in Side]: End },
  endedAt: { readonly [S in Side]: number | null },
): Ending[] {
  const sides = (['client', 'server'] as const).filter((from) => ends[from] !== null);
  const endings = sides.map((from): Ending => {
    const at = endedAt[from];
    const later = at === null ? -1 : chunks.findIndex((chunk) => chunk.at > at);
    const last = chunks.findLastIndex((chunk) => chunk.from === from);
    return { from, at, before: Math.max(later < 0 ? chunks.length : later, last + 1) };
  });
  const time = ({ at }: Ending): number => at ?? Number.MAX_VALUE;
  return endings.sort((one, next) => one.before - next.before || time(one) - time(next));
}

function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
