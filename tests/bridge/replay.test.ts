import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeRecords } from '../../src/core/bridge/frames.ts';
import { CLOSE, type DeskRun } from '../../src/core/bridge/messages.ts';
import { aFront, aTab, hello, type Tab, type TestFront } from '../security/front.ts';
import type { SpokenSession, Unnumbered } from '../security/spoken-sessions.ts';

let front: TestFront;
let cookie: string;

beforeEach(async () => {
  front = await aFront();
  cookie = await front.enter();
});
afterEach(() => front.close());

const record = (index: number, bytes = 10): Unnumbered => ({
  ...{
    run: 1,
    index,
    from: 'client',
    sentAt: index,
    at: index,
    sent: new Uint8Array(bytes).fill(index),
    delivered: null,
  },
});
const keyLog = (line: string): Unnumbered => ({ type: 'key-log', run: 1, at: 0, side: 'client', line });
const learner = 'tab'.padEnd(22, '-');
const session = (): SpokenSession => front.sessions.of(learner).session;

/** Everything a tab has received, in order: `r1` for the record with seq 1, `key-log 2` for a fact with seq 2. */
function order(tab: Tab): string[] {
  return tab.received.flatMap((message) => {
    if (!(message instanceof Uint8Array)) return 'seq' in message ? [`${message.type} ${message.seq}`] : [message.type];
    const decoded = decodeRecords(message);
    return decoded.kind === 'records' ? decoded.records.map(({ seq }) => `r${seq}`) : [decoded.text];
  });
}

async function welcomed(since = 0): Promise<Tab> {
  const tab = await aTab(front, cookie);
  tab.say(hello('tab', since));
  await tab.next('welcome');
  return tab;
}

describe('order', () => {
  test('records that come together share a frame, and no JSON fact overtakes them', async () => {
    const tab = await welcomed();
    session().say(record(0));
    session().say(record(1));
    session().say(keyLog('a'));
    session().say(record(2));
    session().say(keyLog('b'));
    await tab.next('key-log');
    await tab.next('key-log');
    expect(order(tab)).toEqual(['welcome', 'r1', 'r2', 'key-log 3', 'r4', 'key-log 5']);
    expect(tab.received.filter((message) => message instanceof Uint8Array)).toHaveLength(2);
  });

  test('a lone record comes by itself', async () => {
    const tab = await welcomed();
    session().say(record(0));
    await new Promise((resolve) => tab.socket.once('message', resolve));
    expect(order(tab)).toEqual(['welcome', 'r1']);
  });

  test('no frame is longer than the limit', async () => {
    const tab = await welcomed();
    for (let i = 0; i < 40; i++) session().say(record(i, 16_000));
    session().say(keyLog('end'));
    await tab.next('key-log');
    expect(order(tab)).toHaveLength(42);
    for (const frame of tab.received) if (frame instanceof Uint8Array) expect(frame.length).toBeLessThan(256 * 1024);
  });
});

describe('reconnecting', () => {
  test('a new page hears what it missed, from the number it names, and then what is new', async () => {
    const first = await welcomed();
    for (let i = 0; i < 4; i++) session().say(record(i));
    session().say(keyLog('a'));
    await first.next('key-log');
    first.socket.terminate();
    session().say(record(4));
    const second = await welcomed(3);
    session().say(keyLog('b'));
    await second.next('key-log');
    await second.next('key-log');
    expect(order(second)).toEqual(['welcome', 'r4', 'key-log 5', 'r6', 'key-log 7']);
  });

  test('it is told whether the server still knows it', async () => {
    const first = await aTab(front, cookie);
    first.say(hello());
    const { session: id, isNew } = await first.next('welcome');
    first.socket.terminate();
    const second = await aTab(front, cookie);
    second.say(hello('tab', 0));
    expect(isNew).toBe(true);
    expect(await second.next('welcome')).toMatchObject({ session: id, isNew: false });
  });

  test('a session that the server has forgotten is told from its beginning, whatever number the page names', async () => {
    const tab = await aTab(front, cookie);
    tab.say(hello('tab', 1000));
    await tab.next('welcome');
    session().say(keyLog('a'));
    expect((await tab.next('key-log')).seq).toBe(1);
  });

  test('the older socket of the same tab is told that it was taken over, and hears no more', async () => {
    const older = await welcomed();
    const newer = await welcomed();
    await older.next('taken-over');
    expect(await older.closed).toBe(CLOSE.takenOver);
    session().say(keyLog('a'));
    await newer.next('key-log');
    expect(order(older)).toEqual(['welcome', 'taken-over']);
    expect(session().listeners).toBe(1);
  });

  test('nobody listens to a session whose page has gone', async () => {
    const tab = await welcomed();
    expect(session().listeners).toBe(1);
    tab.socket.close();
    await tab.closed;
    const other = await aTab(front, cookie); // one more turn of the server
    expect(session().listeners).toBe(0);
    other.socket.terminate();
  });
});

test('a page that does not read costs bounded memory, and has lost nothing when it reads again', async () => {
  const tab = await welcomed();
  tab.socket.pause();
  const count = 2_000;
  for (let i = 0; i < count; i++) {
    session().say(record(i, 16_000));
    // the relay would hand over records as they come, not all in one turn
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  session().say(keyLog('end'));
  expect(session().listeners).toBe(0); // the bridge has stopped taking
  tab.socket.resume();
  await tab.next('key-log');
  expect(order(tab)).toEqual([
    'welcome',
    ...Array.from({ length: count }, (_, index) => `r${index + 1}`),
    `key-log ${count + 1}`,
  ]);
});

test('connections to the order desk are told as they come', async () => {
  const tab = await welcomed();
  const run: DeskRun = {
    ...{ type: 'desk-run', id: 1, startedAt: 1, subject: 'CN=alice', version: 'TLSv1.3', cipherSuite: null },
    ...{ outcome: 'accepted', reason: null, bars: [], silentEnd: null },
  };
  for (const tell of front.deskRuns) tell(run);
  expect(await tab.next('desk-run')).toEqual(run);
  tab.socket.close();
  await tab.closed;
  await aTab(front, cookie);
  expect(front.deskRuns.size).toBe(0);
});

test('when the server ends, every page is told that it goes away', async () => {
  const tab = await welcomed();
  const other = await aFront();
  const tabOfOther = await aTab(other, await other.enter());
  await other.close();
  expect(await tabOfOther.closed).toBe(CLOSE.goingAway);
  expect(tab.socket.readyState).toBe(tab.socket.OPEN);
});
