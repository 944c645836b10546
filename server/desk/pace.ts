/** How fast one conversation goes: at the pace of whoever is slower, the peer that reads or the desk. */
import type { Duplex } from 'node:stream';
import { VISIT_LIMITS } from './limits.ts';

/** Waits until the peer has taken what was said: one that never reads must not fill the memory with answers. */
export function hasRoom(stream: Duplex): Promise<void> | null {
  if (!stream.writableNeedDrain || stream.destroyed) return null;
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

/**
 * How many milliseconds the next line has to wait: none for the first `lineBurst`, then `linesPerSecond` on average. A
 * hasty script is slowed down, not thrown out: TCP holds it back while nobody reads.
 */
export function createPace(now: () => number): () => number {
  let left: number = VISIT_LIMITS.lineBurst;
  let at = now();
  return () => {
    const seconds = (now() - at) / 1000;
    at = now();
    left = Math.min(VISIT_LIMITS.lineBurst, left + seconds * VISIT_LIMITS.linesPerSecond) - 1;
    return left >= 0 ? 0 : (-left / VISIT_LIMITS.linesPerSecond) * 1000;
  };
}

/** Names of which a bucket is kept at one time; an enemy can invent more. */
const MOST_NAMES = 10_000;

/**
 * A bucket for each name, which gives `burst` at once and `perSecond` on average.
 *
 * @returns a function that takes one, and tells whether there was one
 */
export function createBuckets(perSecond: number, burst: number, now: () => number): (name: string) => boolean {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  return (name) => {
    const at = now();
    const known = buckets.get(name) ?? { left: burst, at };
    const left = Math.min(burst, known.left + ((at - known.at) / 1000) * perSecond);
    buckets.delete(name);
    buckets.set(name, { left: left >= 1 ? left - 1 : left, at });
    const [oldest] = buckets.keys();
    if (buckets.size > MOST_NAMES && oldest !== undefined) buckets.delete(oldest);
    return left >= 1;
  };
}

/** Waits, but not longer than the connection lasts. */
export function waited(stream: Duplex, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    const done = () => {
      clearTimeout(timer);
      stream.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stream.on('close', done);
  });
}
