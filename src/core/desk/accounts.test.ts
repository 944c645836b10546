import { describe, expect, test } from 'vitest';
import { whyNotUserName, whyWeakPassword } from './accounts.ts';

describe('a user name', () => {
  test.each(['bob', 'alice', 'a-b', 'a..', 'x'.repeat(32)])('%s is fine', (name) =>
    expect(whyNotUserName(name)).toBeNull(),
  );
  test.each(['', 'al', 'Alice', '1bob', 'bob smith', 'x'.repeat(33), 'bob\n', 'böb', '..a'])('%j is refused', (name) =>
    expect(whyNotUserName(name)).not.toBeNull(),
  );
});

describe('a password', () => {
  test('of eight characters is long enough', () => expect(whyWeakPassword('tea4me-x')).toBeNull());
  test('of seven is not, and the length is told', () => expect(whyWeakPassword('tea4me-')).toContain('7'));
  test('of 256 will do, of 257 not', () => {
    expect(whyWeakPassword('é'.repeat(256))).toBeNull();
    expect(whyWeakPassword('é'.repeat(257))).not.toBeNull();
  });
  test('that everybody has is refused, in any case', () => expect(whyWeakPassword('PassWord1')).not.toBeNull());
});
