/** Rules for user names and passwords. Hashing, storing and counting tries is the desk's work. */
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

const USER_NAME = /^[a-z][a-z0-9._-]{2,31}$/;
const PASSWORD = { least: 8, most: 256 } as const;

/** Names that would pass for the desk itself or for a role. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['admin', 'administrator', 'root', 'system', 'daemon', 'nobody', 'operator', 'support', 'security'],
  ...['desk', 'order-desk', 'server', 'client', 'anonymous', 'guest', 'everyone', 'unknown'],
  ...['customer', 'clerk', 'manager', 'null', 'undefined', 'constructor', 'prototype'],
]);

/**
 * Whether a user name may be taken. Plain ASCII only, so that no two names look alike.
 *
 * @returns the name; else `badName` or `reservedName`
 */
export function userName(name: string): Result<string, Refusal<'badName' | 'reservedName'>> {
  if (!USER_NAME.test(name)) {
    return refused(
      'badName',
      'A user name has 3 to 32 characters: it starts with a small letter, then small letters, digits, dots, _ or -.',
    );
  }
  return RESERVED.has(name) ? refused('reservedName', `The name ${name} is reserved.`) : done(name);
}

/**
 * Whether a password may be chosen. Length is what makes it strong; rules about signs and digits are not.
 *
 * @param user the account's name, which is too easy a guess
 * @returns the password as it is to be hashed; else `tooShort`, `tooLong` or `tooCommon`
 * @see NIST SP 800-63B section 5.1.1
 */
export function newPassword(
  password: string,
  user: string,
): Result<string, Refusal<'tooShort' | 'tooLong' | 'tooCommon'>> {
  const folded = foldedPassword(password);
  const characters = [...folded].length;
  if (characters < PASSWORD.least) {
    return refused('tooShort', `A password needs at least ${PASSWORD.least} characters; this one has ${characters}.`);
  }
  if (characters > PASSWORD.most) return refused('tooLong', `A password may have ${PASSWORD.most} characters at most.`);
  const lower = folded.toLowerCase();
  if (COMMON_PASSWORDS.has(lower) || isRepeated(lower) || lower === user.toLowerCase()) {
    return refused('tooCommon', 'This password is among the first that an attacker tries. Choose another.');
  }
  return done(folded);
}

/** A typed password as it is hashed: the same letters typed on two systems give the same bytes (NFC). */
export function foldedPassword(password: string): string {
  return password.normalize('NFC');
}

/** Whether it is one short piece over and over: `aaaaaaaa`, `abcabcabc`. */
function isRepeated(password: string): boolean {
  return [1, 2, 3].some((size) => {
    const piece = password.slice(0, size);
    return piece.repeat(Math.ceil(password.length / size)).slice(0, password.length) === password;
  });
}
