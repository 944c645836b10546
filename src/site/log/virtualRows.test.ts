import { describe, expect, test } from 'vitest';
import { drawnRows, rowAfter, topFor } from './virtualRows.ts';

describe('rows of a long list', () => {
  test('are drawn where they are in sight, with some beyond, and never more than there are', () => {
    expect(drawnRows(0, 360, 36, 5_000)).toEqual({ first: 0, end: 18 });
    expect(drawnRows(36_000, 360, 36, 5_000)).toEqual({ first: 992, end: 1018 });
    expect(drawnRows(180_000, 360, 36, 5_000)).toEqual({ first: 4_992, end: 5_000 });
    expect(drawnRows(9_999_999, 360, 36, 3)).toEqual({ first: 3, end: 3 });
    expect(drawnRows(0, 360, 36, 0)).toEqual({ first: 0, end: 0 });
  });

  test('come into sight by the shortest way', () => {
    expect(topFor(5, 0, 360, 36)).toBe(0);
    expect(topFor(12, 0, 360, 36)).toBe(108);
    expect(topFor(2, 108, 360, 36)).toBe(72);
  });

  test.each([
    ['ArrowDown', 4, 5],
    ['ArrowUp', 0, 0],
    ['End', 4, 99],
    ['Home', 40, 0],
    ['PageDown', 95, 99],
    ['PageUp', 15, 5],
    ['x', 4, null],
  ])('%s leads from %d to %s', (key, from, to) => {
    expect(rowAfter(key, from, 100, 10)).toBe(to);
  });
});
