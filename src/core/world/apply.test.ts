import { describe, expect, test } from 'vitest';
import type { RunFact } from '../bridge/messages.ts';
import { Secret } from '../bytes/secret.ts';
import { apply, FORMER_RUN } from './apply.ts';
import type { WorldFact } from './facts.ts';
import { EMPTY_WORLD, type World } from './world.ts';

const after = (...facts: readonly WorldFact[]): World => facts.reduce(apply, EMPTY_WORLD);

const key = (owner: string): WorldFact => ({
  kind: 'key',
  pair: { owner, kind: 'rsa-2048', publicKey: `public key of ${owner}`, privateKey: new Secret('private') },
});
const opened = (run: number, label: string, startedAt = 1000): WorldFact => ({
  kind: 'run',
  fact: {
    type: 'run',
    ...{ seq: 1, run, label, startedAt },
    ...{ version: '1.3', client: 'node', engine: 'node', serverName: 'localhost' },
  },
});
const told = (fact: RunFact): WorldFact => ({ kind: 'run', fact });
const heard = (run: number, line: string) => told({ type: 'heard', seq: 2, run, at: 1, side: 'client', line });

describe('a private key', () => {
  test('that was lent is counted once per owner, its bytes each time', () => {
    const lent: WorldFact = { kind: 'lent', owner: 'alice', bytes: 1700 };
    expect(after(key('alice'), lent, lent).lent).toEqual({ bytes: 3400, owners: ['alice'] });
  });

  test('that is made anew has not been lent', () => {
    const world = after(key('alice'), { kind: 'lent', owner: 'alice', bytes: 1700 }, key('alice'));
    expect(world.lent).toEqual({ bytes: 1700, owners: [] });
  });
});

describe('a run', () => {
  test('takes in what is told of its number, and is the last one', () => {
    const world = after(opened(7, 'good'), heard(7, 'hello'), heard(8, 'of another run'));
    expect(world.lastRun).toBe('good');
    expect(world.runs['good']?.heard.map(({ line }) => line)).toEqual(['hello']);
  });

  test('replaces the one before of its label', () => {
    const world = after(opened(7, 'good'), heard(7, 'hello'), opened(8, 'good'));
    expect(Object.keys(world.runs)).toEqual(['good']);
    expect(world.runs['good']).toMatchObject({ id: 8, heard: [] });
  });

  test('of an earlier session hears nothing of a new run with its number', () => {
    const line: WorldFact = { kind: 'desk-line', line: { run: 1, from: 'server', message: { type: 'hello' } } };
    const world = after(opened(1, 'good'), line, opened(1, 'bob'), heard(1, 'for bob'));
    expect(world.runs['good']).toMatchObject({ id: FORMER_RUN, heard: [] });
    expect(world.runs['bob']?.heard).toHaveLength(1);
    expect(world.deskLines[0]?.run).toBe(FORMER_RUN);
  });
});

test('a server that was started anew has no run of before open', () => {
  const world = after(opened(1, 'good'), opened(2, 'bob'), { kind: 'session-ended' }, heard(2, 'for another'));
  expect(Object.values(world.runs).map(({ id, heard }) => [id, heard.length])).toEqual([
    [FORMER_RUN, 0],
    [FORMER_RUN, 0],
  ]);
});

test('the old world stays as it was', () => {
  const before = after(key('alice'));
  apply(before, { kind: 'bet', id: 'stop', choice: 2 });
  expect(before.bets).toEqual({});
});
