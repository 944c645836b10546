import { expect, test } from 'vitest';
import { counted } from './counted.ts';

test('one stands alone, and thousands are set apart', () => {
  expect([0, 1, 2, 1842].map((count) => counted(count, 'byte'))).toEqual([
    '0 bytes',
    '1 byte',
    '2 bytes',
    '1,842 bytes',
  ]);
});
