/** The handshake log in the page: 5,000 connections, new ones while it is read, and one of them taken apart. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import Database from 'libsql';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOG_FILE, openBook } from '../../server/log/book.ts';
import { aDraft, told, word } from '../../server/log/fixtures/told.ts';
import { readCapture } from '../../src/core/capture/read-capture.ts';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';
import { Learner } from './learner.ts';

const COUNT = 5_000;

let folder: string;
let product: Product;
let browser: Browser;
let learner: Learner;
let page: Page;

/** One real connection, and copies of it that differ in their number and the client's port. */
function fill(path: string): void {
  const book = openBook(path);
  book.write([aDraft(1, {}, [...told(), word('trusts-peer', 'The desk accepted the certificate.')])]);
  book.close();
  const database = new Database(path);
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNT})`;
  database.exec(
    `${numbers} INSERT INTO connection SELECT i, owner, is_open, outcome, version, stored_bytes,
       words || char(10) || 'copy-' || i, json_set(shown, '$.id', i, '$.client.port', i) FROM n, connection WHERE id = 1;
     ${numbers} INSERT INTO wire SELECT i, told, records FROM n, wire WHERE id = 1;`,
  );
  database.close();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-log-'));
  fill(join(folder, 'data', LOG_FILE));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
  learner = await Learner.arrives(browser, product);
  page = learner.page;
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A client at the desk; refused without a certificate. */
function dial(identity = true): TLSSocket {
  const file = (name: string) => readFileSync(join(product.certs, name));
  const own = identity ? { cert: file('client.crt'), key: file('client.key') } : {};
  const socket = connect({ host: '127.0.0.1', port: product.deskPort, ca: file('ca.crt'), ...own });
  socket.on('error', () => socket.destroy());
  socket.resume();
  return socket;
}

const entry = (id: number) => page.getByRole('link', { name: new RegExp(`^Connection ${id},`) });
const drawn = () => page.getByRole('row').count();
const says = (words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();

test('of 5,000 connections those in sight are drawn, and the keys reach all of them', async () => {
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Handshake log' }).waitFor();
  await says('5,000 connections.'); // with the one by which the server checks itself, and without the oldest
  expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('5001');
  expect(await drawn()).toBeLessThan(80);
  await entry(5_001).focus();
  await page.keyboard.press('End');
  await entry(2).and(page.locator(':focus')).waitFor();
  expect(await drawn()).toBeLessThan(80);
  await page.getByRole('rowgroup').evaluate((view) => (view.scrollTop = view.scrollHeight / 2));
  await entry(2_500).focus();
  await page.keyboard.press('Home');
  await entry(5_001).and(page.locator(':focus')).waitFor();
  await learner.meetsAxe();
});

test('what comes while somebody reads is counted, and moves no row until it is asked for', async () => {
  const socket = dial();
  await says('1 new connection.');
  expect(await page.locator('[aria-rowindex="2"]').getByRole('link').getAttribute('data-entry')).toBe('5001');
  await page.getByRole('button', { name: 'Show 1 new connection' }).click();
  const row = page.getByRole('row').filter({ has: entry(5_002) });
  await row.getByText('established, open').waitFor();
  await page.getByRole('heading', { level: 1 }).hover(); // no longer reading: what comes now comes by itself
  socket.end();
  await row.getByText('established', { exact: true }).waitFor();
  dial(false);
  await entry(5_003).waitFor();
});

test('filters and the search leave what fits', async () => {
  await page.getByRole('button', { name: /^refused 1$/ }).click();
  await says('1 of 5,000 connections fit.');
  const row = page.getByRole('row').filter({ has: entry(5_003) });
  await row.getByText('certificate_required').waitFor();
  await row.getByText('no certificate').waitFor();
  await row.getByRole('img', { name: /^\d+ records: .* The server sent alert 116\.$/ }).waitFor();
  await page.getByRole('button', { name: /^all/ }).click();
  await page.locator('body').press('/');
  await page.keyboard.type('copy-4711 tls 1.3');
  await says('1 of 5,000 connections fit.');
  await entry(4_711).waitFor();
  await page.getByRole('combobox', { name: 'Version' }).selectOption('TLS 1.2');
  await page.getByText('No connection fits').waitFor();
  await learner.meetsAxe();
  await page.getByRole('button', { name: 'Show all' }).click();
  await says('5,000 connections.');
});

test('one opens in the inspector, to the byte, with what its server said; it can be saved and left again', async () => {
  await page.getByRole('searchbox').fill('certificate_required');
  await entry(5_003).click();
  await page.getByRole('heading', { level: 1, name: 'Connection 5003' }).waitFor();
  await page.getByText('The client sent no certificate.').waitFor();
  await page.getByRole('option', { name: /^Record \d+, server to client, Alert: certificate_required/ }).click();
  await page.getByRole('tree', { name: /^Fields of record/ }).waitFor();
  await learner.meetsAxe();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save with its secrets' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('connection-5003.pcapng');
  const capture = readCapture(readFileSync(await download.path()));
  expect(capture.connections).toHaveLength(1);
  expect(capture.keyLog).toContain('SERVER_HANDSHAKE_TRAFFIC_SECRET');
  await page.getByRole('link', { name: 'All connections' }).click();
  await says('1 of 5,000 connections fit.');
  await page.goto(`${new URL(product.url).origin}/#/log/999999`);
  await page.getByText('The log has no such connection').waitFor();
});

test('fits a narrow screen, and leads to captures', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${new URL(product.url).origin}/#/log`);
  await entry(5_003).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await learner.meetsAxe();
  await page.getByRole('link', { name: 'Open a capture' }).click();
  await page.getByRole('heading', { level: 1, name: 'Open a capture' }).waitFor();
  expect(learner.complaints).toEqual([]);
});
