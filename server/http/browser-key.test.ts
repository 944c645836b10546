import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartError } from '../start-error.ts';
import { ensureBrowserKey } from './browser-key.ts';

let folder: string;
const file = () => join(folder, 'data/browser.key');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ensured = () => ensureBrowserKey(join(folder, 'data'));

test('the key is made once and stays, for its owner alone', async () => {
  const key = await ensured();
  expect(key).toHaveLength(32);
  expect(await ensured()).toEqual(key);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
});

test('a file that is no key, or a link to another file, stops the start in words', async () => {
  await ensured();
  writeFileSync(file(), 'short');
  await expect(ensured()).rejects.toThrow(StartError);
  rmSync(file());
  const elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, 'x'.repeat(32));
  symlinkSync(elsewhere, file());
  await expect(ensured()).rejects.toThrow(/browser\.key cannot be used/);
  expect(readFileSync(elsewhere, 'utf8')).toBe('x'.repeat(32));
});
