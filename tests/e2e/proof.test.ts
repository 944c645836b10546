/** A run exported from the stage, and its bundle opened again when there is no server any more. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, FileChooser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { unzipSync } from 'fflate';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';
import { Learner } from './learner.ts';

let folder: string;
let product: Product;
let browser: Browser;
let learner: Learner;
let page: Page;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-proof-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
  learner = await Learner.arrives(browser, product);
  page = learner.page;
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function saves(button: string): Promise<{ readonly name: string; readonly file: string }> {
  const begun = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const download = await begun;
  const name = download.suggestedFilename();
  await download.saveAs(join(folder, name));
  await page.getByText(`Saved: ${name}`).waitFor();
  return { name, file: join(folder, name) };
}

async function opens(files: Parameters<FileChooser['setFiles']>[0]): Promise<void> {
  const picked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Open (a capture|another)$/ }).click();
  await (await picked).setFiles(files);
}

test('a run is saved in every form, and its bundle opens while the server is away', async () => {
  await page.goto(`${new URL(product.url).origin}/#/stage`);
  await page.getByRole('button', { name: /^Connect/ }).click();
  await page.getByText('The connection is open.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByText(/whoever has one of them can read everything/).waitFor();
  await learner.meetsAxe();

  const capture = await saves('Save the capture');
  expect(capture.name).toMatch(/^trustwalk-run-\d+\.pcapng$/);
  expect(readCapture(readFileSync(capture.file)).keyLog).toContain('CLIENT_HANDSHAKE_TRAFFIC_SECRET');
  expect(readFileSync((await saves('Save the key log')).file, 'utf8')).toContain('SERVER_TRAFFIC_SECRET_0');
  expect(readFileSync((await saves('Save the JSON')).file, 'utf8')).toContain('"outcome":"established"');
  expect(readFileSync((await saves('Save the picture')).file, 'utf8')).toContain('ClientHello');
  const bundle = await saves('Save the bundle');
  const files = unzipSync(readFileSync(bundle.file));
  expect(Object.keys(files)).toContain('certificates/client-1.pem');
  expect(new TextDecoder().decode(files['reproduce.sh'])).toContain('openssl s_server');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  let fetched = 0;
  learner.context.on(
    'requestfinished',
    (request) => (fetched += /capture\.worker|read-bundle/.test(request.url()) ? 1 : 0),
  );
  await page.goto(`${new URL(product.url).origin}/#/log/capture`);
  await page.getByRole('button', { name: 'Open a capture' }).waitFor();
  await vi.waitFor(() => expect(fetched).toBeGreaterThanOrEqual(3), 15_000); // two workers, and what reads bundles
  await page.waitForLoadState('networkidle');
  await product.stop();

  await opens(bundle.file);
  await page.getByRole('heading', { level: 1, name: bundle.name }).waitFor();
  await page.getByRole('option', { name: /^Record \d+, client to server, Certificate,/ }).waitFor();
  await page.getByText('What the bundle says of itself').click();
  await page.getByRole('region', { name: 'README.txt' }).getByText('Proof of run good').waitFor();
  await page.getByText('Commands that play it again').click();
  await page.getByRole('region', { name: 'reproduce.sh' }).getByText('openssl s_server').waitFor();
  await learner.meetsAxe();

  const damaged = readFileSync(bundle.file).subarray(0, 2000);
  await opens([{ name: 'half.zip', mimeType: '', buffer: damaged }]);
  await page.getByText('It begins like a zip archive, but is damaged').waitFor();
  await page.getByRole('heading', { level: 1, name: bundle.name }).waitFor();
  expect(learner.complaints).toEqual([]);
}, 90_000);
