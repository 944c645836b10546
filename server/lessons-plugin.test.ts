import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { readLessons } from './lessons-plugin.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

test('every lesson of the course can be read', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  expect(readLessons(join(root, 'lessons'), root).map(({ id }) => id)).toContain('key-pair');
});

test('problems name file and line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-lessons-'));
  folders.push(folder);
  writeFileSync(join(folder, '01-bad.md'), '# No head\n');
  expect(() => readLessons(folder, folder)).toThrow('01-bad.md:1: a lesson begins with its front matter');
});
