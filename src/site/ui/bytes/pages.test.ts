import { expect, test } from 'vitest';
import { PAGE_BYTES, pageOf, within } from './pages.ts';

test('a page begins where the stretch on it does, and shows its part of one that goes on', () => {
  const span = { start: PAGE_BYTES - 2, end: 3 * PAGE_BYTES };
  expect(pageOf(null)).toBe(0);
  expect(pageOf(span)).toBe(0);
  expect(pageOf({ start: PAGE_BYTES, end: PAGE_BYTES + 1 })).toBe(PAGE_BYTES);
  expect(within(span, 0, PAGE_BYTES)).toEqual({ start: PAGE_BYTES - 2, end: PAGE_BYTES });
  expect(within(span, PAGE_BYTES, 2 * PAGE_BYTES)).toEqual({ start: 0, end: PAGE_BYTES });
  expect(within(span, 3 * PAGE_BYTES, 4 * PAGE_BYTES)).toBeNull();
});
