/** Watches the revocation list of a running desk. By looking, not by the system's events: those miss what editors do. */
import { readFileSync, statSync } from 'node:fs';
import { type CrlState, type GoodCrl, judgeCrl } from './crl.ts';

export interface CrlWatch {
  /** What is known now. */
  state(): CrlState;
  /** Looks now, without waiting. */
  look(): void;
  /** May run twice. */
  close(): void;
}

export interface CrlWatchOptions {
  readonly path: string;
  /** PEM of the CA */
  readonly ca: string;
  /** the last list that was trusted, also before the last start */
  readonly last: GoodCrl | null;
  /** Unix time in ms */
  readonly now: () => number;
  /** Called when the state has changed; the first state is there already. */
  readonly onChange: (state: CrlState) => void;
  readonly everyMs?: number;
}

const EVERY_MS = 200;

export function watchCrl({ path, ca, now, onChange, everyMs = EVERY_MS, ...options }: CrlWatchOptions): CrlWatch {
  let last = options.last;
  let mark = markOf(path);
  let state = judged();
  /** a file that was caught half written is looked at once more before anybody is put out */
  let isDoubted = false;

  function judged(): CrlState {
    const found = judgeCrl(textOf(path), ca, now(), last);
    if (found.kind === 'good') last = found;
    return found;
  }

  function isStale(): boolean {
    return state.kind === 'good' && state.nextUpdate !== null && state.nextUpdate <= now();
  }

  function look(): void {
    const seen = markOf(path);
    if (seen === mark && !isDoubted && !isStale()) return;
    mark = seen;
    const next = judged();
    if (next.kind === 'bad' && state.kind === 'good' && !isDoubted && !isStale()) return void (isDoubted = true);
    isDoubted = false;
    const isSame =
      next.kind === 'good'
        ? state.kind === 'good' && next.pem === state.pem
        : state.kind === 'bad' && next.why === state.why;
    state = next;
    if (!isSame) onChange(state);
  }

  const timer = setInterval(look, everyMs);
  timer.unref();
  return { state: () => state, look, close: () => clearInterval(timer) };
}

/** What changes when a file is replaced or written to. */
function markOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}

/** Null when it is not there or cannot be read; the two are the same trouble. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // judged as missing
  }
}
