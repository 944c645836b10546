import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENDINGS } from '../../server/http/site.ts';
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

  const { encoding } = await page.evaluate(async () => {
    const answer = await fetch(document.querySelector('script[src]')?.getAttribute('src') ?? '');
    return { encoding: answer.headers.get('content-encoding') };
  });
  expect(encoding).toBe('br');

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

test('the dissector with its curves, hashes and texts travels in less than 65 kB, in files of its own', () => {
  const assets = fileURLToPath(new URL('../../dist/site/assets/', import.meta.url));
  const code = (name: string) => readFileSync(join(assets, name), 'utf8');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js') && !name.includes('.worker-'));
  const dissector = scripts.filter((name) => code(name).includes('TLSInnerPlaintext'));
  expect(dissector).toHaveLength(1);

  // With all that it imports, but what the first page has brought already.
  const core = new Set(dissector);
  for (const name of core)
    for (const [, imported = ''] of code(name).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
      if (!imported.startsWith('first-')) core.add(imported);
  // The b of P-256, and the first constant of SHA-256 (0x428a2f98) as it is minified.
  const whole = [...core].map(code).join('');
  expect(whole).toMatch(/5ac635d8aa3a93e7/i);
  expect(whole).toContain('1116352408');

  const bytes = [...core].map((name) => statSync(join(assets, name + ENDINGS.br)).size);
  expect(
    bytes.reduce((sum, one) => sum + one, 0),
    [...core].join(', '),
  ).toBeLessThan(65_000);
});
