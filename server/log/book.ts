/**
 * The handshake log in an SQLite file (libsql). The server writes it in a thread of its own; the command line reads it
 * meanwhile, or when no server runs. Whoever has the file has the secrets of the connections in it: mode 0600.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import type { LogCounts, LogQuery, LogRow } from '../../src/core/bridge/log.ts';
import { wordsIn } from '../../src/core/capture/view/search.ts';
import { StartError } from '../start-error.ts';
import type { Draft } from './draft.ts';
import { LOG_LIMITS } from './limits.ts';
import { maySee, type Viewer } from './owner.ts';
import { lookAt } from './row.ts';

/** Rises with each change of the tables; an older program refuses a newer file. */
const SCHEMA_VERSION = 1;

// Bytes stand in a table of their own: a search then reads a few pages only.
const SCHEMA = `
  CREATE TABLE connection (
    id INTEGER PRIMARY KEY,
    owner TEXT,
    is_open INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    version TEXT,
    stored_bytes INTEGER NOT NULL,
    words TEXT NOT NULL,
    shown TEXT NOT NULL
  ) STRICT;
  CREATE TABLE wire (
    id INTEGER PRIMARY KEY REFERENCES connection (id) ON DELETE CASCADE,
    told TEXT NOT NULL,
    records BLOB NOT NULL
  ) STRICT;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The name of the log's file in the data folder. */
export const LOG_FILE = 'handshakes.db';

export interface LogAsk {
  readonly query: LogQuery;
  /** see the bridge's `log-rows`; null: the newest of all */
  readonly upTo: number | null;
  readonly offset: number;
  readonly most: number;
}

export interface LogPage {
  readonly upTo: number;
  readonly matching: number;
  readonly newer: number;
  readonly counts: LogCounts;
  /** the newest first */
  readonly rows: readonly LogRow[];
}

export interface LogEntry {
  readonly row: LogRow;
  readonly draft: Draft;
}

export interface BookReader {
  list(ask: LogAsk, viewer: Viewer): LogPage;
  /** @returns null where there is none that the viewer may see */
  entry(id: number, viewer: Viewer): LogEntry | null;
  /** May run twice. */
  close(): void;
}

export interface Book extends BookReader {
  /** the highest id so far; 0 in an empty log */
  readonly lastId: number;
  /**
   * Writes connections, each in the place of what stood under its id, and takes out the oldest above the limits.
   *
   * @returns what became of each
   * @throws the database's own error when it cannot; then nothing of the batch is written
   */
  write(drafts: readonly Draft[]): readonly LogRow[];
}

export type BookLimits = Readonly<Record<'connections' | 'storedBytes', number>>;

type Row = Readonly<Record<string, unknown>>;

/** How much is in the book. */
interface Stored {
  count: number;
  bytes: number;
}

/**
 * Opens the log for its one writer. Connections that were open when an earlier server ended are closed now.
 *
 * @throws StartError with cause and remedy when the file cannot be used
 */
export function openBook(path: string, limits: BookLimits = LOG_LIMITS): Book {
  const database = usable(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600)); // SQLite gives its other files the mode of this one
    chmodSync(path, 0o600);
    const opened = new Database(path);
    // NORMAL: a power cut may take the last entries, never the file. What is deleted is overwritten: it was a secret.
    opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;');
    opened.exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;');
    if (versionOf(opened, path) === 0) opened.exec(`BEGIN; ${SCHEMA} COMMIT;`);
    opened.exec('UPDATE connection SET is_open = 0 WHERE is_open = 1');
    return opened;
  });
  const put = database.prepare(
    'INSERT INTO connection (id, owner, is_open, outcome, version, stored_bytes, words, shown) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, ' +
      'outcome = excluded.outcome, version = excluded.version, stored_bytes = excluded.stored_bytes, ' +
      'words = excluded.words, shown = excluded.shown',
  );
  const putWire = database.prepare(
    'INSERT INTO wire (id, told, records) VALUES (?, ?, ?) ' +
      'ON CONFLICT (id) DO UPDATE SET told = excluded.told, records = excluded.records',
  );
  const sizeOf = database.prepare('SELECT stored_bytes AS bytes FROM connection WHERE id = ?');
  const oldest = database.prepare('SELECT id, stored_bytes AS bytes FROM connection ORDER BY id LIMIT 1');
  const remove = database.prepare('DELETE FROM connection WHERE id = ?');

  // Counted once: with thousands in it, the table is many times as long as what a batch adds.
  let stored = database
    .prepare('SELECT count(*) AS count, total(stored_bytes) AS bytes FROM connection')
    .get() as unknown as Stored;

  const writeOne = (draft: Draft, sum: Stored): LogRow => {
    const { row, words } = lookAt(draft);
    const records = Buffer.from(draft.frame);
    const told = JSON.stringify({ keyLog: draft.keyLog, words: draft.words, closes: draft.closes });
    const shown = JSON.stringify(row);
    const bytes = records.length + told.length + shown.length + words.length;
    const before = sizeOf.get(row.id) as Pick<Stored, 'bytes'> | undefined;
    if (before === undefined) sum.count += 1;
    sum.bytes += bytes - (before?.bytes ?? 0);
    put.run(row.id, draft.owner, row.isOpen ? 1 : 0, row.outcome, row.version, bytes, words, shown);
    putWire.run(row.id, told, records);
    return row;
  };
  const prune = (sum: Stored) => {
    while (sum.count > limits.connections || sum.bytes > limits.storedBytes) {
      const first = oldest.get() as { id: number; bytes: number } | undefined;
      if (first === undefined) return;
      remove.run(first.id);
      sum.count -= 1;
      sum.bytes -= first.bytes;
    }
  };

  return {
    ...readerOf(database),
    lastId: Number((database.prepare('SELECT max(id) AS last FROM connection').get() as Row)['last'] ?? 0),
    write(drafts) {
      const sum = { ...stored };
      database.exec('BEGIN IMMEDIATE');
      try {
        const rows = drafts.map((draft) => writeOne(draft, sum));
        prune(sum);
        database.exec('COMMIT');
        stored = sum;
        return rows;
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

/**
 * Opens the log to read it, beside a server that writes it or without one.
 *
 * @throws StartError when there is none, or it cannot be read
 */
export function readBook(path: string): BookReader {
  if (!existsSync(path)) throw new StartError(`there is no handshake log ${path}. A server writes it; see --data.`);
  return readerOf(
    usable(path, () => {
      const opened = new Database(path);
      opened.exec('PRAGMA query_only = ON; PRAGMA busy_timeout = 5000;');
      if (versionOf(opened, path) === 0) throw new Error('it has no tables');
      return opened;
    }),
  );
}

function usable(path: string, open: () => Database.Database): Database.Database {
  try {
    return open();
  } catch (error) {
    if (error instanceof StartError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot use the handshake log ${path} (${words}). Mend or move it, or give --data DIR.`);
  }
}

