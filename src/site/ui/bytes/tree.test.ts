import { expect, test } from 'vitest';
import { aField } from './aField.ts';
import { fieldAt, isInside, parentPath, pathOfByte } from './tree.ts';

const root = aField('record', [aField('header', [aField('type'), aField('length')]), aField('body')]);

test('a byte belongs to the deepest field that holds it', () => {
  expect(pathOfByte(root, 0, 0)).toBe('0/0');
  expect(pathOfByte(root, 0, 4)).toBe('0/1');
  expect(pathOfByte(root, 0, 11)).toBe('1');
});

test('a byte of another buffer, or behind the end, belongs to no field', () => {
  expect(pathOfByte(root, 1, 0)).toBeNull();
  expect(pathOfByte(root, 0, 12)).toBeNull();
});

test('a path leads to its field, and to none once the field is gone', () => {
  expect(fieldAt(root, '0/1')?.name).toBe('length');
  expect(fieldAt(root, '')?.name).toBe('record');
  expect(fieldAt(root, '0/7')).toBeNull();
});

test('a path that begins with the same digit is not inside', () => {
  expect(isInside('10', '1')).toBe(false);
  expect(isInside('1/0', '1')).toBe(true);
  expect(isInside('1', '1')).toBe(false);
  expect(parentPath('1/0')).toBe('1');
  expect(parentPath('1')).toBe('');
});
