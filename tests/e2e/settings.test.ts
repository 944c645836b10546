/** What can be chosen of a connection, chosen at the stage: and what the wire then shows there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';
import { Stagehand } from './stagehand.ts';

let folder: string;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-settings-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('by keyboard: a server of P-256 alone asks for another key share; a ticket stands for both certificates', async () => {
  const hand = await Stagehand.enters(browser, product);
  const { page } = hand;
  await page.getByText('More', { exact: true }).focus();
  await page.keyboard.press('Enter');
  const server = page.getByRole('region', { name: 'The server accepts' });
  for (const group of ['X25519', 'P-384']) {
    await server.getByRole('checkbox', { name: group }).focus();
    await page.keyboard.press('Space');
  }
  await page.getByText('it will ask again with a HelloRetryRequest').waitFor();
  const last = server.getByRole('checkbox', { name: 'P-256' });
  await last.press('Space');
  expect(await last.isChecked()).toBe(true); // a server without a group could speak to nobody
  await server.getByRole('checkbox', { name: 'Gives out session tickets' }).press('Space');
  await hand.button('Connect').click();
  await hand.row(/^Record 2, server to client, HelloRetryRequest/).waitFor();
  await hand
    .row(/client to server, ClientHello/)
    .nth(1)
    .waitFor();
  await page.getByText('The client holds a session ticket.').waitFor();
  const full = await hand.ladder();
  expect(full.some((name) => /CertificateVerify/.test(name))).toBe(true);

  await hand.button('Resume').click();
  await expect.poll(async () => (await hand.ladder()).some((name) => /Certificate/.test(name))).toBe(false);
  await hand
    .row(/Finished/)
    .nth(1)
    .waitFor();
  expect((await hand.ladder()).length).toBeLessThan(full.length);
  await page.getByText('This is alice').waitFor(); // the desk knows her from the ticket
  await hand.hasNoComplaint();
});
