import { expect, test } from 'vitest';
import { decodeFilePart, fileFrames, isFileFrame } from './file-frames.ts';
import { LIMITS } from './limits.ts';

test('a part has the layout that the header of the file promises', () => {
  const [frame] = fileFrames({ re: 258, bytes: Uint8Array.of(0x0a, 0x0d) });
  expect([...(frame ?? [])]).toEqual([3, 0, 0, 0, 0, 1, 2, 0x0a, 0x0d]);
});

test('a long file comes in frames that fit, and in order', () => {
  const bytes = Uint8Array.from({ length: 2 * LIMITS.frameBytes + 5 }, (_, at) => at % 251);
  const frames = fileFrames({ re: 7, bytes });
  expect(frames.map(({ length }) => length <= LIMITS.frameBytes)).toEqual([true, true, true]);
  const parts = frames.map(decodeFilePart);
  expect(parts.map((part) => part?.re)).toEqual([7, 7, 7]);
  expect(Buffer.concat(parts.map((part) => part?.bytes ?? new Uint8Array())).equals(bytes)).toBe(true);
  expect(fileFrames({ re: 7, bytes: new Uint8Array() })).toEqual([]);
});

test.each([
  ['nothing', []],
  ['another kind', [1, 0, 0, 0, 0, 0, 1, 5]],
  ['no bytes', [3, 0, 0, 0, 0, 0, 1]],
  ['half a number', [3, 0, 0]],
])('%s is no part of a file', (_, bytes) => {
  expect(decodeFilePart(Uint8Array.from(bytes))).toBeNull();
});

test('a frame longer than the bridge carries is none, whatever it begins with', () => {
  const frame = new Uint8Array(LIMITS.frameBytes + 1).fill(3);
  expect([isFileFrame(frame), decodeFilePart(frame)]).toEqual([true, null]);
});
