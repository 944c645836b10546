/** The handshake log over a real bridge: rows, one connection as a file, and what is new; to each page its own. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeFilePart } from '../../src/core/bridge/file-frames.ts';
import { WHOLE_LOG } from '../../src/core/bridge/log.ts';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import { about, tellAll, told, word } from '../../server/log/fixtures/told.ts';
import { ownerOf } from '../../server/log/owner.ts';
import { aFront, aTab, hello, type Tab, type TestFront } from '../security/front.ts';

let front: TestFront;
beforeEach(async () => {
  front = await aFront();
});
afterEach(() => front.close());

async function page(learner: string): Promise<Tab> {
  const tab = await aTab(front, await front.enter());
  tab.say(hello(learner));
  await tab.next('welcome');
  return tab;
}

async function following(learner: string): Promise<Tab> {
  const tab = await page(learner);
  tab.say({ type: 'log-follow', id: 1, on: true });
  await tab.next('done');
  return tab;
}

/** A connection that comes and goes. @param learner whose it is; the desk's without one */
function connect(learner?: string): void {
  const owner = learner === undefined ? null : ownerOf(learner.padEnd(22, '-'));
  const recorder = front.handshakes.record(about({ owner, label: learner === undefined ? 'desk' : 'good' }));
  tellAll(recorder, [...told(), word('trusts-peer', 'The desk accepted the certificate.')]);
  recorder.over();
}

const rows = { type: 'log-rows', id: 2, query: WHOLE_LOG, upTo: null, offset: 0, most: 50 } as const;

test('a page that follows is told of what comes, and asks for it as rows and as a file', async () => {
  const tab = await following('ann');
  connect();
  const news = await tab.next('log-news');
  expect(news).toMatchObject({ isAll: true, rows: [{ id: 1, whose: 'desk', outcome: 'established' }] });
  tab.say(rows);
  const answer = await tab.next('log-rows');
  expect(answer).toMatchObject({ re: 2, upTo: 1, matching: 1, newer: 0, counts: { total: 1, established: 1 } });
  expect(answer.rows).toEqual(news.rows);
  tab.say({ type: 'log-entry', id: 3, entry: 1 });
  const entry = await tab.next('log-entry');
  expect(entry.words).toMatchObject([{ side: 'server', name: 'trusts-peer' }]);
  const parts = tab.received.flatMap((message) => (message instanceof Uint8Array ? [decodeFilePart(message)] : []));
  expect(parts.map((part) => part?.re)).toEqual([3]);
  const file = Buffer.concat(parts.map((part) => part?.bytes ?? new Uint8Array()));
  expect(file).toHaveLength(entry.fileBytes);
  const capture = readCapture(file);
  expect(capture.connections).toHaveLength(1);
  expect(capture.keyLog).toContain('SERVER_TRAFFIC_SECRET_0');
});

test('who does not follow any more is told nothing', async () => {
  const [quiet, other] = [await following('ann'), await following('ben')];
  quiet.say({ type: 'log-follow', id: 2, on: false });
  await quiet.next('done');
  connect();
  await other.next('log-news');
  expect(quiet.received.filter((message) => 'type' in message && message.type === 'log-news')).toEqual([]);
});

describe('a learner’s connection', () => {
  test('is shown to that learner only, as a row, as news and as a file', async () => {
    const [ann, ben] = [await following('ann'), await following('ben')];
    connect('ann');
    connect();
    expect((await ann.next('log-news')).rows.map(({ id, whose }) => [id, whose])).toEqual([
      [1, 'learner'],
      [2, 'desk'],
    ]);
    expect((await ben.next('log-news')).rows.map(({ id }) => id)).toEqual([2]);
    for (const [tab, ids] of [
      [ann, [2, 1]],
      [ben, [2]],
    ] as const) {
      tab.say(rows);
      const answer = await tab.next('log-rows');
      expect(answer.rows.map(({ id }) => id)).toEqual(ids);
      expect(answer.counts.total).toBe(ids.length);
    }
    ben.say({ type: 'log-entry', id: 3, entry: 1 });
    expect(await ben.next('error')).toMatchObject({ re: 3, code: 'no-such-connection' });
    expect(ben.received.filter((message) => message instanceof Uint8Array)).toEqual([]);
  });
});

test('of a storm only the newest are told, and that there are more', async () => {
  const tab = await following('ann');
  for (let count = 0; count < LIMITS.logNews + 10; count++) connect();
  const news = await tab.next('log-news');
  expect(news.isAll).toBe(false);
  expect(news.rows).toHaveLength(LIMITS.logNews);
  expect(news.rows.at(-1)?.id).toBe(LIMITS.logNews + 10);
});
