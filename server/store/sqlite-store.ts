/** The store in an SQLite file (libsql), or in memory for a learner's own desk. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { ROLES, type Role } from '../../src/core/desk/messages.ts';
import { StartError } from '../start-error.ts';
import type { Account, Store, StoredOrder } from './store.ts';

/** Rises with each change of the tables below; an older program refuses a newer file. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
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
  CREATE INDEX placed_by_user ON placed (user, id);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

const ORDER_COLUMNS = 'id, item, quantity, user, serial, fingerprint, time';

type Row = Readonly<Record<string, unknown>>;

/**
 * Opens the store and makes its tables at the first time.
 *
 * @param path of the file, its folder made if need be; `:memory:` keeps nothing
 * @throws StartError with cause and remedy when the file cannot be used
 */
export function openStore(path: string): Store {
  const database = openDatabase(path);
  const findAccount = database.prepare('SELECT * FROM account WHERE user = ?');
  const insertAccount = database.prepare(
    'INSERT INTO account (user, role, subject, cost, block_size, parallel, salt, hash, created_at) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user) DO NOTHING',
  );
  const findByKey = database.prepare(`SELECT ${ORDER_COLUMNS} FROM placed WHERE user = ? AND key = ?`);
  const findById = database.prepare(`SELECT ${ORDER_COLUMNS} FROM placed WHERE id = ?`);
  const findByUser = database.prepare(`SELECT ${ORDER_COLUMNS} FROM placed WHERE user = ? ORDER BY id DESC LIMIT ?`);
  const countByUser = database.prepare('SELECT count(*) AS orders FROM placed WHERE user = ?');
  const insertOrder = database.prepare(
    'INSERT INTO placed (item, quantity, user, serial, fingerprint, time, key) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  let isOpen = true;

  return {
    account(user) {
      const row = findAccount.get(user) as Row | undefined;
      return row === undefined ? null : accountOf(row);
    },
    addAccount({ user, role, subject, password, createdAt }) {
      const { cost, blockSize, parallel, salt, hash } = password;
      const blobs = [Buffer.from(salt), Buffer.from(hash)];
      return insertAccount.run(user, role, subject, cost, blockSize, parallel, ...blobs, createdAt).changes === 1;
    },
    addOrder(order) {
      const known = order.key === null ? undefined : (findByKey.get(order.user, order.key) as Row | undefined);
      if (known !== undefined) return orderOf(known);
      const { item, quantity, user, serial, fingerprint, time, key } = order;
      const { lastInsertRowid } = insertOrder.run(item, quantity, user, serial, fingerprint, time, key);
      return orderOf(findById.get(lastInsertRowid) as Row);
    },
    ordersOf: (user, most) => (findByUser.all(user, most) as Row[]).map(orderOf).reverse(),
    orderCount: (user) => Number((countByUser.get(user) as Row)['orders']),
    close() {
      if (isOpen) database.close();
      isOpen = false;
    },
  };
}

function openDatabase(path: string): Database.Database {
  let database: Database.Database;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    database = new Database(path);
    // FULL waits for the disk at each commit: what was acknowledged is there after a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    migrate(database, path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`cannot use the store ${path} (${wordsOf(error)}). Mend or move it, or give --data DIR.`);
  }
  return database;
}

function migrate(database: Database.Database, path: string): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const version = row.user_version;
  if (version === SCHEMA_VERSION) return;
  if (version > SCHEMA_VERSION)
    throw new StartError(`the store ${path} was made by a newer Trustwalk. Update, or give another --data DIR.`);
  database.exec(`BEGIN; ${SCHEMA} COMMIT;`);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function accountOf(row: Row): Account {
  return {
    user: String(row['user']),
    role: roleOf(row['role']),
    subject: String(row['subject']),
    password: {
      cost: Number(row['cost']),
      blockSize: Number(row['block_size']),
      parallel: Number(row['parallel']),
      salt: row['salt'] as Uint8Array,
      hash: row['hash'] as Uint8Array,
    },
    createdAt: Number(row['created_at']),
  };
}

function roleOf(value: unknown): Role {
  return ROLES.find((role) => role === value) ?? 'customer';
}

function orderOf(row: Row): StoredOrder {
  return {
    id: Number(row['id']),
    item: String(row['item']),
    quantity: Number(row['quantity']),
    user: String(row['user']),
    serial: String(row['serial']),
    fingerprint: String(row['fingerprint']),
    time: Number(row['time']),
  };
}
