/** Chance, drawn in large pieces: each call to the system costs more than the bytes. */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;

/** @returns a function that gives this many unpredictable bytes, none of them twice */
export function createRandom(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (bytes) => {
    if (bytes > POOL_BYTES / 8) return randomFillSync(new Uint8Array(bytes));
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const taken = pool.slice(used, used + bytes);
    pool.fill(0, used, used + bytes); // what was given out is not kept
    used += bytes;
    return taken;
  };
}
