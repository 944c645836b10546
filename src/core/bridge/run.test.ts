import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { momentsOf, openedRun, runAt, viewOf, withFact, type Fact, type Run } from './run.ts';

const OPENED = openedRun({
  ...{ type: 'run', seq: 1, run: 1, label: 'good', version: '1.3', client: 'page', engine: 'node' },
  ...{ serverName: 'localhost', startedAt: 0 },
});
const runOf = (...facts: readonly Exclude<Fact, { type: 'run' }>[]): Run => facts.reduce(withFact, OPENED);

const bytes = (byte: number) => Uint8Array.of(22, 3, 3, 0, 1, byte);
const held = (index: number, from: 'client' | 'server', at: number): Exclude<Fact, { type: 'run' }> => ({
  ...{ seq: index + 2, run: 1, index, from, at },
  held: bytes(index),
});
const passed = (
  index: number,
  from: 'client' | 'server',
  [sentAt, at]: readonly [number, number],
  change: { sent?: Uint8Array; delivered?: Uint8Array } = {},
): Exclude<Fact, { type: 'run' }> => ({
  ...{ seq: index + 20, run: 1, index, from, sentAt, at },
  sent: change.sent ?? bytes(index),
  delivered: change.delivered ?? null,
});
const lasts = (run: Run, side: 'client' | 'server' | 'wire') => viewOf(run, side).map((chunk) => chunk.bytes.at(-1));

describe('the view of a side', () => {
  const run = runOf(
    passed(0, 'client', [0, 1]),
    held(1, 'server', 2),
    held(2, 'server', 2.5),
    passed(2, 'server', [2.5, 3]),
    passed(1, 'server', [2, 4], { delivered: bytes(99) }),
    passed(3, 'server', [5, 5], { sent: new Uint8Array(), delivered: bytes(77) }),
    passed(4, 'client', [6, 7], { delivered: new Uint8Array() }),
    held(5, 'client', 8),
  );

  test('is what it sent itself, also what still waits or was dropped, and what reached it, in its own order', () => {
    expect(lasts(run, 'client')).toEqual([0, 2, 99, 77, 4, 5]);
    expect(lasts(run, 'server')).toEqual([0, 1, 2]);
  });

  test('of the wire is what was sent, in the order in which it came to the tap, and what the tap sent itself', () => {
    expect(lasts(run, 'wire')).toEqual([0, 1, 2, 77, 4, 5]);
  });

  test('a record that went on no longer waits', () => {
    expect(run.held.map(({ index }) => index)).toEqual([5]);
  });
});

test('at a moment in between, a record that went on later still waits', () => {
  const run = runOf(held(0, 'client', 1), passed(0, 'client', [1, 5]), {
    ...{ type: 'event', seq: 40, run: 1, at: 6, side: 'server', name: 'ended', code: null, text: '', peer: null },
  });
  expect(momentsOf(run)).toEqual([1, 5, 6]);
  const between = runAt(run, 2);
  expect([between.held.map(({ index }) => index), between.records, between.events]).toEqual([[0], [], []]);
  expect(lasts(between, 'server')).toEqual([]);
  expect(lasts(between, 'client')).toEqual([0]);
  expect(runAt(run, 0.5).held).toEqual([]);
});

test('at its last moment, or later, it is the whole run', () => {
  const times = fc.tuple(fc.nat(50), fc.nat(50)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const records = fc.array(fc.tuple(fc.constantFrom('client' as const, 'server' as const), times), { maxLength: 8 });
  fc.assert(
    fc.property(records, (all) => {
      const run = runOf(...all.map(([from, at], index) => passed(index, from, at)));
      expect(runAt(run, momentsOf(run).at(-1) ?? 0)).toEqual(run);
    }),
  );
});
