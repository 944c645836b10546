/** A learner at the page: opens it with an empty profile, and finds things as people do, by role and name. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Product } from '../product.ts';

export class Learner {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #product: Product;
  /** what the browser complained about: errors, and what the security policy stopped */
  readonly complaints: string[] = [];

  private constructor(product: Product, context: BrowserContext, page: Page) {
    this.#product = product;
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // A server that was stopped on purpose is no fault of the page.
      if (message.type() === 'error' && !/ERR_CONNECTION|WebSocket connection/.test(message.text()))
        this.complaints.push(message.text());
    });
  }

  static async arrives(browser: Browser, product: Product, width = 1440): Promise<Learner> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const learner = new Learner(product, context, page);
    await page.goto(product.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return learner;
  }

  /** Opens a lesson by its link, and waits until what it needs has been made. */
  async opens(lesson: string, title: string): Promise<void> {
    await this.page.goto(`${new URL(this.#product.url).origin}/#/learn/${lesson}`);
    await this.page.getByRole('heading', { level: 1, name: title }).waitFor();
    await expect.poll(() => this.page.getByText('is made now, with real keys').count(), { timeout: 15_000 }).toBe(0);
  }

  bench(step: number): Locator {
    return this.page.getByRole('region', { name: new RegExp(`^Bench for step ${step}:`) });
  }

  async presses(name: string | RegExp, within: Page | Locator = this.page): Promise<void> {
    await within.getByRole('button', { name }).first().click();
  }

  /** Places the one bet that is open. */
  async bets(choice: string): Promise<void> {
    await this.page.getByRole('radio', { name: choice }).check();
    await this.presses('Place your bet');
  }

  /** Waits until a check is lit. */
  async sees(check: string): Promise<void> {
    const line = this.page.getByRole('listitem').filter({ hasText: check });
    await line.getByText('True:').waitFor({ state: 'attached' });
  }

  /** The answer that a bet has got. */
  async hears(answer: 'It went as you said.' | 'It went another way.', times = 1): Promise<void> {
    await expect.poll(() => this.page.getByText(answer).count(), { timeout: 15_000 }).toBeGreaterThanOrEqual(times);
  }

  /** Rules of WCAG that axe can check, on the page as it is now. */
  async meetsAxe(): Promise<void> {
    // No frames of other origins to look into, and only what is wrong to write down: four times as fast.
    const axe = new AxeBuilder({ page: this.page }).setLegacyMode().options({ resultTypes: ['violations'] });
    const { violations } = await axe.analyze();
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    expect(told).toEqual([]);
  }

  async leaves(): Promise<void> {
    await this.context.close();
  }
}
