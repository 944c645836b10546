/** What the desk does about time and about peers that do not listen. What it says is in tests/desk, on real sockets. */
import { randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Opener, Sealer, passphraseKey } from '../../src/core/aes/envelope.ts';
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import { lineBytes } from '../../src/core/desk/line.ts';
import type { Request } from '../../src/core/desk/messages.ts';
import { StartError } from '../start-error.ts';
import type { Store } from '../store/store.ts';
import { openStore } from '../store/sqlite-store.ts';
import { type Desk, createDesk } from './desk.ts';
import { VISIT_LIMITS } from './limits.ts';

const PASSPHRASE = '1234567890123456';
const ALICE = { subject: 'CN=alice', serial: '0a', sha256: 'aa'.repeat(32) };
const PASSWORD = 'correct horse battery';

/** The far end of a connection that a test holds in its hand. */
class FarEnd extends Duplex {
  heard = Buffer.alloc(0);
  isListening = true;
  #pending: (() => void) | null = null;

  override _read(): void {
    // bytes come when the test says them
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    this.heard = Buffer.concat([this.heard, chunk]);
    if (this.isListening) taken();
    else this.#pending = taken;
  }

  listen(): void {
    this.isListening = true;
    this.#pending?.();
  }

  says(line: Uint8Array): void {
    this.push(Buffer.concat([line, Buffer.from('\n')]));
  }

  get lines(): Record<string, unknown>[] {
    return this.heard
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

const desks: Desk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
  vi.useRealTimers();
});

function aVisit(now: () => number = Date.now, change: Partial<Store> = {}) {
  const told: string[] = [];
  const store = { ...openStore(':memory:'), ...change };
  const random = (bytes: number) => randomBytes(bytes);
  const desk = createDesk({ store, passphrase: PASSPHRASE, now, random, log: (line) => told.push(line) });
  desks.push(desk);
  const visit = (peer = ALICE) => {
    const far = new FarEnd();
    desk.serve(far, peer);
    const key = passphraseKey(PASSPHRASE);
    if (!key.ok) throw new Error(key.error.why);
    const nonce = String(far.lines[0]?.['nonce']);
    const sealer = new Sealer({ key: key.value, nonce, from: 'client' });
    const opener = new Opener({ key: key.value, nonce, from: 'server' });
    const ask = (request: Request) => far.says(lineBytes(sealer.seal(lineBytes(request), random(12))));
    const opened = () => {
      const line = opener.open(far.lines[1 + answers++]);
      if (!line.ok) throw new Error(line.error.why);
      return JSON.parse(Buffer.from(line.value).toString('utf8')) as Record<string, unknown>;
    };
    let answers = 0;
    return { far, ask, opened };
  };
  return { visit, store, told, desk };
}

/** Lets everything happen that happens by itself. */
async function settled(turns = 200): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a silent peer', () => {
  test('is greeted, and after five minutes of silence the desk says goodbye and hangs up', () => {
    vi.useFakeTimers();
    const { far, opened } = aVisit().visit();
    expect(far.lines).toHaveLength(1);
    vi.advanceTimersByTime(VISIT_LIMITS.idleMs - 1);
    expect(far.lines).toHaveLength(1);
    expect(far.writableEnded).toBe(false);
    vi.advanceTimersByTime(1);
    expect(opened()).toMatchObject({
      type: 'error',
      code: 'internal',
      message: expect.stringMatching(/^Nothing was said for a while/) as string,
    });
    expect(far.writableEnded).toBe(true); // over TLS: with a close_notify
    vi.advanceTimersByTime(2 * VISIT_LIMITS.farewellMs); // it does not close its own end
    expect(far.destroyed).toBe(true);
  });
});

