import { expect, test } from 'vitest';
import { Kept } from './kept.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

test('the same bytes are asked about once, wherever they stand', () => {
  const kept = new Kept<number>(4);
  let made = 0;
  const make = () => ++made;
  expect(kept.of(bytes(1, 2, 3), make)).toBe(1);
  expect(kept.of(bytes(0, 1, 2, 3).subarray(1), make)).toBe(1);
  expect(kept.of(bytes(1, 2, 4), make)).toBe(2);
});

test('bytes that end alike are told apart', () => {
  const kept = new Kept<number>(4);
  const long = (first: number) => Uint8Array.from({ length: 64 }, (_, at) => (at === 0 ? first : at));
  expect(kept.of(long(1), (own) => own[0] ?? 0)).toBe(1);
  expect(kept.of(long(2), (own) => own[0] ?? 0)).toBe(2);
  expect(kept.of(long(1), (own) => own[0] ?? 0)).toBe(1);
});

test('an answer may hold on to its bytes: what is done to the given ones later does not reach it', () => {
  const kept = new Kept<Uint8Array>(4);
  const given = bytes(7, 8, 9);
  const answer = kept.of(given, (own) => own);
  given[0] = 0;
  expect(answer).toEqual(bytes(7, 8, 9));
  expect(kept.of(bytes(7, 8, 9), (own) => own)).toBe(answer);
});

test('the oldest goes when there are too many', () => {
  const kept = new Kept<number>(2);
  let made = 0;
  const make = () => ++made;
  for (const value of [1, 2, 3]) kept.of(bytes(value), make);
  expect(kept.of(bytes(3), make)).toBe(3);
  expect(kept.of(bytes(1), make)).toBe(4);
});
