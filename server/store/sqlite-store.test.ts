import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StartError } from '../start-error.ts';
import { openStore } from './sqlite-store.ts';
import { AUDIT_KEPT, type Account, type NewOrder, StoreFailed } from './store.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'trustwalk-store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ALICE: Account = {
  user: 'alice',
  role: 'customer',
  subject: 'CN=alice,O=Order Desk',
  password: { cost: 16, blockSize: 8, parallel: 1, salt: Uint8Array.of(1, 2), hash: Uint8Array.of(3, 4, 255) },
  passwordVersion: 0,
  createdAt: 1_790_000_000_000,
};
const TEA: NewOrder = {
  item: 'tea',
  quantity: 2,
  user: 'alice',
  serial: '7803522f',
  fingerprint: 'ab'.repeat(32),
  time: 1_790_000_000_001,
  key: null,
};

/** As the program wrote it before there was an audit trail. */
const VERSION_1 = `
  CREATE TABLE account (
    user TEXT PRIMARY KEY, role TEXT NOT NULL, subject TEXT NOT NULL, cost INTEGER NOT NULL, block_size INTEGER NOT NULL,
    parallel INTEGER NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE placed (
    id INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT NOT NULL, quantity INTEGER NOT NULL,
    user TEXT NOT NULL REFERENCES account (user), serial TEXT NOT NULL, fingerprint TEXT NOT NULL, time INTEGER NOT NULL,
    key TEXT, UNIQUE (user, key)
  ) STRICT;
  CREATE INDEX placed_by_user ON placed (user, id);
  INSERT INTO account VALUES ('alice', 'manager', 'CN=alice', 16, 8, 1, x'01', x'02', 5);
  INSERT INTO placed VALUES (7, 'tea', 2, 'alice', '0a', 'ab', 6, 'k');
  PRAGMA user_version = 1;
`;

