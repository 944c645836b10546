import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LogRow } from '../../src/core/bridge/log.ts';
import type { Draft } from './draft.ts';
import { about, tellAll, told, word } from './fixtures/told.ts';
import { type HandshakeLog, keepLog } from './handshake-log.ts';
import { LOG_LIMITS } from './limits.ts';
import { ownerOf, type Viewer } from './owner.ts';
import { lookAt } from './row.ts';
import type { Scribe } from './scribe.ts';

const MACHINE: Viewer = { kind: 'machine' };
const NOTHING = { total: 0, open: 0, established: 0, refused: 0, incomplete: 0 };

/** A disk whose moods a test can choose. */
class Disk implements Scribe {
  readonly lastId = 41;
  readonly batches: (readonly Draft[])[] = [];
  mood: 'well' | 'full' | 'stuck' = 'well';
  async write(drafts: readonly Draft[]): Promise<readonly LogRow[]> {
    if (this.mood === 'full') throw new Error('database or disk is full');
    this.batches.push(drafts);
    if (this.mood === 'stuck') return new Promise(() => undefined);
    return drafts.map((draft) => lookAt(draft).row);
  }
  list = () => Promise.resolve({ upTo: 0, matching: 0, newer: 0, counts: NOTHING, rows: [] });
  entry = () => Promise.reject(new Error('nobody asks'));
  close = () => Promise.resolve();
}

let disk: Disk;
let log: HandshakeLog;
let lines: string[];
beforeEach(() => {
  vi.useFakeTimers();
  disk = new Disk();
  lines = [];
  log = keepLog(disk, (line) => lines.push(line));
});
afterEach(() => vi.useRealTimers());

const batch = () => vi.advanceTimersByTimeAsync(LOG_LIMITS.batchMs);

function connect(owner: string | null = null): void {
  const recorder = log.record(about({ owner }));
  tellAll(recorder, told());
  recorder.over();
}

test('connections that come together are written together, numbered on from those of earlier starts', async () => {
  for (let count = 0; count < 3; count++) connect();
  expect(disk.batches).toEqual([]);
  await batch();
  expect(disk.batches.map((drafts) => drafts.map(({ id }) => id))).toEqual([[42, 43, 44]]);
});

test('a connection that goes on is written at once, and then seldom', async () => {
  const recorder = log.record(about());
  tellAll(recorder, told().slice(0, 5));
  await batch();
  for (const fact of told().slice(5)) {
    tellAll(recorder, [fact]);
    await batch();
  }
  const batches = disk.batches.length;
  expect(batches).toBeGreaterThan(1);
  expect(batches).toBeLessThan(8);
  recorder.over();
  await batch();
  expect(disk.batches.at(-1)).toMatchObject([{ id: 42, isOpen: false }]);
});

test('one that talks without a pause is written when it has grown, and whole when it falls quiet', async () => {
  const recorder = log.record(about());
  tellAll(recorder, told());
  await batch();
  const order = told().slice(-1);
  const before = disk.batches.length;
  for (let ms = 0; ms < 8_000; ms += 50) {
    tellAll(recorder, order);
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(disk.batches.length - before).toBeLessThan(5);
  await vi.advanceTimersByTimeAsync(2 * LOG_LIMITS.liveMs);
  const whole = disk.batches.at(-1)?.[0]?.frame.length ?? 0;
  await vi.advanceTimersByTimeAsync(LOG_LIMITS.busyMs);
  recorder.over();
  await batch();
  expect(disk.batches.at(-1)?.[0]?.frame.length).toBe(whole);
});

test('a mere knock is not written', async () => {
  const recorder = log.record(about());
  recorder.take(word('ended', 'The client has closed the connection.'));
  recorder.over();
  await batch();
  expect(disk.batches).toEqual([]);
});

test('a page is told of the desk’s connections and of its own learner’s', async () => {
  const seen: Record<string, number[]> = { ann: [], ben: [] };
  for (const name of ['ann', 'ben'])
    log.subscribe({ kind: 'page', owner: ownerOf(name) }, (rows) => seen[name]?.push(...rows.map(({ id }) => id)));
  const stop = log.subscribe({ kind: 'machine' }, () => expect.unreachable());
  stop();
  connect();
  connect(ownerOf('ann'));
  await batch();
  expect(seen).toEqual({ ann: [42, 43], ben: [42] });
});

test('a full disk costs entries and one line, and the log goes on when there is room again', async () => {
  disk.mood = 'full';
  for (let round = 0; round < 3; round++) {
    connect();
    await batch();
  }
  expect(lines).toEqual(['handshake log: connections are served but not written down: database or disk is full']);
  disk.mood = 'well';
  connect();
  await batch();
  expect(lines[1]).toBe('handshake log: it is written again; connections that are missing: 3');
  expect(disk.batches.flat().map(({ id }) => id)).toEqual([45]);
});

describe('on a busy server', () => {
  /** Less than a batch, and more than a quiet server has in that time. */
  const many = () => {
    const enough = Math.ceil(LOG_LIMITS.busyNews / told().length) + 1;
    for (let count = 0; count < enough; count++) connect();
    return enough;
  };
  const written = () => disk.batches.flat().length;

  test('connections wait for a quiet moment, and are written then', async () => {
    let made = 0;
    for (let round = 0; round < 5; round++) {
      made += many();
      await batch();
    }
    await vi.advanceTimersByTimeAsync(LOG_LIMITS.quietMs - LOG_LIMITS.batchMs);
    expect(written()).toBe(0);
    for (let rest = made; rest > 0; rest -= LOG_LIMITS.batch) await batch();
    expect(written()).toBe(made);
  });

  test('nothing waits while a page looks at the log, and whoever asks for it has it written first', async () => {
    many();
    await batch();
    await log.list(
      { query: { text: '', outcome: null, version: null, whose: null }, upTo: null, offset: 0, most: 1 },
      MACHINE,
    );
    const asked = written();
    expect(asked).toBeGreaterThan(0);
    log.subscribe(MACHINE, () => undefined);
    many();
    await batch();
    expect(written()).toBeGreaterThan(asked);
  });

  test('only so much waits', async () => {
    let waiting = 0;
    while (written() === 0) {
      waiting += many();
      await batch();
      expect(waiting).toBeLessThan(50_000);
    }
    const [first] = disk.batches.flat();
    expect(waiting * (first?.frame.length ?? 0)).toBeGreaterThan(0.9 * LOG_LIMITS.laterBytes);
  });
});

test('for a disk that does not keep up only so much waits', async () => {
  disk.mood = 'stuck';
  const bytes = told().reduce((sum, fact) => sum + ('sent' in fact ? fact.sent.length : 0), 0);
  const enough = Math.ceil((LOG_LIMITS.laterBytes + 1.5 * LOG_LIMITS.waitingBytes) / bytes / 100);
  for (let round = 0; round < enough; round++) {
    for (let count = 0; count < 100; count++) connect();
    await batch();
  }
  const waiting = disk.batches.flat().reduce((sum, { frame }) => sum + frame.length, 0);
  expect(waiting).toBeLessThan(1.2 * LOG_LIMITS.waitingBytes);
  expect(lines).toEqual(['handshake log: connections are served but not written down: the disk does not keep up']);
});

test('closing writes what is left', async () => {
  connect();
  await log.close();
  await log.close();
  expect(disk.batches.flat().map(({ id }) => id)).toEqual([42]);
});
