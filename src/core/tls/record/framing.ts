/** Cuts the two byte streams of a connection into records, in the order in which they were complete. */
import { joined, Reader } from '../../bytes/reader.ts';
import type { Chunk, Side } from '../dissection.ts';

export interface Framed {
  readonly from: Side;
  readonly at: number;
  /** of the first byte in its sender's stream */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /**
   * `record`: 5-byte header and as many bytes as it announces. `partial`: the stream ended inside. `sslv2`: a hello in
   * the format before SSL 3.0. `foreign`: the rest of a stream that is not TLS here.
   */
  readonly kind: 'record' | 'partial' | 'sslv2' | 'foreign';
}

export const RECORD_HEADER_BYTES = 5;

/** All records of both sides. Their bytes, side by side, are the bytes of the chunks. */
export function frame(chunks: readonly Chunk[]): Framed[] {
  const framed: { record: Framed; order: number }[] = [];
  for (const side of ['client', 'server'] as const) frameSide(side, chunks, framed);
  return framed.sort((one, other) => one.order - other.order).map(({ record }) => record);
}

function frameSide(side: Side, chunks: readonly Chunk[], out: { record: Framed; order: number }[]): void {
  const own = chunks.flatMap((chunk, order) =>
    chunk.from === side && chunk.bytes.length > 0 ? [{ chunk, order }] : [],
  );
  const input = new Reader(joined(own.map(({ chunk }) => chunk.bytes)));
  let chunkIndex = 0;
  let chunkEnd = own[0]?.chunk.bytes.length ?? 0;
  while (input.left > 0) {
    const offset = input.at;
    const kind = kindOf(input);
    const bytes = input.take(lengthOf(kind, input));
    while (chunkEnd < input.at) chunkEnd += own[++chunkIndex]?.chunk.bytes.length ?? Infinity;
    const last = own[chunkIndex];
    out.push({
      record: { from: side, at: last?.chunk.at ?? 0, offset, bytes, kind },
      order: (last?.order ?? 0) + (kind === 'partial' ? chunks.length : 0),
    });
  }
}

function kindOf(input: Reader): Framed['kind'] {
  const isFirst = input.at === 0;
  if (isFirst && isOldHello(input)) return input.left >= 2 + (input.peek(2) & 0x7fff) ? 'sslv2' : 'partial';
  if (input.left >= 2 && input.peek(1, 1) !== 3) return 'foreign';
  if (input.left < RECORD_HEADER_BYTES) return 'partial';
  return input.left >= RECORD_HEADER_BYTES + input.peek(2, 3) ? 'record' : 'partial';
}

/** A length with its highest bit set, message type 1 and version 2.0 or 3.x: RFC 5246 §E.2. */
function isOldHello(input: Reader): boolean {
  return input.left >= 5 && input.peek(1) >= 0x80 && input.peek(1, 2) === 1 && [0, 2, 3].includes(input.peek(1, 3));
}

function lengthOf(kind: Framed['kind'], input: Reader): number {
  if (kind === 'record') return RECORD_HEADER_BYTES + input.peek(2, 3);
  if (kind === 'sslv2') return 2 + (input.peek(2) & 0x7fff);
  return input.left;
}
