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
  const scale = table('How long the whole list takes');
  const times = scale.getByRole('definition');
  await times.filter({ hasText: /about .* \(an estimate\)/ }).waitFor();
  expect(await times.filter({ hasText: /\d m?s$/ }).count()).toBe(2);
  // The page answers meanwhile.
  await learner.presses('Stop');
  await slow.getByText('stopped before').first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await learner.meetsAxe();
  expect(learner.complaints).toEqual([]);
  await learner.leaves();
});

test('one order is changed in five ways of sealing and in TLS; three book another quantity, as nobody notices', async () => {
  const learner = await Learner.arrives(browser, product);
  const { page } = learner;
  await page.goto(`${new URL(product.url).origin}/#/labs/order`);
  await page.getByRole('radio', { name: 'in one' }).check();
  await learner.presses('Place your bet');
  const way = (name: string) => page.getByRole('group', { name });
  await way('AES-GCM inside mutual TLS').getByText('alert bad_record_mac, from the server').waitFor();
  for (const open of ['Not sealed at all', 'AES-CBC', 'AES-CTR'])
    await way(open).getByText('3 booked, nothing noticed').waitFor();
  await way('AES-ECB').getByText('equal blocks have the same letter').waitFor();
  await way('AES-GCM, as the desk usually has it').getByText('✓ refused').waitFor();
  await page.getByText('what happened').waitFor();
  await learner.meetsAxe();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });

  // The learner's own world knows nothing of it.
  await page.goto(`${new URL(product.url).origin}/#/stage`);
  await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
  expect(learner.complaints).toEqual([]);
  await learner.leaves();
});

test('bob’s password over alice’s certificate, and a role that is claimed: the desk’s real answers', async () => {
  const learner = await Learner.arrives(browser, product);
  const { page } = learner;
  await page.goto(`${new URL(product.url).origin}/#/labs/password-and-certificate`);
  await page.getByRole('radio', { name: /^It lets her in as Bob/ }).check();
  await learner.presses('Place your bet');
  await page.getByText(/^wrong-certificate: /).waitFor();
  await learner.meetsAxe();

  await page.getByRole('link', { name: 'Whose word' }).click();
  await learner.presses('Ask the real desk');
  await page.getByText(/^forbidden: /).waitFor();
  await page.getByText(/^bad-request: /).waitFor();
  await learner.meetsAxe();
  expect(learner.complaints).toEqual([]);
  await learner.leaves();
});

test('a certificate that is revoked, and one that runs out, each on three lanes', async () => {
  const learner = await Learner.arrives(browser, product, 390);
  const { page } = learner;
  await page.goto(`${new URL(product.url).origin}/#/labs/two-ways-out`);
  await learner.presses('Revoke it');
  const revoked = page.getByRole('group', { name: /^Taken back/ });
  await revoked.getByText(/open before .*“This certificate was revoked\.”/s).waitFor();
  expect(await revoked.getByText('TLS refused: CERT_REVOKED.').count()).toBe(2);
  await page.getByRole('radio', { name: /^5 seconds/ }).check();
  await learner.presses('Let it run out');
  await page.getByText(/^The first connection is open\. The certificate is good for \d more/).waitFor();
  const expired = page.getByRole('group', { name: /^Out of time/ });
  await expired.getByText('TLS refused: CERT_HAS_EXPIRED.').waitFor();
  expect(await expired.getByText(/ended it, .*“Your certificate ran out at/).count()).toBe(2);
  await expired.getByText(/let it in, by its ticket alone/).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await learner.meetsAxe();
  expect(learner.complaints).toEqual([]);
  await learner.leaves();
});
