/** The labs: real attacks in the page, measured as they run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';
import { Learner } from './learner.ts';

let folder: string;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-labs-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a password table is cracked in no time, with salts a little later, and under scrypt not while one waits', async () => {
  const learner = await Learner.arrives(browser, product, 390);
  const { page } = learner;
  await page.goto(`${new URL(product.url).origin}/#/labs`);
  await page.getByRole('textbox', { name: 'dave' }).fill('qwerty123');
  await learner.presses('Store them and attack');
  const table = (title: string) => page.getByRole('group', { name: title });
  const plain = table('SHA-256 of the password');
  await plain.getByText('4 of 4 found.').waitFor();
  await plain.getByText('alice and bob have the same hash').waitFor();
  await plain.getByRole('row', { name: /^dave none .*qwerty123$/ }).waitFor();
  const salted = table('SHA-256 of a salt and the password');
  await salted.getByText('4 of 4 found.').waitFor();
  expect(await salted.getByText('have the same hash').count()).toBe(0);
  const slow = table('scrypt with a salt, as the order desk stores it');
  await slow.getByText(/At this pace the rest of the list takes about .* an estimate/).waitFor();
  // The page answers meanwhile.
  await learner.presses('Stop');
  await slow.getByText('stopped before').first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await learner.meetsAxe();
  expect(learner.complaints).toEqual([]);
  await learner.leaves();
});