describe('a peer with which the desk has ended', () => {
  test('may read the last line in peace; if it goes on sending, it is cut off', async () => {
    const { far, ask } = aVisit().visit();
    ask({ type: 'whoami' });
    await vi.waitFor(() => expect(far.lines).toHaveLength(2));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const flood = async () => {
      for (let i = 0; i < 4; i++) far.push(Buffer.alloc(DESK_LIMITS.lineBytes, 'x'));
      await settled();
    };
    await flood();
    expect(far.lines).toHaveLength(3);
    expect(far.writableEnded).toBe(true);
    await flood();
    expect(far.readableLength).toBe(0); // taken, and thrown away
    vi.advanceTimersByTime(VISIT_LIMITS.lingerMs - 1);
    expect(far.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(far.destroyed).toBe(true);
  });
});

describe('a peer that asks and never reads', () => {
  test('is not answered further until it does', async () => {
    let now = 0;
    const { visit, store } = aVisit(() => (now += 1_000));
    const { far, ask } = visit();
    ask({ type: 'create-account', user: 'alice', password: PASSWORD });
    await vi.waitFor(() => expect(far.lines).toHaveLength(2), { timeout: 10_000 });
    const order = { item: 'tea'.repeat(60), quantity: 1, user: 'alice', serial: '0a', fingerprint: ALICE.sha256 };
    await Promise.all([...Array(100).keys()].map((time) => store.addOrder({ ...order, time, key: null })));

    far.isListening = false;
    for (let i = 0; i < 100; i++) ask({ type: 'orders' });
    await settled();
    expect(far.writableLength).toBeLessThan(128 * 1024);
    far.listen();
    await vi.waitFor(() => expect(far.lines).toHaveLength(102), { timeout: 10_000 });
  });
});

describe('a peer in a hurry', () => {
  test('is read at the pace of the desk, and loses nothing', async () => {
    const { visit } = aVisit();
    const { far, ask, opened } = visit();
    const most = VISIT_LIMITS.lineBurst;
    const more = 6;
    const startedAt = performance.now();
    for (let i = 0; i < most + more; i++) ask({ type: 'whoami', id: i });
    await settled(20);
    expect(far.lines.length).toBeLessThan(1 + most + more);
    await vi.waitFor(() => expect(far.lines).toHaveLength(1 + most + more), { timeout: 10_000 });
    const leastMs = ((more - 1) / VISIT_LIMITS.linesPerSecond) * 1000;
    expect(performance.now() - startedAt).toBeGreaterThan(leastMs);
    expect(far.lines.slice(1).map(() => opened()['id'])).toEqual([...Array(most + more).keys()]);
  });
});

describe('the operator', () => {
  test('is told of the right password with the wrong certificate, without the password', async () => {
    const { visit, told } = aVisit();
    const alice = visit();
    alice.ask({ type: 'create-account', user: 'alice', password: PASSWORD });
    await vi.waitFor(() => expect(alice.far.lines).toHaveLength(2), { timeout: 10_000 });
    const mallory = visit({ ...ALICE, subject: 'CN=mallory\u001b[2J', serial: '0bad' });
    mallory.ask({ type: 'sign-in', user: 'alice', password: PASSWORD });
    await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 10_000 });
    expect(told[0]).toContain('CN=mallory\\u001b[2J');
    expect(told[0]).toContain('0bad');
    expect(told[0]).not.toContain(PASSWORD);
  });

  test('hears of a bug, and the peer only that there was one', async () => {
    const full = () => {
      throw new Error('database or disk is full');
    };
    const { visit, told } = aVisit(Date.now, { account: full });
    const { far, ask, opened } = visit();
    ask({ type: 'sign-in', user: 'alice', password: PASSWORD });
    await vi.waitFor(() => expect(far.writableEnded).toBe(true));
    expect(opened()).toEqual({
      type: 'error',
      code: 'internal',
      message: expect.stringContaining('mistake') as string,
    });
    expect(told.join()).toContain('disk is full');
  });
});

test('a passphrase that is not 16 bytes is an error of the start', () => {
  const random = (bytes: number) => randomBytes(bytes);
  expect(() => createDesk({ store: openStore(':memory:'), passphrase: 'short', now: Date.now, random })).toThrow(
    StartError,
  );
});
