/** The store in an SQLite file (libsql), or in memory for a learner's own desk. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { StartError } from '../start-error.ts';
import { type Commits, createCommits } from './commits.ts';
import { createKnownAccounts } from './known-accounts.ts';
import { type Row, accountOf, eventOf, orderOf } from './rows.ts';
import { bringUpToDate } from './schema.ts';
import { AUDIT_KEPT, type Store, StoreFailed } from './store.ts';

const ORDER_COLUMNS = 'id, item, quantity, user, serial, fingerprint, time';
const EVENT_COLUMNS = 'time, event, code, user, subject, serial, fingerprint, address, detail';

/** Higher than any id: where a list begins that nobody asked to begin elsewhere. */
const END = Number.MAX_SAFE_INTEGER;

/** How long one process waits while another one writes: `trustwalk desk` beside a running desk. */
const BUSY_MS = 3_000;

/** The audit trail is cut to its limit after as many new lines. */
const TRIM_EVERY = 500;

/**
 * Opens the store; makes its tables at the first time and brings those of an older version up to date.
 *
 * @param path of the file, its folder made if need be; `:memory:` keeps nothing
 * @throws StartError with cause and remedy when the file cannot be used
 */
export function openStore(path: string): Store {
  const database = openDatabase(path);
  const commits = createCommits(
    {
      begin: () => void database.exec('BEGIN IMMEDIATE'),
      commit: () => void database.exec('COMMIT'),
      rollback: () => void database.exec('ROLLBACK'),
    },
    () => performance.now(),
  );
  return { ...accounts(database, commits), ...orders(database, commits), ...trail(database, commits), ...file() };

  function file(): Pick<Store, 'copyTo' | 'close'> {
    let isOpen = true;
    return {
      copyTo(target) {
        try {
          database.prepare('VACUUM INTO ?').run(target);
        } catch (error) {
          throw new StoreFailed(wordsOf(error), false);
        }
      },
      close() {
        if (!isOpen) return;
        isOpen = false;
        commits.close();
        foldIn(database);
        database.close();
      },
    };
  }
}

/** Brings the write-ahead log into the file, so that the file alone is the store. Where others read, they do it later. */
function foldIn(database: Database.Database): void {
  try {
    database.exec('PRAGMA busy_timeout = 0');
    database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  } catch {
    // a full disk: the log stays beside the file, and is read with it
  }
}

type AccountParts = 'account' | 'accounts' | 'accountCount' | 'addAccount' | 'setPassword' | 'setRole';

function accounts(database: Database.Database, commits: Commits): Pick<Store, AccountParts> {
  const known = createKnownAccounts(database);
  const write: Commits['write'] = (job) =>
    commits.write(() => {
      known.forget();
      return job();
    });
  const find = database.prepare('SELECT * FROM account WHERE user = ?');
  const list = database.prepare('SELECT * FROM account WHERE user > ? ORDER BY user LIMIT ?');
  const count = database.prepare('SELECT count(*) AS found FROM account');
  const insert = database.prepare(
    'INSERT INTO account (user, role, subject, cost, block_size, parallel, salt, hash, password_version, created_at) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user) DO NOTHING',
  );
  const password = database.prepare(
    'UPDATE account SET cost = ?, block_size = ?, parallel = ?, salt = ?, hash = ?, ' +
      'password_version = password_version + ? WHERE user = ?',
  );
  const role = database.prepare('UPDATE account SET role = ? WHERE user = ?');
  return {
    account: (user) =>
      known.get(user, () => {
        const row = find.get(user) as Row | undefined;
        return row === undefined ? null : accountOf(row);
      }),
    accounts: (most, after = '') => (list.all(after, most) as Row[]).map(accountOf),
    accountCount: () => Number((count.get() as Row)['found']),
    addAccount({
      user,
      role,
      subject,
      password: { cost, blockSize, parallel, salt, hash },
      passwordVersion,
      createdAt,
    }) {
      const record = [cost, blockSize, parallel, Buffer.from(salt), Buffer.from(hash)];
      return write(() => insert.run(user, role, subject, ...record, passwordVersion, createdAt).changes === 1);
    },
    setPassword(user, { cost, blockSize, parallel, salt, hash }, isNew) {
      const record = [cost, blockSize, parallel, Buffer.from(salt), Buffer.from(hash)];
      return write(() => void password.run(...record, isNew ? 1 : 0, user));
    },
    setRole: (user, to) => write(() => role.run(to, user).changes === 1),
  };
}

