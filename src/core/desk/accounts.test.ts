import { describe, expect, test } from 'vitest';
import { foldedPassword, newPassword, userName } from './accounts.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

const kind = (result: { ok: boolean; error?: { kind: string } }) => (result.ok ? 'ok' : result.error?.kind);

describe('user names', () => {
  test.each(['alice', 'a.b-c_9', 'a..', 'x'.repeat(32)])('%s is fine', (name) => {
    expect(userName(name)).toEqual({ ok: true, value: name });
  });

  test.each([
    'al',
    'Alice',
    '9lives',
    '...',
    'a b c',
    'аlice',
    'ａｌｉｃｅ',
    '',
    'x'.repeat(33),
    'alice\n',
    'alice\u200b',
  ])('%j is refused', (name) => {
    expect(kind(userName(name))).toBe('badName');
  });

  test.each(['admin', 'manager', 'constructor'])('%s is reserved', (name) => {
    expect(kind(userName(name))).toBe('reservedName');
  });
});

describe('passwords', () => {
  test.each([
    ['seven77', 'tooShort'],
    ['eight888', 'ok'],
    ['é'.repeat(100) + 'a'.repeat(156), 'ok'],
    ['é'.repeat(7), 'tooShort'],
    ['x'.repeat(257), 'tooLong'],
    ['password', 'tooCommon'],
    ['PassWord123', 'tooCommon'],
    ['aaaaaaaaaaaa', 'tooCommon'],
    ['abcabcabcabc', 'tooCommon'],
    ['alice.smith', 'tooCommon'],
    ['tea at four', 'ok'],
    ['👍🏽 eight 8', 'ok'],
  ])('%j: %s', (password, expected) => {
    expect(kind(newPassword(password, 'alice.smith'))).toBe(expected);
  });

  test('typed with combining marks is the same password', () => {
    expect(foldedPassword('cafe\u0301')).toBe(foldedPassword('caf\u00e9'));
  });

  test('the list holds only what the length rule would let through', () => {
    for (const word of COMMON_PASSWORDS) {
      expect([word, word.length >= 8, word === word.toLowerCase()]).toEqual([word, true, true]);
    }
  });
});
