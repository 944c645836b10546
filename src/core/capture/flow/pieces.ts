/** Pieces of a stream: how long they are, joined, cut. */
import { join } from '../join.ts';
import type { Piece } from './stream.ts';

export function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

export function joined(pieces: readonly Piece[]): Uint8Array {
  return join(pieces.map(({ bytes }) => bytes));
}

/** The first pieces: as few as hold this many bytes, or all. */
export function headOf(pieces: readonly Piece[], count: number): readonly Piece[] {
  let length = 0;
  const end = pieces.findIndex(({ bytes }) => (length += bytes.length) >= count);
  return end < 0 ? pieces : pieces.slice(0, end + 1);
}

/** What is left after the first bytes. */
export function without(count: number, pieces: readonly Piece[]): Piece[] {
  const rest: Piece[] = [];
  let skip = count;
  for (const piece of pieces) {
    if (piece.bytes.length > skip) rest.push({ ...piece, bytes: piece.bytes.subarray(skip) });
    skip = Math.max(0, skip - piece.bytes.length);
  }
  return rest;
}

/** At most `most` pieces: as many as needed are joined to one, which keeps the time of its last. */
export function fewer(pieces: readonly Piece[], most: number): readonly Piece[] {
  if (pieces.length <= most) return pieces;
  const size = Math.ceil(pieces.length / most);
  return Array.from({ length: Math.ceil(pieces.length / size) }, (_, index) => {
    const group = pieces.slice(index * size, (index + 1) * size);
    const { at, readable } = group.at(-1) ?? { at: 0, readable: 0 };
    return { bytes: joined(group), at, readable, acknowledged: group[0]?.acknowledged ?? null };
  });
}
