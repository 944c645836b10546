import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';
import { fromHex, toHex } from './hex.ts';
import { fromUtf8, toUtf8 } from './utf8.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const reason = (result: { ok: boolean; error?: { kind: string } }) => result.error?.kind;

describe('hex', () => {
  test('agrees with Buffer both ways', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(toHex(data)).toBe(Buffer.from(data).toString('hex'));
        expect(fromHex(toHex(data).toUpperCase())).toEqual({ ok: true, value: data });
      }),
    );
  });

  test('reads a fingerprint with colons and refuses half a byte and other letters', () => {
    expect(fromHex('0A:ff 10\n')).toEqual({ ok: true, value: new Uint8Array([10, 255, 16]) });
    expect(reason(fromHex('abc'))).toBe('halfByte');
    expect(reason(fromHex('zz'))).toBe('notHex');
  });
});

describe('base64', () => {
  test('agrees with Buffer both ways', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(toBase64(data)).toBe(Buffer.from(data).toString('base64'));
        expect(fromBase64(toBase64(data))).toEqual({ ok: true, value: data });
      }),
    );
  });

  test.each([
    ['no padding', 'AA', 'notBase64'],
    ['a line break inside', 'AA\n=', 'notBase64'],
    ['URL alphabet', 'AA-_', 'notBase64'],
    ['padding in the middle', 'AA==AAAA', 'notBase64'],
    ['padding alone', '====', 'notBase64'],
    ['bits left over', 'AB==', 'notCanonical'],
    ['bits left over in the second byte', 'AAB=', 'notCanonical'],
    ['a letter beyond ASCII', 'AAAé', 'notBase64'],
  ])('refuses %s', (_, text, kind) => {
    expect(reason(fromBase64(text))).toBe(kind);
  });

  test('whatever it accepts is exactly what it would write', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'AB/+='), maxLength: 8 });
    fc.assert(
      fc.property(almost, (text) => {
        const read = fromBase64(text);
        if (read.ok) expect(toBase64(read.value)).toBe(text);
      }),
    );
  });
});

describe('utf8', () => {
  test('decodes text and keeps a byte order mark', () => {
    expect(fromUtf8(toUtf8('é\uFEFF'))).toEqual({ ok: true, value: 'é\uFEFF' });
    expect(fromUtf8(new Uint8Array([0xef, 0xbb, 0xbf]))).toEqual({ ok: true, value: '\uFEFF' });
  });

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
  ])('refuses %s', (_, data) => {
    expect(reason(fromUtf8(new Uint8Array(data)))).toBe('notUtf8');
  });
});
