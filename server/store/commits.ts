/**
 * Grouped commits. A commit waits for the disk, whatever it holds; so what is asked for while one commit runs goes into
 * the next one together, and all who asked are answered when it is on the disk.
 */
import { StoreFailed } from './store.ts';

/** One SQLite connection, as far as a transaction needs it. */
export interface Transactions {
  /** BEGIN, COMMIT and ROLLBACK; throws what the database says */
  begin(): void;
  commit(): void;
  rollback(): void;
}

export interface Commits {
  /**
   * Runs a job in the next commit.
   *
   * @returns what the job returned, once it is durable; rejects with StoreFailed when the commit failed, and then no job
   *   of that commit has changed anything
   */
  write<T>(job: () => T): Promise<T>;
  /** Commits what waits, and refuses everything after that. */
  close(): void;
}

interface Waiting {
  run(): void;
  done(): void;
  failed(error: unknown): void;
}

/** Commits may take half of the time, so that those who only read are answered in between. */
const LONGEST_PAUSE_MS = 20;
/** After a commit of more jobs than that the next one lets more come together: the work that it costs is shared by all. */
const CROWD = { jobs: 8, pauseMs: 8 } as const;

/** @param now monotonic time in ms */
export function createCommits(transactions: Transactions, now: () => number): Commits {
  let waiting: Waiting[] = [];
  let isScheduled = false;
  let lastEnd = -Infinity;
  let lastMs = 0;
  let lastJobs = 0;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    const wishedMs = lastJobs > CROWD.jobs ? Math.max(CROWD.pauseMs, lastMs) : lastMs;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, lastEnd + wishedMs - now());
    // A timer waits for a millisecond at least; less than that is what the loop takes to come round.
    if (pauseMs >= 1) setTimeout(flush, pauseMs);
    else setImmediate(flush);
  }

  function flush(): void {
    isScheduled = false;
    const jobs = waiting;
    waiting = [];
    if (jobs.length === 0) return;
    const startedAt = now();
    try {
      transactions.begin();
      for (const job of jobs) job.run();
      transactions.commit();
    } catch (error) {
      try {
        transactions.rollback();
      } catch {
        // SQLite has rolled back by itself, as it does when the disk is full
      }
      const reason = failureOf(error);
      for (const job of jobs) job.failed(reason);
      return;
    } finally {
      lastEnd = now();
      lastMs = lastEnd - startedAt;
      lastJobs = jobs.length;
    }
    for (const job of jobs) job.done();
  }

  let isClosed = false;
  return {
    write: (job) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(new StoreFailed('the store is closed', false));
        let result: ReturnType<typeof job>;
        waiting.push({ run: () => (result = job()), done: () => resolve(result), failed: reject });
        schedule();
      }),
    close() {
      isClosed = true;
      flush();
    },
  };
}

/** What SQLite says when it cannot write is expected; everything else is a bug. */
function failureOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|NOMEM)/.test(code)) return error;
  return new StoreFailed(error instanceof Error ? error.message : code, isFull(code));
}

// A file that may not grow is reported as a failed write.
const isFull = (code: string): boolean => code.startsWith('SQLITE_FULL') || code.startsWith('SQLITE_IOERR_WRITE');
