import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCutter } from './lines.ts';

const MOST = 64 * 1024;
const bytes = (text: string) => Buffer.from(text, 'utf8');

/** The lines of a text that comes in pieces. */
function cut(pieces: readonly Buffer[]): string[] {
  const cutter = new LineCutter(MOST);
  return pieces.flatMap((piece) => {
    const lines = cutter.push(piece);
    if (lines === 'too-large') throw new Error('too large');
    return lines.map((line) => Buffer.from(line).toString('utf8'));
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

test('as many bytes as it may have fit, one more does not, whether its end has come or not', () => {
  expect(new LineCutter(MOST).push(bytes('x'.repeat(MOST) + '\n'))).toHaveLength(1);
  expect(new LineCutter(MOST).push(bytes('x'.repeat(MOST + 1) + '\n'))).toBe('too-large');
  expect(new LineCutter(MOST).push(bytes('x'.repeat(MOST + 1)))).toBe('too-large');
  const slowly = new LineCutter(MOST);
  expect(slowly.push(bytes('x'.repeat(MOST)))).toEqual([]);
  expect(slowly.push(bytes('x'))).toBe('too-large');
});
