import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';

/** Compressed bytes on the wire of the first load, headers included: what a slow line has to carry. */
const BUDGET_BYTES = { withoutFonts: 60_000, withFonts: 170_000 };

let folder: string;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-budget-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the first page loads within its budget and brings neither forge nor the curves', async () => {
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  const loaded = new Map<string, { url: string; bytes: number }>();
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ requestId, response }) =>
    loaded.set(requestId, { url: response.url, bytes: 0 }),
  );
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const entry = loaded.get(requestId);
    if (entry !== undefined) entry.bytes = encodedDataLength;
  });

  await page.goto(product.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');

  const total = (entries: { bytes: number }[]) => entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const all = [...loaded.values()];
  const others = all.filter(({ url }) => !url.endsWith('.woff2'));
  expect(all.some(({ url }) => url.endsWith('.woff2'))).toBe(true);
  expect(total(others)).toBeLessThan(BUDGET_BYTES.withoutFonts);
  expect(total(all)).toBeLessThan(BUDGET_BYTES.withFonts);

  const scripts = await Promise.all(
    others
      .filter(({ url }) => url.endsWith('.js'))
      .map(({ url }) => page.evaluate(async (at) => (await fetch(at)).text(), url)),
  );
  expect(scripts.length).toBeGreaterThan(0);
  // A name of node-forge, and the b of P-256 (SEC 2 section 2.4.2), which no code with that curve can do without.
  for (const script of scripts) expect(script).not.toMatch(/sha256WithRSAEncryption|5ac635d8aa3a93e7/i);
});

test('the dissector with its curves, hashes and texts fits in 70 kB, in files of its own', () => {
  const assets = fileURLToPath(new URL('../../dist/site/assets/', import.meta.url));
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js') && !name.includes('.worker-'));
  // A field of the dissector, the b of P-256, and the first constant of SHA-256 (0x428a2f98) as it is minified.
  const core = scripts.filter((name) =>
    /TLSInnerPlaintext|5ac635d8aa3a93e7|1116352408/i.test(readFileSync(join(assets, name), 'utf8')),
  );
  expect(core.length).toBeGreaterThan(0);
  const bytes = core.map((name) => gzipSync(readFileSync(join(assets, name)), { level: 9 }).length);
  expect(
    bytes.reduce((sum, one) => sum + one, 0),
    core.join(', '),
  ).toBeLessThan(70_000);
});
