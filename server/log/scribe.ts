/** Who writes the log and reads it for the pages, in this thread or in another. Answers come in the order of asking. */
import type { LogRow } from '../../src/core/bridge/log.ts';
import { type LogAsk, type LogEntry, type LogPage, openBook } from './book.ts';
import type { Draft } from './draft.ts';
import type { Viewer } from './owner.ts';

export interface Scribe {
  /** the highest id in the log when it was opened */
  readonly lastId: number;
  /** Rejects with the reason when nothing of them could be written. */
  write(drafts: readonly Draft[]): Promise<readonly LogRow[]>;
  list(ask: LogAsk, viewer: Viewer): Promise<LogPage>;
  entry(id: number, viewer: Viewer): Promise<LogEntry | null>;
  /** Resolves when everything before it is done. May run twice. */
  close(): Promise<void>;
}

/**
 * In this thread: for tests and the development server, where there is no built file that a thread could start from.
 *
 * @throws StartError as `openBook` does
 */
export function scribeHere(path: string): Scribe {
  const book = openBook(path);
  return {
    lastId: book.lastId,
    write: async (drafts) => book.write(drafts),
    list: async (ask, viewer) => book.list(ask, viewer),
    entry: async (id, viewer) => book.entry(id, viewer),
    close: async () => book.close(),
  };
}
