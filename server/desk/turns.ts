/** Few at a time, and fairly: who asks often waits for itself, not the others for it. */

/** Too many wait already. */
export class TooManyWait extends Error {
  override readonly name = 'TooManyWait';
}

/**
 * Runs jobs in turn.
 *
 * @param who whose job it is; those who wait take turns, one job of each
 * @throws TooManyWait
 */
export type InTurn = <T>(who: string, job: () => Promise<T>) => Promise<T>;

/** @param atOnce jobs that run at a time; `room` more wait, others are refused */
export function createTurns(atOnce: number, room: number): InTurn {
  /** in the order in which they come next; who has had a turn goes to the end */
  const waiting = new Map<string, (() => void)[]>();
  let running = 0;
  let count = 0;

  function next(): void {
    const [first] = waiting;
    if (first === undefined) return void running--;
    const [who, jobs] = first;
    const start = jobs.shift();
    waiting.delete(who);
    if (jobs.length > 0) waiting.set(who, jobs);
    count--;
    start?.(); // the place is handed over, not given back
  }

  return async (who, job) => {
    if (running >= atOnce) {
      if (count >= room) throw new TooManyWait('too many wait');
      count++;
      await new Promise<void>((resolve) => {
        const mine = waiting.get(who);
        if (mine === undefined) waiting.set(who, [resolve]);
        else mine.push(resolve);
      });
    } else {
      running++;
    }
    try {
      return await job();
    } finally {
      next();
    }
  };
}
