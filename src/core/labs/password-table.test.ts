import { createHash, scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { attack, SCHEMES, stored, withEndings, type Guess } from './password-table.ts';

const TEA = { user: 'alice', password: 'green tea 1' };
const salt = (byte: number) => new Uint8Array(16).fill(byte);
const run = (scheme: (typeof SCHEMES)[number], users: readonly string[], words: readonly string[]): Guess[] => {
  const table = users.map((user, at) => stored(scheme, { ...TEA, user }, salt(at)));
  return [...attack(scheme, table, words)];
};

test('each scheme stores what Node computes of the same', () => {
  const sha256 = (...parts: (string | Uint8Array)[]) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  };
  const hex = (scheme: (typeof SCHEMES)[number]) => Buffer.from(stored(scheme, TEA, salt(7)).hash).toString('hex');
  expect(hex('sha256')).toBe(sha256(TEA.password));
  expect(hex('salted-sha256')).toBe(sha256(salt(7), TEA.password));
  const options = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 };
  expect(hex('scrypt')).toBe(scryptSync(TEA.password, salt(7), 32, options).toString('hex'));
});

test('without a salt one hash is tried on all, with one on each alone', () => {
  const words = ['coffee', 'milk', TEA.password, 'never tried'];
  const plain = run('sha256', ['alice', 'bob', 'carol'], words);
  expect(plain).toHaveLength(3);
  expect(plain.at(-1)).toEqual({ word: TEA.password, found: ['alice', 'bob', 'carol'] });
  const salted = run('salted-sha256', ['alice', 'bob', 'carol'], words);
  expect(salted).toHaveLength(9);
  expect(salted.flatMap(({ found }) => found)).toEqual(['alice', 'bob', 'carol']);
});

test('a word that is not in the list finds nobody', () => {
  expect(run('sha256', ['alice'], ['coffee']).flatMap(({ found }) => found)).toEqual([]);
});

test('words come with the endings that people give them, each once', () => {
  const words = withEndings(['tea', 'tea1']);
  expect(words).toEqual(expect.arrayContaining(['tea', 'tea1', 'tea123', 'tea2026', 'tea11']));
  expect(new Set(words).size).toBe(words.length);
});