function orders(database: Database.Database, { write }: Commits): Pick<Store, 'addOrder' | 'orders' | 'orderCount'> {
  const findByKey = database.prepare(`SELECT ${ORDER_COLUMNS} FROM placed WHERE user = ? AND key = ?`);
  const insert = database.prepare(
    'INSERT INTO placed (item, quantity, user, serial, fingerprint, time, key) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const newest = `SELECT ${ORDER_COLUMNS} FROM placed WHERE id < ?`;
  const listOfUser = database.prepare(`${newest} AND user = ? ORDER BY id DESC LIMIT ?`);
  const listOfAll = database.prepare(`${newest} ORDER BY id DESC LIMIT ?`);
  const countOfUser = database.prepare('SELECT count(*) AS found FROM placed WHERE user = ?');
  const countOfAll = database.prepare('SELECT count(*) AS found FROM placed');
  return {
    addOrder: (order) =>
      write(() => {
        const { key, ...told } = order;
        const known = key === null ? undefined : (findByKey.get(order.user, key) as Row | undefined);
        if (known !== undefined) return orderOf(known);
        const { item, quantity, user, serial, fingerprint, time } = order;
        const { lastInsertRowid } = insert.run(item, quantity, user, serial, fingerprint, time, key);
        return { id: Number(lastInsertRowid), ...told };
      }),
    orders(user, { most, before = END }) {
      const rows = user === null ? listOfAll.all(before, most) : listOfUser.all(before, user, most);
      return (rows as Row[]).map(orderOf).reverse();
    },
    orderCount: (user) => Number(((user === null ? countOfAll.get() : countOfUser.get(user)) as Row)['found']),
  };
}

type TrailParts = 'addEvent' | 'events' | 'eventCount' | 'kept' | 'keep';

function trail(database: Database.Database, { write }: Commits): Pick<Store, TrailParts> {
  const insert = database.prepare(`INSERT INTO event (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const list = database.prepare(`SELECT id, ${EVENT_COLUMNS} FROM event WHERE id < ? ORDER BY id DESC LIMIT ?`);
  const count = database.prepare('SELECT count(*) AS found FROM event');
  const trim = database.prepare(
    'DELETE FROM event WHERE (code IS NULL) = ? AND id <= ' +
      '(SELECT id FROM event WHERE (code IS NULL) = ? ORDER BY id DESC LIMIT 1 OFFSET ?)',
  );
  const find = database.prepare('SELECT text FROM kept WHERE name = ?');
  const put = database.prepare(
    'INSERT INTO kept (name, text) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text = excluded.text',
  );
  let sinceTrim = TRIM_EVERY;
  return {
    addEvent: ({ time, event, code, user, subject, serial, fingerprint, address, detail }) =>
      write(() => {
        insert.run(time, event, code, user, subject, serial, fingerprint, address, detail);
        if (++sinceTrim < TRIM_EVERY) return;
        sinceTrim = 0;
        trim.run(1, 1, AUDIT_KEPT.done);
        trim.run(0, 0, AUDIT_KEPT.refused);
      }),
    events: ({ most, before = END }) => (list.all(before, most) as Row[]).map(eventOf).reverse(),
    eventCount: () => Number((count.get() as Row)['found']),
    kept: (name) => ((find.get(name) as Row | undefined)?.['text'] as string | undefined) ?? null,
    keep: (name, text) => write(() => void put.run(name, text)),
  };
}

function openDatabase(path: string): Database.Database {
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new Database(path);
    // FULL waits for the disk at each commit: what was acknowledged is there after a power cut.
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;`,
    );
    bringUpToDate(database, path);
    return database;
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`cannot use the store ${path} (${wordsOf(error)}). Mend or move it, or give --data DIR.`);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
