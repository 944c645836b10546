import { beforeEach, expect, test } from 'vitest';
import { VISIT_LIMITS } from './limits.ts';
import { type SlowDown, createSlowDown } from './slow-down.ts';

const FREE = 3;
let now: number;
let slowDown: SlowDown;

beforeEach(() => {
  now = 1_000_000;
  slowDown = createSlowDown(FREE, () => now);
});

const fail = (times: number, name = 'alice') => {
  for (let i = 0; i < times; i++) slowDown.failed(name);
};

test('the first failures cost nothing', () => {
  fail(FREE - 1);
  expect(slowDown.waitMs('alice')).toBe(0);
});

test('each further one doubles the wait, up to the longest', () => {
  fail(FREE);
  const waits = Array.from({ length: 9 }, () => {
    const wait = slowDown.waitMs('alice');
    fail(1);
    return wait / VISIT_LIMITS.firstWaitMs;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('the wait runs off', () => {
  fail(FREE + 1);
  now += 1_500;
  expect(slowDown.waitMs('alice')).toBe(500);
  now += 500;
  expect(slowDown.waitMs('alice')).toBe(0);
});

test('others are not slowed down', () => {
  fail(FREE);
  expect(slowDown.waitMs('bob')).toBe(0);
});

test('success, and a quarter of an hour, make forget', () => {
  fail(FREE, 'alice');
  slowDown.succeeded('alice');
  expect(slowDown.waitMs('alice')).toBe(0);
  fail(FREE + 8, 'bob');
  now += VISIT_LIMITS.failureMemoryMs + 1;
  fail(1, 'bob');
  expect(slowDown.waitMs('bob')).toBe(0);
});

test('the one under attack is remembered beside thousands of invented names', () => {
  fail(FREE + 5);
  for (let i = 0; i < 9_999; i++) fail(1, `name-${i}`);
  expect(slowDown.waitMs('alice')).toBeGreaterThan(0);
});
