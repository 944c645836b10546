/** The stage in a browser, and one connection on it, timed there. */
import type { Browser, Page } from 'playwright-core';

/** Opens the stage in an empty profile and makes everything that a connection needs. */
export async function openStage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(`${new URL(url).origin}/#/stage`);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Both sides believe each other').waitFor();
  return page;
}

/** Hangs up and connects: ms from the click to the frame in which the greeting stands there, and tasks over 50 ms. */
export async function connectOnce(page: Page): Promise<{ readonly ms: number; readonly tasks: readonly number[] }> {
  await page.getByRole('button', { name: /^Hang up/ }).click();
  await page.getByText('The connection is closed.').waitFor();
  return page.evaluate(async () => {
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    );
    observer.observe({ type: 'longtask' });
    const button = [...document.querySelectorAll('button')].find(({ textContent }) => /Same again/.test(textContent));
    const isThere = () =>
      document.querySelectorAll('[role="option"]').length >= 10 &&
      document.body.textContent.includes('Both sides believe each other');
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const startedAt = performance.now();
    button?.click();
    await frame();
    while (!isThere()) await frame();
    const ms = performance.now() - startedAt;
    await frame();
    observer.disconnect();
    return { ms, tasks };
  });
}
