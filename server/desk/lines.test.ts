import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import { LineCutter } from './lines.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

/** The lines of a text that comes in pieces. */
function cut(pieces: readonly Buffer[]): string[] {
  const cutter = new LineCutter();
  return pieces.flatMap((piece) => {
    const lines = cutter.push(piece);
    if (lines === 'too-large') throw new Error('too large');
    return lines.map((line) => line.toString('utf8'));
  });
}

test('lines come out the same however the bytes are cut', () => {
  const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n]/g, '')));
  fc.assert(
    fc.property(text, fc.array(fc.nat(20), { minLength: 1 }), (lines, sizes) => {
      const whole = bytes(lines.map((line) => line + '\n').join(''));
      const pieces: Buffer[] = [];
      for (let at = 0, i = 0; at < whole.length; i++) {
        const size = (sizes[i % sizes.length] ?? 0) + 1;
        pieces.push(whole.subarray(at, at + size));
        at += size;
      }
      expect(cut(pieces)).toEqual(lines);
    }),
  );
});

test('a carriage return before the newline is no part of the line', () => {
  expect(cut([bytes('one\r'), bytes('\ntwo\r\n')])).toEqual(['one', 'two']);
});

test('a line begins only when the one before it has ended', () => {
  expect(cut([bytes('one\ntw')])).toEqual(['one']);
});

test('64 KiB fit, one byte more does not, whether its end has come or not', () => {
  const most = DESK_LIMITS.lineBytes;
  expect(new LineCutter().push(bytes('x'.repeat(most) + '\n'))).toHaveLength(1);
  expect(new LineCutter().push(bytes('x'.repeat(most + 1) + '\n'))).toBe('too-large');
  expect(new LineCutter().push(bytes('x'.repeat(most + 1)))).toBe('too-large');
  const slowly = new LineCutter();
  expect(slowly.push(bytes('x'.repeat(most)))).toEqual([]);
  expect(slowly.push(bytes('x'))).toBe('too-large');
});
