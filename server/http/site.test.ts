import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StartError } from '../start-error.ts';
import { compressFolder } from './precompress.ts';
import { encodingFor, readSite } from './site.ts';

let folder: string;
const TEXT = 'const words = "words";\n'.repeat(100);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-site-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<p>home</p>');
  writeFileSync(join(folder, 'assets/app-1a2b.js'), TEXT);
  writeFileSync(join(folder, 'assets/font-3c4d.woff2'), 'font');
  writeFileSync(join(folder, 'assets/notes.secret'), 'of no type that a site has');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('reading a built site', () => {
  test('every file of a known type is there under its URL, the home page at /', () => {
    expect([...readSite(folder).keys()].sort()).toEqual(['/', '/assets/app-1a2b.js', '/assets/font-3c4d.woff2']);
  });

  test('compressed copies belong to their file and are no files of their own', async () => {
    await compressFolder(folder);
    const site = readSite(folder);
    expect(site.size).toBe(3);
    const { br, gzip } = site.get('/assets/app-1a2b.js')?.compressed ?? {};
    expect(brotliDecompressSync(br ?? '').toString()).toBe(TEXT);
    expect(gunzipSync(gzip ?? '').toString()).toBe(TEXT);
  });

  test('what does not shrink has no copies', async () => {
    await compressFolder(folder);
    expect(readSite(folder).get('/')?.compressed).toEqual({});
    expect(readSite(folder).get('/assets/font-3c4d.woff2')?.compressed).toEqual({});
  });

  test('two files with other bytes have other tags', () => {
    const site = readSite(folder);
    expect(site.get('/')?.etag).not.toBe(site.get('/assets/app-1a2b.js')?.etag);
  });

  test('a folder that is not there, or holds no page, is told with the remedy', () => {
    expect(() => readSite(join(folder, 'nowhere'))).toThrow(StartError);
    expect(() => readSite(join(folder, 'assets'))).toThrow(/Run: npm run build/);
  });
});

describe('choosing an encoding', () => {
  const chosen = async (accepts: string) => {
    await compressFolder(folder);
    const asset = readSite(folder).get('/assets/app-1a2b.js');
    return asset && encodingFor(asset, accepts);
  };

  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['br; q=0.000', null],
    ['GZIP', 'gzip'],
    ['broken', null],
    ['', null],
  ])('%j gets %s', async (accepts, encoding) => expect(await chosen(accepts)).toBe(encoding));
});
