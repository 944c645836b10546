import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WHOLE_LOG, type LogQuery } from '../../src/core/bridge/log.ts';
import { TLS12 } from '../../src/core/capture/fixtures/build.ts';
import { StartError } from '../start-error.ts';
import { openBook, readBook, type BookReader } from './book.ts';
import { captureOf } from './captured.ts';
import { about, aDraft, tellAll, told, word } from './fixtures/told.ts';
import { ownerOf, type Viewer } from './owner.ts';
import { Recording } from './recording.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-log-'));
  path = join(folder, 'data', 'handshakes.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MACHINE: Viewer = { kind: 'machine' };
const page = (learner: string): Viewer => ({ kind: 'page', owner: ownerOf(learner) });

function ids(book: BookReader, query: Partial<LogQuery> = {}, viewer = MACHINE): number[] {
  const { rows } = book.list({ query: { ...WHOLE_LOG, ...query }, upTo: null, offset: 0, most: 100 }, viewer);
  return rows.map(({ id }) => id);
}

describe('the log', () => {
  test('gives back what it was given, after it was opened again, and to a reader meanwhile', () => {
    const book = openBook(path);
    const draft = aDraft(1, {}, [...told(), word('trusts-peer', 'Good.')]);
    const [row] = book.write([draft]);
    const reader = readBook(path);
    expect(reader.entry(1, MACHINE)).toEqual({ row, draft });
    reader.close();
    book.close();
    book.close();
    const again = openBook(path);
    expect(again.lastId).toBe(1);
    expect(again.entry(1, MACHINE)).toEqual({ row, draft });
    expect(again.entry(2, MACHINE)).toBeNull();
    const capture = captureOf(draft);
    expect(capture.ok && capture.value.keyLog.trim()).toBe(draft.keyLog.map(({ line }) => line).join('\n'));
    again.close();
  });

  test('shows what an older version wrote, which kept no strips', () => {
    const book = openBook(path);
    book.write([aDraft(1)]);
    const database = new Database(path);
    database.exec("UPDATE connection SET shown = json_remove(shown, '$.strip')");
    database.close();
    expect(book.entry(1, MACHINE)?.row).toMatchObject({ id: 1, strip: { bars: [], leftOut: null } });
    book.close();
  });

  test('is nobody else’s to read: its files have mode 0600, also one that was looser before', () => {
    for (let round = 0; round < 2; round++) {
      const book = openBook(path);
      book.write([aDraft(1)]);
      for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
      book.close();
    }
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  });

  test('keeps to its bounds, and the oldest go first', () => {
    const byCount = openBook(path, { connections: 3, storedBytes: Infinity });
    for (let id = 1; id <= 5; id++) byCount.write([aDraft(id)]);
    expect(ids(byCount)).toEqual([5, 4, 3]);
    expect(byCount.entry(2, MACHINE)).toBeNull();
    byCount.close();
    const bySize = openBook(path, { connections: 100, storedBytes: 25_000 });
    bySize.write([6, 7, 8].map((id) => aDraft(id)));
    const left = ids(bySize);
    expect(left[0]).toBe(8);
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(6);
    bySize.close();
  });

  test('a connection that goes on is written again in its place, and is over when the server has ended', () => {
    const book = openBook(path);
    const recording = new Recording(1, about(), () => undefined);
    tellAll(recording, told().slice(0, 8));
    book.write([recording.draft()]);
    expect(ids(book, { outcome: 'open' })).toEqual([1]);
    tellAll(recording, told().slice(8));
    book.write([recording.draft()]);
    expect(book.list({ query: WHOLE_LOG, upTo: null, offset: 0, most: 9 }, MACHINE)).toMatchObject({
      counts: { total: 1, open: 1 },
      rows: [{ records: 17, isOpen: true }],
    });
    book.close();
    const again = openBook(path);
    expect(ids(again, { outcome: 'open' })).toEqual([]);
    expect(again.entry(1, MACHINE)?.row.isOpen).toBe(false);
    again.close();
  });

  test('a learner’s connections are shown to that learner and to the machine’s owner, the desk’s to all', () => {
    const book = openBook(path);
    book.write([aDraft(1), aDraft(2, { owner: ownerOf('ann') }), aDraft(3, { owner: ownerOf('ben') })]);
    expect(ids(book)).toEqual([3, 2, 1]);
    expect(ids(book, {}, page('ann'))).toEqual([2, 1]);
    expect(ids(book, { whose: 'learner' }, page('ann'))).toEqual([2]);
    expect(ids(book, { whose: 'desk' }, page('ann'))).toEqual([1]);
    expect(ids(book, {}, page('eve'))).toEqual([1]);
    expect(book.entry(2, page('ann'))?.row.whose).toBe('learner');
    expect(book.entry(2, page('ben'))).toBeNull();
    expect(book.list({ query: WHOLE_LOG, upTo: null, offset: 0, most: 9 }, page('eve')).counts.total).toBe(1);
    book.close();
  });

  test('finds words, outcomes and versions, all of them together', () => {
    const book = openBook(path);
    book.write([
      aDraft(1, {}, [...told(TLS12), word('trusts-peer', 'Good.')]),
      aDraft(2, {}, [...told(), word('refuses-peer', 'The certificate has expired.')]),
      aDraft(3, { client: { address: '::1', port: 4711 } }, [...told(), word('trusts-peer', 'Good.')]),
    ]);
    expect(ids(book, { text: 'EXPIRED' })).toEqual([2]);
    expect(ids(book, { text: 'tls 1.2' })).toEqual([1]);
    expect(ids(book, { text: '4711 established' })).toEqual([3]);
    expect(ids(book, { text: '4711 refused' })).toEqual([]);
    expect(ids(book, { text: "%' OR 1=1 --" })).toEqual([]);
    expect(ids(book, { outcome: 'established' })).toEqual([3, 1]);
    expect(ids(book, { outcome: 'established', version: 'TLS 1.3' })).toEqual([3]);
    const serial = book.entry(1, MACHINE)?.row.serials.client ?? '';
    expect(ids(book, { text: serial })).toContain(1);
    book.close();
  });

  test('an offset means the same while connections come: newer ones are counted only', () => {
    const book = openBook(path);
    book.write([1, 2, 3, 4].map((id) => aDraft(id)));
    const { upTo } = book.list({ query: WHOLE_LOG, upTo: null, offset: 0, most: 2 }, MACHINE);
    book.write([aDraft(5)]);
    const next = book.list({ query: WHOLE_LOG, upTo, offset: 2, most: 2 }, MACHINE);
    expect(next.rows.map(({ id }) => id)).toEqual([2, 1]);
    expect(next).toMatchObject({ upTo: 4, matching: 4, newer: 1, counts: { total: 5 } });
    book.close();
  });

  test('a batch that cannot be written leaves the log as it was', () => {
    const book = openBook(path, { connections: 2, storedBytes: Infinity });
    book.write([aDraft(1)]);
    const broken = { ...aDraft(3), frame: Uint8Array.of(1, 2) };
    expect(() => book.write([aDraft(2), broken])).toThrow('damaged');
    book.write([aDraft(4)]);
    book.write([aDraft(4)]);
    expect(ids(book)).toEqual([4, 1]);
    book.close();
  });

  test('says what is wrong with a file that is no log, is of a newer version, or is not there', () => {
    const log = openBook(path);
    log.close();
    const file = new Database(path);
    file.exec('PRAGMA user_version = 99');
    file.close();
    expect(() => openBook(path)).toThrow('newer Trustwalk');
    expect(() => readBook(path)).toThrow('newer Trustwalk');
    writeFileSync(join(folder, 'noise.db'), 'this is not a database, and long enough to be read as one'.repeat(100));
    expect(() => openBook(join(folder, 'noise.db'))).toThrow(StartError);
    expect(() => readBook(join(folder, 'none.db'))).toThrow('there is no handshake log');
  });
});
