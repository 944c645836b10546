/**
 * The handshake log of a running server. Whoever carries connections tells them to recorders, which costs a push to a
 * list; a few times a second everything new goes to the scribe. Taking a connection apart costs as much as a third of its
 * handshake: on a busy server, while nobody looks at the log, all of it waits for a quiet moment. A disk that is slow or
 * full loses entries of the log, never a connection.
 */
import { existsSync } from 'node:fs';
import type { LogRow } from '../../src/core/bridge/log.ts';
import type { LogAsk, LogEntry, LogPage } from './book.ts';
import { LOG_LIMITS } from './limits.ts';
import { maySee, type Viewer } from './owner.ts';
import { type OpenRecorder, Recording } from './recording.ts';
import { type Scribe, scribeHere } from './scribe.ts';
import { scribeInThread } from './scribe-in-thread.ts';

export type LogListener = (rows: readonly LogRow[]) => void;

/** The log as a page may ask for it. */
export interface LogView {
  list(ask: LogAsk, viewer: Viewer): Promise<LogPage>;
  entry(id: number, viewer: Viewer): Promise<LogEntry | null>;
  /** Calls the listener with what was written and the viewer may see; returns the way to stop. */
  subscribe(viewer: Viewer, listener: LogListener): () => void;
}

export interface HandshakeLog extends LogView {
  readonly record: OpenRecorder;
  /** Writes what is left. May run twice. */
  close(): Promise<void>;
}

/** Where the built program has its thread; from the sources there is none. */
const THREAD = new URL('./log-thread.js', import.meta.url);

/**
 * Opens the log.
 *
 * @param path of its file
 * @param log is told, in one line, when entries are lost, and when no longer
 * @throws StartError when the file cannot be used
 */
export async function openHandshakeLog(path: string, log: (line: string) => void): Promise<HandshakeLog> {
  const scribe = existsSync(THREAD) ? await scribeInThread(THREAD, path) : scribeHere(path);
  return keepLog(scribe, log);
}

/** How many times as large a busy connection is at its next write. */
const GROWN = 4;

/**
 * Whether to write one that goes on. It is written whole each time, so one that never pauses waits until it has
 * grown a good deal: all its writes together then cost little more than the last.
 */
function isTurnOf({ heardMs, writtenMs, bytes, writtenBytes }: Recording, now: number): boolean {
  const { liveMs, busyMs } = LOG_LIMITS;
  if (now - writtenMs < liveMs) return false;
  return now - heardMs >= liveMs || bytes >= GROWN * writtenBytes || now - writtenMs >= busyMs;
}

/** @param scribe is closed with the log */
export function keepLog(scribe: Scribe, log: (line: string) => void): HandshakeLog {
  const listeners = new Map<LogListener, Viewer>();
  const dirty = new Set<Recording>();
  let lastId = scribe.lastId;
  let timer: NodeJS.Timeout | null = null;
  let news = 0;
  let busyMs = -Infinity;
  let waitingBytes = 0;
  let lost = 0;
  let isTold = false;

  const changed = (recording: Recording) => {
    news += 1;
    recording.heardMs = performance.now();
    dirty.add(recording);
    timer ??= setTimeout(nextBatch, LOG_LIMITS.batchMs).unref();
  };

  /** Those whose turn has come. */
  const due = (now: number, isLast: boolean): Recording[] => {
    const found: Recording[] = [];
    let again = 0;
    for (const recording of dirty) {
      if (found.length >= LOG_LIMITS.batch && !isLast) break;
      if (!recording.isWorthKeeping) {
        if (!recording.isOpen) dirty.delete(recording);
        continue;
      }
      if (recording.isOpen && recording.writtenBytes > 0 && !isLast) {
        if (again >= LOG_LIMITS.liveBatch || !isTurnOf(recording, now)) continue;
        again++;
      }
      dirty.delete(recording);
      found.push(recording);
    }
    return found;
  };

  const lose = (count: number, why: string) => {
    lost += count;
    if (!isTold) log(`handshake log: connections are served but not written down: ${why}`);
    isTold = true;
  };

  async function write(recordings: readonly Recording[]): Promise<void> {
    if (recordings.length === 0) return;
    const finished = recordings.filter(({ isOpen }) => !isOpen).length;
    if (waitingBytes > LOG_LIMITS.waitingBytes) return lose(finished, 'the disk does not keep up');
    const bytes = recordings.reduce((sum, recording) => sum + recording.bytes, 0);
    waitingBytes += bytes;
    try {
      const drafts = recordings.map((recording) => recording.draft());
      const owners = new Map(drafts.map(({ id, owner }) => [id, owner]));
      const rows = await scribe.write(drafts);
      if (isTold) log(`handshake log: it is written again; connections that are missing: ${lost}`);
      [lost, isTold] = [0, false];
      for (const [listener, viewer] of listeners) {
        const seen = rows.filter(({ id }) => maySee(viewer, owners.get(id) ?? null));
        if (seen.length > 0) listener(seen);
      }
    } catch (error) {
      lose(finished, error instanceof Error ? error.message : String(error));
    } finally {
      waitingBytes -= bytes;
    }
  }

  /** Whether all of it waits: there is much to do, or was just now, nobody looks, and there is room. */
  function isForLater(): boolean {
    const now = performance.now();
    if (news > LOG_LIMITS.busyNews) busyMs = now;
    if (now - busyMs >= LOG_LIMITS.quietMs || listeners.size > 0) return false;
    let bytes = 0;
    for (const recording of dirty) bytes += recording.bytes;
    return bytes < LOG_LIMITS.laterBytes;
  }

  function nextBatch(): void {
    const waits = isForLater();
    news = 0;
    if (waits) timer = setTimeout(nextBatch, LOG_LIMITS.batchMs).unref();
    else flush();
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    const now = performance.now();
    const recordings = due(now, false);
    for (const recording of recordings) {
      recording.writtenMs = now;
      recording.writtenBytes = recording.bytes;
    }
    timer = dirty.size > 0 ? setTimeout(nextBatch, LOG_LIMITS.batchMs).unref() : null;
    void write(recordings);
  }

  let closing: Promise<void> | null = null;
  const close = async () => {
    if (timer !== null) clearTimeout(timer);
    await write(due(performance.now(), true));
    listeners.clear();
    await scribe.close();
  };

  return {
    record: (about) => new Recording(++lastId, about, changed),
    list(ask, viewer) {
      flush();
      return scribe.list(ask, viewer);
    },
    entry(id, viewer) {
      flush();
      return scribe.entry(id, viewer);
    },
    subscribe(viewer, listener) {
      listeners.set(listener, viewer);
      return () => void listeners.delete(listener);
    },
    close: () => (closing ??= close()),
  };
}
