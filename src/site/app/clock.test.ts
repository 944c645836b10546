import { expect, test } from 'vitest';
import { ago } from './clock.svelte.ts';

const NOW = Date.UTC(2026, 10, 23, 20, 41);

test.each([
  [-3_000, 'now'],
  [1_000, 'now'],
  [14_000, '14 s ago'],
  [200_000, '3 min ago'],
  [7_300_000, '2 h ago'],
  [3 * 86_400_000, 'Nov 20, 2026'],
])('%i ms before now is "%s"', (ms, words) => {
  expect(ago(NOW - ms, NOW)).toBe(words);
});
