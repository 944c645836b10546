import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createAuthority, createCrl, generateKey } from '../src/core/pki/pki.ts';
import { openBrowser } from '../tests/browser.ts';
import { startProduct } from '../tests/product.ts';
import type { Bench } from './bench.ts';

const ENTRIES = 10_000;
const TIMES = 10;
const MOST_MS = 300;
const LONG_TASK_MS = 50;

/** From the file to its painted tree, in the workbench of the page. */
export const anatomy: Bench = {
  says: `a revocation list with ${ENTRIES.toLocaleString('en')} entries, opened to the byte in the page`,
  programs: [],
  async run(tell) {
    const folder = mkdtempSync(join(tmpdir(), 'trustwalk-bench-'));
    const file = join(folder, 'list.pem');
    writeFileSync(file, await longList());
    const product = await startProduct(folder, [], join(process.cwd(), 'server/start.js'));
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(product.url);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const opened: number[] = [];
      const longest: number[] = [];
      for (let time = 0; time < TIMES + 2; time++) {
        const { ms, tasks } = await openOnce(page, new URL(product.url).origin, file);
        if (time < 2) continue; // warm
        opened.push(ms);
        longest.push(Math.max(0, ...tasks));
        tell(
          `time ${time - 1}: painted after ${ms.toFixed(0)} ms, longest task ${(longest.at(-1) ?? 0).toFixed(0)} ms`,
        );
      }
      return [
        {
          kind: 'measured',
          what: 'from the file to its painted tree',
          unit: 'ms',
          values: opened,
          bar: { atMost: MOST_MS },
        },
        {
          kind: 'measured',
          what: 'longest task of the page',
          unit: 'ms',
          values: longest,
          bar: { atMost: LONG_TASK_MS },
        },
      ];
    } finally {
      await browser.close();
      await product.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function longList(): Promise<string> {
  const { privateKey } = await generateKey({ kind: 'p256' });
  const now = Date.now();
  const made = createAuthority({ privateKey, subject: 'CN=Busy CA', now });
  if (!made.ok) throw new Error(made.error.why);
  const revoked = Array.from({ length: ENTRIES }, (_, at) => ({
    ...{ serial: (0x7000_0000 + at).toString(16).padEnd(32, '0'), at: now, reason: 'keyCompromise' as const },
  }));
  const list = createCrl({ issuer: { certificate: made.value, privateKey }, now, number: 1, revoked });
  if (!list.ok) throw new Error(list.error.why);
  return list.value;
}

/** Opens the file in an empty workbench: ms until the frame with its tree is there, and tasks over 50 ms. */
async function openOnce(page: Page, origin: string, file: string): Promise<{ ms: number; tasks: readonly number[] }> {
  await page.goto(`${origin}/#/log`);
  await page.goto(`${origin}/#/workbench`);
  const picked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a file' }).click();
  const chooser = await picked;
  await page.evaluate(() => {
    const own = window as unknown as { measured: Promise<{ ms: number; tasks: number[] }> };
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)));
    observer.observe({ type: 'longtask' });
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    own.measured = new Promise((resolve) => {
      document.addEventListener(
        'change',
        () => {
          const startedAt = performance.now();
          const look = async () => {
            while (document.querySelector('[role="tree"]') === null) await frame();
            const ms = performance.now() - startedAt;
            while (document.querySelector('[role="meter"]') === null) await frame();
            await frame();
            observer.disconnect();
            resolve({ ms, tasks });
          };
          void look();
        },
        { capture: true, once: true },
      );
    });
  });
  await chooser.setFiles(file);
  return page.evaluate(() => (window as unknown as { measured: Promise<{ ms: number; tasks: number[] }> }).measured);
}
