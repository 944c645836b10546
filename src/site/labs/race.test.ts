import { expect, test } from 'vitest';
import { inWords, onScale, restMs, twins, wholeMs } from './race.ts';

test.each([
  [0.4, '0.4 ms'],
  [1500, '1,500 ms'],
  [4200, '4.2 s'],
  [90_000, '90 s'],
  [600_000, '10 min'],
  [90_000_000, '25 h'],
])('%d ms is %s', (ms, words) => {
  expect(inWords(ms)).toBe(words);
});

test('the rest is what the pace so far makes of it, and nothing where nothing was measured', () => {
  const progress = { scheme: 'scrypt', table: [], found: [] } as const;
  expect(restMs({ ...progress, hashes: 10, ms: 1000, words: 2, isDone: false }, 22)).toBe(10_000);
  expect(restMs({ ...progress, hashes: 1, ms: 100, words: 0, isDone: false }, 22)).toBeNull();
  expect(restMs({ ...progress, hashes: 10, ms: 1000, words: 22, isDone: true }, 22)).toBeNull();
});

test('the whole list takes what it took, or what the pace so far makes of it', () => {
  const progress = { scheme: 'scrypt', table: [], found: [] } as const;
  expect(wholeMs({ ...progress, hashes: 10, ms: 1000, words: 2, isDone: false }, 22)).toBe(11_000);
  expect(wholeMs({ ...progress, hashes: 22, ms: 1000, words: 22, isDone: true }, 22)).toBe(1000);
  expect(wholeMs({ ...progress, hashes: 0, ms: 0, words: 0, isDone: false }, 22)).toBeNull();
});

test('on the scale ten times as long is the same step anywhere, and nothing lies outside', () => {
  expect(onScale(5000) - onScale(500)).toBeCloseTo(onScale(40) - onScale(4));
  expect([0, 0.2, 1, 86_400_000, 1e12].map(onScale)).toEqual([0, 0, 0, 1, 1]);
});

test('twins are those who share a hash, each group for itself', () => {
  const line = (user: string, byte: number) => ({ user, salt: new Uint8Array(), hash: Uint8Array.of(byte) });
  const table = [line('alice', 1), line('bob', 2), line('carol', 1), line('dave', 2), line('erin', 3)];
  expect(twins(table)).toEqual([
    ['alice', 'carol'],
    ['bob', 'dave'],
  ]);
});
