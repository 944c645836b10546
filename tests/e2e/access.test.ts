import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';
import { Learner } from './learner.ts';

let folder: string;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-access-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const LESSONS = fileURLToPath(new URL('../../lessons', import.meta.url));
const lessons = readdirSync(LESSONS)
  .filter((name) => /^\d/.test(name))
  .map((name) => {
    const text = readFileSync(join(LESSONS, name), 'utf8');
    const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    return { id: field('id'), title: field('title') };
  });

/** The lessons that between them show every block: narrow and dark change no structure, so axe reads these alone there. */
const EVERY_BLOCK = ['key-pair', 'step-by-step'];
const NARROW = 390;

describe.each([
  { width: 1440, theme: 'light', walked: lessons },
  { width: NARROW, theme: 'dark', walked: lessons.filter(({ id }) => EVERY_BLOCK.includes(id)) },
] as const)('at $width px, $theme', ({ width, theme, walked }) => {
  test('no page breaks a rule that axe knows, and none is wider than the screen', async () => {
    const learner = await Learner.arrives(browser, product, width);
    const { page } = learner;
    await page.emulateMedia({ colorScheme: theme });
    await learner.meetsAxe();
    for (const { id, title } of walked) {
      await learner.opens(id, title);
      await showEverything(page);
      await learner.meetsAxe();
      for (const across of new Set([width, NARROW])) {
        await page.setViewportSize({ width: across, height: 900 });
        const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect({ id, across, overhang: Math.max(0, overhang) }).toEqual({ id, across, overhang: 0 });
      }
      await page.setViewportSize({ width, height: 900 });
    }
    await learner.leaves();
  }, 180_000);
});

/** Lets the page carry out every step, then opens a record on the last stage. */
async function showEverything(page: Page): Promise<void> {
  const offers = page.getByRole('button', { name: /^Show me how/ });
  for (let step = 0; step < 12 && (await offers.count()) > 0; step++) {
    // A step whose checks have just become true takes its offer back.
    await offers
      .first()
      .click({ timeout: 3000 })
      .catch(() => undefined);
    await expect.poll(() => page.getByText('Doing this step…').count(), { timeout: 20_000 }).toBe(0);
  }
  await page.getByText('All checks are true').waitFor();
  const records = page.getByRole('option', { name: /^Record 2,/ });
  if ((await records.count()) > 0) await records.last().click();
}

test('a lesson can be walked with the keyboard alone', async () => {
  const learner = await Learner.arrives(browser, product);
  const { page } = learner;
  const keys = page.keyboard;
  await focusOn(page, /^Start the first lesson/);
  await keys.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'A key that never travels' }).waitFor();
  await focusOn(page, /^Make a key pair/);
  await keys.press('Enter');
  await learner.sees('You have a key pair, and its private half is still here');
  await focusOn(page, /^As long as the message/);
  await keys.press('Space');
  await keys.press('ArrowDown');
  await keys.press('ArrowDown');
  await focusOn(page, /^Place your bet/);
  await keys.press('Enter');
  await focusOn(page, /^Sign the message/);
  await keys.press('Enter');
  await learner.sees('The signature fits the message under your public key');
  await learner.hears('It went as you said.');
  await focusOn(page, /^The signature still fits/);
  await keys.press('Space');
  await focusOn(page, /^Place your bet/);
  await keys.press('Enter');
  await focusOn(page, /^Message/, 1);
  await keys.press('End');
  await keys.type(', for nine');
  await focusOn(page, /^Check it against the signature/);
  await keys.press('Enter');
  await learner.sees('The changed order does not fit your signature');
  await focusOn(page, /^No: it checks only/, 0, 'Yes: a public key checks any signature');
  await keys.press('ArrowDown');
  await focusOn(page, /^Place your bet/);
  await keys.press('Enter');
  await focusOn(page, /^Make a key pair for Mallory/);
  await keys.press('Enter');
  await learner.sees("Your signature does not fit Mallory's public key");
  await page.getByText('All checks are true').waitFor();
  await page.locator('body').press('n');
  await page.getByRole('heading', { level: 1, name: 'A CA of your own' }).waitFor();
  await learner.leaves();
}, 60_000);

/**
 * Presses Tab until something of this name has the focus.
 *
 * @param skip how many of that name to pass over first
 * @param or another name that will do: a group of radio buttons is entered at its first
 */
async function focusOn(page: Page, name: RegExp, skip = 0, or?: string): Promise<void> {
  let left = skip;
  for (let pressed = 0; pressed < 150; pressed++) {
    await page.keyboard.press('Tab');
    const named = await page.evaluate(() => {
      const at = document.activeElement;
      const label = at instanceof HTMLInputElement ? at.labels?.[0]?.innerText : null;
      return (at?.getAttribute('aria-label') ?? label ?? (at as HTMLElement | null)?.innerText ?? '').trim();
    });
    if (named === or || (name.test(named) && left-- === 0)) return;
  }
  throw new Error(`Tab never came to ${String(name)}`);
}
