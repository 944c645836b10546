import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StartError } from '../start-error.ts';
import { openStore } from './sqlite-store.ts';
import type { Account, NewOrder } from './store.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'trustwalk-store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ALICE: Account = {
  user: 'alice',
  role: 'customer',
  subject: 'CN=alice,O=Order Desk',
  password: { cost: 16, blockSize: 8, parallel: 1, salt: Uint8Array.of(1, 2), hash: Uint8Array.of(3, 4, 255) },
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

describe('the store', () => {
  test('gives back what it was given, also after it was closed and opened again', () => {
    const path = join(folder, 'deep/desk.db');
    const first = openStore(path);
    expect(first.addAccount(ALICE)).toBe(true);
    const { id } = first.addOrder(TEA);
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
    expect(again.ordersOf('alice', 9)).toEqual([{ id, ...told }]);
    again.close();
  });

  test('keeps the first account of a name', () => {
    const store = openStore(':memory:');
    store.addAccount(ALICE);
    expect(store.addAccount({ ...ALICE, subject: 'CN=mallory' })).toBe(false);
    expect(store.account('alice')?.subject).toBe(ALICE.subject);
  });

  test('takes the same key of the same user as the same order, and other keys as others', () => {
    const store = openStore(':memory:');
    store.addAccount(ALICE);
    store.addAccount({ ...ALICE, user: 'bob' });
    const one = store.addOrder({ ...TEA, key: 'k' });
    expect(store.addOrder({ ...TEA, key: 'k', quantity: 9 })).toEqual(one);
    expect(store.addOrder({ ...TEA, key: 'l' }).id).not.toBe(one.id);
    expect(store.addOrder({ ...TEA, user: 'bob', key: 'k' }).id).not.toBe(one.id);
    expect(store.orderCount('alice')).toBe(2);
  });

  test('does not share a store in memory', () => {
    openStore(':memory:').addAccount(ALICE);
    expect(openStore(':memory:').account('alice')).toBeNull();
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
});
