/** Failed sign-ins slow further ones down. Nobody is locked out: an enemy could pull such a lock for anybody. */
import { VISIT_LIMITS } from './limits.ts';

interface Failures {
  readonly count: number;
  readonly last: number;
}

/** Names that may be remembered at once; an enemy can invent more. */
const MOST_NAMES = 10_000;

export interface SlowDown {
  /** Milliseconds until the next try for this name; 0 when it may be made now. */
  waitMs(name: string): number;
  failed(name: string): void;
  succeeded(name: string): void;
}

/**
 * @param free failures that cost nothing
 * @param now Unix time in ms
 */
export function createSlowDown(free: number, now: () => number): SlowDown {
  const failures = new Map<string, Failures>();
  const known = (name: string): Failures | null => {
    const found = failures.get(name);
    return found === undefined || now() - found.last > VISIT_LIMITS.failureMemoryMs ? null : found;
  };
  return {
    waitMs(name) {
      const found = known(name);
      if (found === null || found.count < free) return 0;
      const wait = Math.min(VISIT_LIMITS.firstWaitMs * 2 ** (found.count - free), VISIT_LIMITS.longestWaitMs);
      return Math.max(0, found.last + wait - now());
    },
    failed(name) {
      const count = (known(name)?.count ?? 0) + 1;
      failures.delete(name);
      failures.set(name, { count, last: now() });
      const [oldest] = failures.keys();
      if (failures.size > MOST_NAMES && oldest !== undefined) failures.delete(oldest);
    },
    succeeded: (name) => void failures.delete(name),
  };
}
