import { expect, test } from 'vitest';
import { byteAtAscii, byteAtHex, charSpans, hexText } from './hex.ts';

const BYTES = Uint8Array.from([
  0x16, 0x03, 0x01, 0x00, 0xf3, 0x01, 0x00, 0x00, 0xef, 0x03, 0x03, 0x41, 0x42, 0x20, 0x7e, 0x7f, 0x80, 0x00, 0x31,
  0x32,
]);

test('sixteen bytes a row have a gap after eight', () => {
  // the hex digits are those of `xxd -g1 -c16`
  expect(hexText(BYTES, 16)).toEqual({
    offsets: '0000\n0010',
    hex: '16 03 01 00 f3 01 00 00  ef 03 03 41 42 20 7e 7f\n80 00 31 32',
    ascii: '···········AB·~·\n··12',
  });
});

test('eight bytes a row have no gap', () => {
  // the hex digits are those of `od -An -tx1 -w8`
  expect(hexText(BYTES, 8).hex).toBe('16 03 01 00 f3 01 00 00\nef 03 03 41 42 20 7e 7f\n80 00 31 32');
  expect(hexText(BYTES, 8).offsets).toBe('0000\n0008\n0010');
});

test('bytes across a row end are two stretches, in both columns', () => {
  const { hex, ascii } = hexText(BYTES, 16);
  const spans = charSpans({ start: 11, end: 19 }, 16);
  expect(spans.hex.map(({ start, end }) => hex.slice(start, end))).toEqual(['41 42 20 7e 7f', '80 00 31']);
  expect(spans.ascii.map(({ start, end }) => ascii.slice(start, end))).toEqual(['AB·~·', '··1']);
});

test('no bytes have no stretch', () => {
  expect(charSpans({ start: 4, end: 4 }, 16)).toEqual({ hex: [], ascii: [] });
});

test.each([8, 16] as const)('a click on any digit finds its byte, %i a row', (perRow) => {
  for (let offset = 0; offset < BYTES.length; offset++) {
    const { hex, ascii } = charSpans({ start: offset, end: offset + 1 }, perRow);
    const [digits, letter] = [hex[0]?.start ?? -1, ascii[0]?.start ?? -1];
    expect(byteAtHex(digits, perRow, BYTES.length)).toBe(offset);
    expect(byteAtHex(digits + 1, perRow, BYTES.length)).toBe(offset);
    expect(byteAtAscii(letter, perRow, BYTES.length)).toBe(offset);
  }
});

test('a click between two bytes finds the one before, on both sides of the gap', () => {
  expect([2, 23, 24, 27].map((character) => byteAtHex(character, 16, BYTES.length))).toEqual([0, 7, 7, 8]);
});

test('a click behind the last byte finds none', () => {
  expect(byteAtHex(hexText(BYTES, 16).hex.length + 2, 16, BYTES.length)).toBeNull();
});
