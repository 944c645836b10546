import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';
import { Learner } from './learner.ts';

let folder: string;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-states-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const AWAY = 'The local server stopped answering.';

test('while the server is away the page says so and the bench works on; then it reconnects and connects again', async () => {
  const learner = await Learner.arrives(browser, product);
  const { page } = learner;
  await learner.opens('trust-anchors', 'Trust is loaded, not found');
  await learner.opens('own-ca', 'A CA of your own');
  await learner.sees('You have a CA');
  const port = new URL(product.url).port;
  await product.stop();
  await page.getByText(AWAY).waitFor();
  await page.getByText(/Trying (again in \d+ s|now)/).waitFor();
  await learner.bets('Yes: that key signed it');
  await learner.bets('Yes, as well as yours does');
  await learner.presses('Make the authority', learner.bench(3));
  await learner.sees('There is a second CA, and its certificate verifies with itself');
  product = await startProduct(folder, ['--port', port]);
  await expect.poll(() => page.getByText(AWAY).count(), { timeout: 15_000 }).toBe(0);
  await learner.opens('strangers', 'Strangers at the door');
  await learner.presses('Connect', learner.bench(1));
  await learner.sees('The desk let Alice in');
  await learner.leaves();
}, 90_000);

test('a stage that cannot reach the bridge keeps what it shows and offers no connection', async () => {
  const learner = await Learner.arrives(browser, product);
  await learner.opens('strangers', 'Strangers at the door');
  await learner.presses('Connect', learner.bench(1));
  await learner.sees('The desk let Alice in');
  await learner.bench(1).getByText('The connection is open.', { exact: true }).waitFor();
  const port = new URL(product.url).port;
  await product.kill();
  await learner.bench(1).getByText('The local server is not connected').waitFor();
  expect(await learner.bench(1).getByRole('button', { name: 'Same again' }).isDisabled()).toBe(true);
  await learner
    .bench(1)
    .getByRole('option', { name: /^Record 1, client to server, ClientHello/ })
    .waitFor();
  product = await startProduct(folder, ['--port', port]);
  await learner.bench(1).getByText('The connection is closed.').waitFor();
  await learner.presses('Same again', learner.bench(1));
  await learner.bench(1).getByText('The connection is open.', { exact: true }).waitFor();
  await learner.leaves();
}, 90_000);

describe('two tabs of one browser', () => {
  test('the newer has the session; the older says so, and takes it back with all that was made', async () => {
    const first = await Learner.arrives(browser, product);
    await first.opens('own-ca', 'A CA of your own');
    const second = await first.context.newPage();
    await second.goto(new URL(product.url).origin + '/#/learn/own-ca');
    await first.page.getByText('Another tab has taken over.').waitFor();
    await second.getByRole('button', { name: 'Make the authority' }).click();
    await second.getByText('CA:TRUE').first().waitFor();
    await first.presses('Use this tab instead');
    await first.sees('You have a CA');
    await second.getByText('Another tab has taken over.').waitFor();
    expect(await first.page.getByText('Another tab has taken over.').count()).toBe(0);
    await first.leaves();
  });
});

test('a key can be cancelled while it is being made, and nothing of it is kept', async () => {
  const learner = await Learner.arrives(browser, product);
  const { page } = learner;
  // As in a classroom on plain http: without WebCrypto the primes are searched in the Worker.
  await page.route('**/*worker*.js', async (route) => {
    const response = await route.fetch();
    const body = `Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined });\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
  await learner.opens('key-pair', 'A key that never travels');
  await page.getByRole('radio', { name: '4096' }).check();
  await learner.presses('Make a key pair', learner.bench(1));
  await page.getByText(/Your machine has tried [\d,]+ candidates/).waitFor();
  await learner.presses('Cancel');
  await page.getByRole('alert').filter({ hasText: 'Nothing was kept' }).waitFor();
  await page.getByRole('button', { name: 'Make a key pair', exact: true }).waitFor();
  await learner.leaves();
});
