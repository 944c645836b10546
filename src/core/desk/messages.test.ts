import { describe, expect, test } from 'vitest';
import { toUtf8 } from '../bytes/utf8.ts';
import { answerFrom, failureIn, greetingFrom, lineBytes, parseLine, requestFrom } from './line.ts';

const kind = (result: { ok: boolean; error?: { kind: string } }) => (result.ok ? 'ok' : result.error?.kind);
const request = (message: unknown) => kind(requestFrom(toUtf8(JSON.stringify(message))));

describe('a line', () => {
  test.each([
    ['an object', '{"a":[1,{"b":"}]]]]]]]]]]"}]}', 'ok'],
    ['an escaped quote before brackets', '{"a":"\\"[[[[[[[[[[[["}', 'ok'],
    ['a list', '[]', 'notAnObject'],
    ['null', 'null', 'notAnObject'],
    ['half an object', '{"a":', 'notJson'],
    ['two objects', '{}{}', 'notJson'],
    ['nothing', '', 'notJson'],
    ['a byte order mark', '\uFEFF{}', 'notJson'],
    ['deep nesting', '{"a":' + '['.repeat(9) + ']'.repeat(9) + '}', 'tooDeep'],
    ['very deep nesting', '['.repeat(60_000), 'tooDeep'],
    ['too many bytes', `{"a":"${'é'.repeat(32_768)}"}`, 'tooLarge'],
  ])('%s', (_, text, expected) => {
    expect(kind(parseLine(toUtf8(text)))).toBe(expected);
  });

  test('that is not UTF-8 is refused, not repaired', () => {
    expect(kind(parseLine(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('notUtf8');
  });

  test('of 64 KiB is the longest', () => {
    const line = (length: number) => toUtf8(`{"a":"${'x'.repeat(length - 8)}"}`);
    expect(kind(parseLine(line(65_536)))).toBe('ok');
    expect(kind(parseLine(line(65_537)))).toBe('tooLarge');
  });
});

describe('the greeting', () => {
  const hello = {
    ...{ type: 'hello', service: 'order-desk', version: 1, nonce: 'AAECAwQFBgcICQoLDA0ODw==' },
    ...{ subject: 'CN=alice', serial: '0a1b', time: '2026-08-01T12:00:00.000Z' },
  };
  const greeting = (message: unknown) => kind(greetingFrom(toUtf8(JSON.stringify(message))));

  test('is read, and refused when a part is wrong', () => {
    expect(greeting(hello)).toBe('ok');
    expect(greeting({ ...hello, nonce: 'AAEC' })).toBe('unknownMessage');
    expect(greeting({ ...hello, version: 2 })).toBe('unknownMessage');
    expect(greeting({ ...hello, extra: true })).toBe('unknownMessage');
    expect(greeting({ ...hello, serial: 'xyz' })).toBe('unknownMessage');
  });
});

describe('requests', () => {
  test.each([
    { type: 'create-account', user: 'alice', password: 'x' },
    { type: 'sign-in', user: 'alice', password: 'x', id: 7 },
    { type: 'order', item: 'tea', quantity: 1 },
    { type: 'order', item: 'thé vert', quantity: 1_000_000, key: 'k1', id: 'a' },
    { type: 'orders' },
    { type: 'whoami' },
    { type: 'change-password', old: 'x', new: 'y' },
    { type: 'all-orders' },
    { type: 'set-role', user: 'bob', role: 'clerk' },
    { type: 'users' },
    { type: 'users', after: 'bob' },
    { type: 'orders', before: 100 },
    { type: 'audit', before: 100 },
    { type: 'revoke', serial: '0A1B' },
    { type: 'revoke', serial: '0a' },
    { type: 'renew', csr: '-----BEGIN' },
  ])('$type is known', (message) => {
    expect(request(message)).toBe('ok');
  });

  test.each([
    ['an unknown type', { type: 'drop-table' }],
    ['no type', {}],
    ['a role claimed in an order', { type: 'order', item: 'tea', quantity: 1, role: 'manager' }],
    ['nothing ordered', { type: 'order', item: 'tea', quantity: 0 }],
    ['a negative quantity', { type: 'order', item: 'tea', quantity: -1 }],
    ['half a tea', { type: 'order', item: 'tea', quantity: 0.5 }],
    ['too much', { type: 'order', item: 'tea', quantity: 1_000_001 }],
    ['a quantity as text', { type: 'order', item: 'tea', quantity: '1' }],
    ['an item of spaces', { type: 'order', item: '  ', quantity: 1 }],
    ['an item with a newline', { type: 'order', item: 'tea\n', quantity: 1 }],
    ['an item without end', { type: 'order', item: 'x'.repeat(201), quantity: 1 }],
    ['a password without end', { type: 'sign-in', user: 'alice', password: 'x'.repeat(1025) }],
    ['an unknown role', { type: 'set-role', user: 'bob', role: 'god' }],
    ['an id that is a list', { type: 'orders', id: [] }],
  ])('%s is refused', (_, message) => {
    expect(request(message)).toBe('unknownMessage');
  });

  test('a prototype in the message is a field like any other, and unknown', () => {
    expect(kind(requestFrom(toUtf8('{"type":"orders","__proto__":{"role":"manager"}}')))).toBe('unknownMessage');
  });

  test('the refusal names the field', () => {
    const read = requestFrom(lineBytes({ type: 'order', item: 'tea', quantity: 0 }));
    expect(!read.ok && read.error.why).toContain('"quantity"');
  });
});

describe('answers', () => {
  const order = { id: 1, item: 'tea', quantity: 1, user: 'alice', serial: '0a', fingerprint: 'ab'.repeat(32) };

  test('are read as what was asked for, or as a refusal', () => {
    const answer = lineBytes({ type: 'ok', id: 7, order: { ...order, time: '2026-08-01T12:00:00Z' } });
    expect(answerFrom('order', answer)).toMatchObject({ ok: true, value: { id: 7, order: { item: 'tea' } } });
    expect(kind(answerFrom('orders', answer))).toBe('unknownMessage');
    const failure = lineBytes({ type: 'error', code: 'forbidden', message: 'no' });
    expect(answerFrom('orders', failure)).toMatchObject({ ok: true, value: { code: 'forbidden' } });
  });

  test('a refusal in clear is told from an envelope', () => {
    expect(failureIn({ type: 'error', code: 'decrypt', message: 'x' })).toMatchObject({ code: 'decrypt' });
    expect(failureIn({ n: 0, mode: 'ecb', ct: '' })).toBeNull();
    expect(failureIn({ type: 'error', code: 'else', message: 'x' })).toBeNull();
  });
});
