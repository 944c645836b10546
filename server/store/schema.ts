/** The tables of the store, and how an older file becomes one of today. */
import type Database from 'libsql';
import { StartError } from '../start-error.ts';

/** What each version added. A file of version n has had the first n; a step that was released is never changed. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE account (
    user TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    subject TEXT NOT NULL,
    cost INTEGER NOT NULL,
    block_size INTEGER NOT NULL,
    parallel INTEGER NOT NULL,
    salt BLOB NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE placed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    user TEXT NOT NULL REFERENCES account (user),
    serial TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    time INTEGER NOT NULL,
    key TEXT,
    UNIQUE (user, key)
  ) STRICT;
  CREATE INDEX placed_by_user ON placed (user, id);`,
  `
  ALTER TABLE account ADD COLUMN password_version INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    event TEXT NOT NULL,
    code TEXT,
    user TEXT,
    subject TEXT,
    serial TEXT,
    fingerprint TEXT,
    address TEXT,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_by_outcome ON event (code IS NULL, id);
  CREATE TABLE kept (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;`,
];

/**
 * Checks the file and brings it up to date, in one transaction.
 *
 * @throws StartError when the file is damaged or of a newer program
 */
export function bringUpToDate(database: Database.Database, path: string): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const version = row.user_version;
  if (version > STEPS.length)
    throw new StartError(`the store ${path} was made by a newer Trustwalk. Update, or give another --data DIR.`);
  const found = database.prepare('PRAGMA quick_check(1)').get() as Readonly<Record<string, unknown>>;
  const verdict = String(Object.values(found)[0]).split('\n').at(-1) ?? '';
  if (verdict !== 'ok')
    throw new StartError(
      `the store ${path} is damaged (${verdict.slice(0, 100)}). Put a backup in its place, or give another --data DIR.`,
    );
  if (version === STEPS.length) return;
  const steps = STEPS.slice(version).join('\n');
  database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${STEPS.length}; COMMIT;`);
}
