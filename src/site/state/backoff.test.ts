import { expect, test } from 'vitest';
import { retryDelayMs } from './backoff.ts';

test('the first attempt comes at once, and waiting doubles up to eight seconds', () => {
  const middle = [0, 1, 2, 3, 4, 5, 50].map((failures) => retryDelayMs(failures, 0.5));
  expect(middle).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

test('tabs that lost the same server do not come back together', () => {
  expect(retryDelayMs(3, 0)).toBe(3200);
  expect(retryDelayMs(3, 0.999)).toBeGreaterThan(4790);
});
