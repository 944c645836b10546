/**
 * A password table as three kinds of server keep it, and the attack on it by whoever has stolen it: a list of words,
 * hashed one after the other. Nothing here is measured; whoever runs the attack counts its steps against a clock.
 */
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, sameBytes } from '../bytes/reader.ts';
import { toUtf8 } from '../bytes/utf8.ts';

/** SHA-256 of the password alone; of a salt and the password; scrypt as the order desk does it. */
export const SCHEMES = ['sha256', 'salted-sha256', 'scrypt'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** The order desk's own: N = 2^15, r = 8, p = 1 (RFC 7914). */
export const SCRYPT = { N: 2 ** 15, r: 8, p: 1, dkLen: 32 } as const;
export const SALT_BYTES = 16;

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** A line of the table: all that a thief gets. */
export interface StoredPassword {
  readonly user: string;
  /** empty where the scheme has none */
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** @param salt {@link SALT_BYTES} random bytes; without use to a scheme that has none */
export function stored(scheme: Scheme, { user, password }: Credentials, salt: Uint8Array): StoredPassword {
  const own = scheme === 'sha256' ? new Uint8Array() : salt;
  return { user, salt: own, hash: hashOf(scheme, password, own) };
}

function hashOf(scheme: Scheme, password: string, salt: Uint8Array): Uint8Array {
  const bytes = toUtf8(password.normalize('NFC'));
  return scheme === 'scrypt' ? scrypt(bytes, salt, SCRYPT) : sha256(concat(salt, bytes));
}

/** One hash that the thief has made. */
export interface Guess {
  readonly word: string;
  /** whose password it is */
  readonly found: readonly string[];
}

/**
 * Tries each word on each line, one hash a step. Lines with the same salt, or with none, share their hashes: that is
 * what a salt of one's own takes away from the thief. Who is found is not tried again.
 */
export function* attack(
  scheme: Scheme,
  table: readonly StoredPassword[],
  words: Iterable<string>,
): Generator<Guess, void> {
  let left = [...table];
  for (const word of words) {
    for (const same of bySalt(left)) {
      const hash = hashOf(scheme, word, same[0]?.salt ?? new Uint8Array());
      const hit = same.filter((line) => sameBytes(line.hash, hash));
      left = left.filter((line) => !hit.includes(line));
      yield { word, found: hit.map(({ user }) => user) };
    }
    if (left.length === 0) return;
  }
}

function bySalt(lines: readonly StoredPassword[]): readonly (readonly StoredPassword[])[] {
  const groups: StoredPassword[][] = [];
  for (const line of lines) {
    const group = groups.find(([first]) => first !== undefined && sameBytes(first.salt, line.salt));
    if (group) group.push(line);
    else groups.push([line]);
  }
  return groups;
}

/** What people put behind a word when a password needs a digit or a sign. */
const ENDINGS = ['', '1', '12', '123', '!', '1!', '2024', '2025', '2026'] as const;

/** The words, and each with the usual endings. */
export const withEndings = (words: Iterable<string>): readonly string[] => [
  ...new Set(ENDINGS.flatMap((ending) => [...words].map((word) => word + ending))),
];