describe('the store', () => {
  test('gives back what it was given, also after it was closed and opened again', async () => {
    const path = join(folder, 'deep/desk.db');
    const first = openStore(path);
    expect(await first.addAccount(ALICE)).toBe(true);
    const { id } = await first.addOrder(TEA);
    first.close();
    first.close();
    const again = openStore(path);
    const account = again.account('alice');
    expect(account).toMatchObject({
      user: 'alice',
      role: 'customer',
      subject: ALICE.subject,
      createdAt: ALICE.createdAt,
    });
    expect([...(account?.password.hash ?? [])]).toEqual([3, 4, 255]);
    const { key: _, ...told } = TEA;
    expect(again.orders('alice', { most: 9 })).toEqual([{ id, ...told }]);
    again.close();
  });

  test('keeps the first account of a name', async () => {
    const store = openStore(':memory:');
    await store.addAccount(ALICE);
    expect(await store.addAccount({ ...ALICE, subject: 'CN=mallory' })).toBe(false);
    expect(store.account('alice')?.subject).toBe(ALICE.subject);
  });

  test('sees at its next turn what another process has changed', async () => {
    const path = join(folder, 'desk.db');
    const [ours, theirs] = [openStore(path), openStore(path)];
    await ours.addAccount(ALICE);
    expect(ours.account('alice')?.role).toBe('customer');
    expect(ours.account('bob')).toBeNull();
    await theirs.setRole('alice', 'manager');
    await theirs.addAccount({ ...ALICE, user: 'bob' });
    await nextTurn();
    expect(ours.account('alice')?.role).toBe('manager');
    expect(ours.account('bob')?.user).toBe('bob');
    await ours.setRole('alice', 'clerk');
    expect(ours.account('alice')?.role).toBe('clerk');
    ours.close();
    theirs.close();
  });

  test('takes the same key of the same user as the same order, and other keys as others', async () => {
    const store = openStore(':memory:');
    await Promise.all([store.addAccount(ALICE), store.addAccount({ ...ALICE, user: 'bob' })]);
    const one = await store.addOrder({ ...TEA, key: 'k' });
    expect(await store.addOrder({ ...TEA, key: 'k', quantity: 9 })).toEqual(one);
    expect((await store.addOrder({ ...TEA, key: 'l' })).id).not.toBe(one.id);
    expect((await store.addOrder({ ...TEA, user: 'bob', key: 'k' })).id).not.toBe(one.id);
    expect(store.orderCount('alice')).toBe(2);
    expect(store.orderCount(null)).toBe(3);
  });

  test('gives lists in pieces', async () => {
    const store = openStore(':memory:');
    await store.addAccount(ALICE);
    const placed = await Promise.all([1, 2, 3, 4, 5].map((quantity) => store.addOrder({ ...TEA, quantity })));
    const newest = store.orders(null, { most: 2 });
    expect(newest).toEqual(placed.slice(3));
    expect(store.orders('alice', { most: 2, before: newest[0]?.id ?? 0 })).toEqual(placed.slice(1, 3));
    expect(store.orders('bob', { most: 2 })).toEqual([]);
  });

  test('keeps roles, passwords and named texts', async () => {
    const store = openStore(':memory:');
    expect(await store.setRole('alice', 'clerk')).toBe(false);
    await store.addAccount(ALICE);
    expect(await store.setRole('alice', 'clerk')).toBe(true);
    await store.setPassword('alice', { ...ALICE.password, cost: 32 }, false);
    expect(store.account('alice')).toMatchObject({ role: 'clerk', password: { cost: 32 }, passwordVersion: 0 });
    await store.setPassword('alice', ALICE.password, true);
    expect(store.account('alice')).toMatchObject({ password: { cost: 16 }, passwordVersion: 1 });
    expect(store.kept('crl')).toBeNull();
    await store.keep('crl', 'one');
    await store.keep('crl', 'two');
    expect(store.kept('crl')).toBe('two');
  });

  test('keeps the audit trail to its limit, and noise at the door pushes out nothing that was done', async () => {
    const store = openStore(':memory:');
    const event = { time: 1, event: 'sign-in', code: null, user: 'alice', subject: 'CN=alice', serial: '0a' };
    const done = { ...event, fingerprint: 'ab'.repeat(32), address: '127.0.0.1:5', detail: 'first' };
    await store.addEvent(done);
    const noise = { ...done, event: 'connect', code: 'CERT_HAS_EXPIRED', user: null, detail: '' };
    const many = AUDIT_KEPT.refused + 600;
    for (let left = many; left > 0; left -= 100)
      await Promise.all(Array.from({ length: 100 }, () => store.addEvent(noise)));
    expect(store.eventCount()).toBeLessThan(many);
    expect(store.eventCount()).toBeGreaterThan(AUDIT_KEPT.refused);
    expect(store.events({ most: 1, before: 2 })).toEqual([{ id: 1, ...done }]);
  });

  test('does not share a store in memory', async () => {
    await openStore(':memory:').addAccount(ALICE);
    expect(openStore(':memory:').account('alice')).toBeNull();
  });

  test('brings a file of the first version up to date, with all that is in it', async () => {
    const path = join(folder, 'desk.db');
    const file = new Database(path);
    file.exec(VERSION_1);
    file.close();
    const store = openStore(path);
    expect(store.account('alice')).toMatchObject({ role: 'manager', subject: 'CN=alice', passwordVersion: 0 });
    expect(store.orders('alice', { most: 9 })).toMatchObject([{ id: 7, item: 'tea', quantity: 2 }]);
    expect(await store.addOrder({ ...TEA, key: 'k' })).toMatchObject({ id: 7 });
    expect(await store.addOrder(TEA)).toMatchObject({ id: 8 });
    await store.setRole('alice', 'clerk');
    store.close();
    expect(openStore(path).account('alice')?.role).toBe('clerk');
  });

  test('copies itself into a file that can be opened, while it is written to', async () => {
    const store = openStore(join(folder, 'desk.db'));
    await store.addAccount(ALICE);
    await store.addOrder(TEA);
    const later = store.addOrder({ ...TEA, item: 'coffee' });
    store.copyTo(join(folder, 'copy.db'));
    await later;
    const copy = openStore(join(folder, 'copy.db'));
    expect(copy.orders(null, { most: 9 })).toMatchObject([{ item: 'tea' }]);
    expect(copy.account('alice')?.subject).toBe(ALICE.subject);
    expect(() => store.copyTo(join(folder, 'no/such/folder/copy.db'))).toThrow(StoreFailed);
  });

  test('writes what was asked for before it closes, and nothing after', async () => {
    const path = join(folder, 'desk.db');
    const store = openStore(path);
    const asked = Promise.all([store.addAccount(ALICE), store.addOrder(TEA)]);
    store.close();
    await asked;
    await expect(store.addOrder(TEA)).rejects.toThrow(StoreFailed);
    expect(openStore(path).orderCount('alice')).toBe(1);
  });

  test('says what is wrong with a file that is no store', () => {
    const path = join(folder, 'desk.db');
    writeFileSync(path, 'this is not a database, and it is long enough to be read as one'.repeat(100));
    expect(() => openStore(path)).toThrow(StartError);
    expect(() => openStore(path)).toThrow(path);
  });

  test('refuses a file of a newer version', () => {
    const path = join(folder, 'desk.db');
    openStore(path).close();
    const file = new Database(path);
    file.exec('PRAGMA user_version = 99');
    file.close();
    expect(() => openStore(path)).toThrow('newer Trustwalk');
  });

  test('refuses a damaged file, and says what to do', async () => {
    const path = join(folder, 'desk.db');
    const store = openStore(path);
    await store.addAccount(ALICE);
    await Promise.all(Array.from({ length: 2000 }, () => store.addOrder(TEA)));
    store.close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 40_000, 60_000);
    writeFileSync(path, bytes);
    expect(() => openStore(path)).toThrow(/damaged.*backup/);
  });
});
