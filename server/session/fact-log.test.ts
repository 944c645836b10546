import { expect, test } from 'vitest';
import { FactLog, type Unnumbered } from './fact-log.ts';
import type { Fact } from '../../src/core/bridge/run.ts';

const LIMITS = { loggedMessages: 6, loggedBytes: 100_000 };
const opened = (run: number): Unnumbered => ({
  type: 'run',
  run,
  label: 'good',
  version: '1.3',
  client: 'node',
  engine: 'node',
  serverName: 'localhost',
  startedAt: 0,
});
const heard = (run: number, line: string): Unnumbered => ({ type: 'heard', run, at: 0, side: 'client', line });
const record = (run: number, length: number): Unnumbered => ({
  run,
  index: 0,
  from: 'client',
  sentAt: 0,
  at: 0,
  sent: new Uint8Array(length),
  delivered: null,
});
const seqs = (facts: readonly Fact[]) => facts.map(({ seq }) => seq);

test('facts are numbered from 1 without gaps, and told in that order', () => {
  const log = new FactLog(LIMITS);
  const told: Fact[] = [];
  const stop = log.subscribe((fact) => told.push(fact));
  log.add(opened(1));
  log.add(record(1, 5));
  stop();
  log.add(heard(1, 'after'));
  expect(seqs(told)).toEqual([1, 2]);
  expect(seqs(log.since(0))).toEqual([1, 2, 3]);
  expect(seqs(log.since(2))).toEqual([3]);
});

test('facts of runs that go on side by side come back in the order they happened', () => {
  const log = new FactLog(LIMITS);
  for (const fact of [opened(1), opened(2), heard(1, 'a'), heard(2, 'b'), heard(1, 'c')]) log.add(fact);
  expect(seqs(log.since(0))).toEqual([1, 2, 3, 4, 5]);
});

test('over the limit the oldest run is forgotten whole, and its later facts are told but not kept', () => {
  const log = new FactLog(LIMITS);
  for (const fact of [opened(1), heard(1, 'a'), heard(1, 'b'), opened(2), heard(2, 'c'), heard(2, 'd')]) log.add(fact);
  expect(log.since(0)).toHaveLength(6);
  log.add(heard(2, 'e'));
  expect(seqs(log.since(0))).toEqual([4, 5, 6, 7]);
  const told: Fact[] = [];
  log.subscribe((fact) => told.push(fact));
  for (let late = 0; late < 10; late++) log.add(heard(1, 'late'));
  expect(seqs(told)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
  expect(seqs(log.since(0))).toEqual([4, 5, 6, 7]);
});

test('bytes count as well, and one run that is larger than the log does not stay', () => {
  const log = new FactLog({ loggedMessages: 1000, loggedBytes: 20_000 });
  log.add(opened(1));
  log.add(record(1, 12_000));
  log.add(opened(2));
  log.add(record(2, 12_000));
  expect(seqs(log.since(0))).toEqual([3, 4]);
  log.add(record(2, 12_000));
  expect(log.since(0)).toEqual([]);
});
