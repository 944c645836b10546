/**
 * `npm run screenshots`: starts Trustwalk in a temporary folder and takes the README's picture of the home page.
 * `npm run screenshots -- DIR` takes every page instead, light and dark, 1440 and 390 px wide, for a reviewer's eyes.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { installedBrowser } from '../provision.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lessons = readdirSync(join(root, 'lessons'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.replace(/^\d+-|\.md$/g, ''));

/** Starts the product on free ports; resolves with its URL and a way to stop it. */
function start(folder) {
  const options = ['--port', '0', '--desk-port', '0', '--certs', join(folder, 'certs'), '--data', join(folder, 'data')];
  const child = spawn(process.execPath, [join(root, 'server/start.js'), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('exit', (code) => reject(new Error(`Trustwalk ended with ${code} before it was ready`)));
    child.stdout.on('data', (data) => {
      output += data;
      const ready = /^ready (\{.*\})$/m.exec(output);
      if (ready) resolve({ url: JSON.parse(ready[1]).url, stop: () => child.kill('SIGINT') });
    });
  });
}

async function shoot(browser, url, { width, theme, pages, folder }) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(url);
  for (const [name, hash] of pages) {
    await page.evaluate((to) => (location.hash = to), hash);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: pages.length > 1 });
  }
  await context.close();
}

const review = process.argv[2];
const temporary = mkdtempSync(join(tmpdir(), 'trustwalk-'));
const product = await start(temporary);
const browser = await chromium.launch({
  executablePath: installedBrowser() ?? undefined,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  if (review === undefined) {
    const folder = fileURLToPath(new URL('.', import.meta.url));
    await shoot(browser, product.url, { width: 1280, theme: 'light', pages: [['home', '#/']], folder });
  } else {
    mkdirSync(review, { recursive: true });
    for (const theme of ['light', 'dark']) {
      for (const width of [1440, 390]) {
        const pages = [
          ['home', '#/'],
          ['log', '#/log'],
          ['capture', '#/log/capture'],
          ...lessons.map((id) => [id, `#/learn/${id}`]),
        ];
        const named = pages.map(([name, hash]) => [`${name}-${theme}-${width}`, hash]);
        await shoot(browser, product.url, { width, theme, pages: named, folder: review });
      }
    }
  }
} finally {
  await browser.close();
  product.stop();
  rmSync(temporary, { recursive: true, force: true });
}
