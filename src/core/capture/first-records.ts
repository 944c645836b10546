/** A dissection keeps about two kilobytes for each record; a hostile capture holds millions of empty ones. */
import type { Chunk, Side } from '../tls/dissection.ts';
import { CAPTURE_LIMITS } from './limits.ts';

const HEADER_BYTES = 5;

/** Where one side's stream stands: bytes of the header seen so far, or of the body still to come. */
interface Place {
  header: number;
  length: number;
  body: number;
}

/**
 * The chunks up to the most records that are dissected.
 *
 * @returns the same chunks where there are no more records than that
 */
export function firstRecords(chunks: readonly Chunk[], most: number = CAPTURE_LIMITS.records): readonly Chunk[] {
  const places: { readonly [S in Side]: Place } = { client: newPlace(), server: newPlace() };
  let records = 0;
  for (const [index, { from, at, bytes }] of chunks.entries()) {
    const place = places[from];
    for (let next = 0; next < bytes.length;) {
      if (place.header === HEADER_BYTES && place.body === 0) Object.assign(place, newPlace());
      if (place.header === 0 && ++records > most)
        return [...chunks.slice(0, index), { from, at, bytes: bytes.subarray(0, next) }];
      next += step(place, bytes, next);
    }
  }
  return chunks;
}

function newPlace(): Place {
  return { header: 0, length: 0, body: 0 };
}

/** @returns how many bytes were taken, at least one */
function step(place: Place, bytes: Uint8Array, next: number): number {
  if (place.header === HEADER_BYTES) {
    const taken = Math.min(place.body, bytes.length - next);
    place.body -= taken;
    return taken;
  }
  if (place.header >= 3) place.length = place.length * 256 + (bytes.at(next) ?? 0);
  place.header += 1;
  if (place.header === HEADER_BYTES) place.body = place.length;
  return 1;
}