function versionOf(database: Database.Database, path: string): number {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA_VERSION)
    throw new StartError(`the log ${path} was made by a newer Trustwalk. Update, or give another --data DIR.`);
  return version;
}

function readerOf(database: Database.Database): BookReader {
  let isOpen = true;
  const one = (sql: string, values: readonly (string | number)[]) => database.prepare(sql).get(...values) as Row;
  const entry = database.prepare(
    'SELECT owner, is_open, shown, told, records FROM connection JOIN wire USING (id) WHERE id = ?',
  );

  return {
    list({ query, upTo, offset, most }, viewer) {
      const seen = seenBy(viewer);
      const fits = allOf(seen, fitting(query));
      const newest = upTo ?? Number(one(`SELECT max(id) AS id FROM connection WHERE ${seen.sql}`, seen.values)['id']);
      const [older, newer] = ['id <= ?', 'id > ?'].map((sql) => allOf(fits, { sql, values: [newest] }));
      const count = (where: Condition) =>
        Number(one(`SELECT count(*) AS all_of_them FROM connection WHERE ${where.sql}`, where.values)['all_of_them']);
      const rows = database
        .prepare(`SELECT is_open, shown FROM connection WHERE ${older?.sql} ORDER BY id DESC LIMIT ? OFFSET ?`)
        .all(...(older?.values ?? []), most, offset) as Row[];
      return {
        upTo: newest,
        matching: older ? count(older) : 0,
        newer: newer && upTo !== null ? count(newer) : 0,
        counts: countsOf(
          database
            .prepare(`SELECT outcome, is_open, count(*) AS many FROM connection WHERE ${seen.sql} GROUP BY 1, 2`)
            .all(...seen.values) as Row[],
        ),
        rows: rows.map(shownRow),
      };
    },
    entry(id, viewer) {
      const found = entry.get(id) as Row | undefined;
      const owner = (found?.['owner'] ?? null) as string | null;
      if (found === undefined || !maySee(viewer, owner)) return null;
      const row = shownRow(found);
      const frame = Uint8Array.from(found['records'] as Uint8Array);
      const told = JSON.parse(String(found['told'])) as Pick<Draft, 'keyLog' | 'words' | 'closes'>;
      const { label, startedAt, client, server, isOpen: goesOn, isCut } = row;
      const about = { id, owner, label, startedAt, client, server };
      return { row, draft: { ...about, ...told, frame, isOpen: goesOn, isCut } };
    },
    close() {
      if (isOpen) database.close();
      isOpen = false;
    },
  };
}

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function seenBy(viewer: Viewer): Condition {
  if (viewer.kind === 'machine') return { sql: 'true', values: [] };
  return { sql: '(owner IS NULL OR owner = ?)', values: [viewer.owner] };
}

function fitting({ text, outcome, version, whose }: LogQuery): Condition {
  const conditions: Condition[] = wordsIn(text).map((word) => ({ sql: 'instr(words, ?) > 0', values: [word] }));
  if (outcome === 'open') conditions.push({ sql: 'is_open = 1', values: [] });
  else if (outcome !== null) conditions.push({ sql: 'outcome = ?', values: [outcome] });
  if (version !== null) conditions.push({ sql: 'version = ?', values: [version] });
  if (whose !== null) conditions.push({ sql: whose === 'desk' ? 'owner IS NULL' : 'owner IS NOT NULL', values: [] });
  return allOf({ sql: 'true', values: [] }, ...conditions);
}

function allOf(...conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** What an older version has not written down. */
const OLDER: Pick<LogRow, 'strip'> = { strip: { bars: [], leftOut: null } };

/** The text of a row is from when it was written; whether it goes on may have changed with the server's end. */
function shownRow(row: Row): LogRow {
  return { ...OLDER, ...(JSON.parse(String(row['shown'])) as LogRow), isOpen: row['is_open'] === 1 };
}

function countsOf(rows: readonly Row[]): LogCounts {
  const counts = { total: 0, open: 0, established: 0, refused: 0, incomplete: 0 };
  for (const row of rows) {
    const many = Number(row['many']);
    counts.total += many;
    if (row['is_open'] === 1) counts.open += many;
    counts[row['outcome'] as LogRow['outcome']] += many;
  }
  return counts;
}
