import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { toUtf8 } from '../bytes/utf8.ts';
import { LINE_BYTES, Request, parseLine } from './messages.ts';

const kind = (line: string | Uint8Array) => {
  const parsed = parseLine(typeof line === 'string' ? toUtf8(line) : line);
  return parsed.ok ? 'object' : parsed.error.kind;
};

describe('a line', () => {
  test('of one object is read', () => expect(kind('{"type":"orders"}')).toBe('object'));
  test.each(['', '[]', 'null', '"x"', '{', '{}{}', 'nan'])('%j is not one JSON object', (line) =>
    expect(kind(line)).toBe('notJson'),
  );
  test('that is not UTF-8 is refused, not repaired', () =>
    expect(kind(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))).toBe('notUtf8'));
  test('of 64 KiB with its newline is the longest', () => {
    const filled = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(kind(filled(LINE_BYTES - 1))).toBe('object');
    expect(kind(filled(LINE_BYTES))).toBe('tooLarge');
  });
  test('of objects in objects ends somewhere', () =>
    expect(kind('{"a":'.repeat(5000) + '1' + '}'.repeat(5000))).toBe('tooDeep'));
});

describe('a request', () => {
  const accepts = (value: unknown) => v.is(Request, value);
  test('may carry an id, and nothing it does not know', () => {
    expect(accepts({ type: 'order', item: 'tea', quantity: 1, id: 'a' })).toBe(true);
    expect(accepts({ type: 'order', item: 'tea', quantity: 1, role: 'manager' })).toBe(false);
  });
  test.each([0, -1, 1.5, 1_000_001, '1', null])('never orders %j', (quantity) =>
    expect(accepts({ type: 'order', item: 'tea', quantity })).toBe(false),
  );
  test('of an unknown type is none', () => expect(accepts({ type: 'delete-everything' })).toBe(false));
});
