/** What a real browser makes of our headers: our own page works under them, and another site's page gets nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { startProduct, type Product } from '../product.ts';

let folder: string;
let product: Product;
let browser: Browser;
let context: BrowserContext;
let site: URL;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-browser-'));
  product = await startProduct(folder);
  site = new URL(product.url);
  browser = await openBrowser();
  context = await browser.newContext();
  await (await context.newPage()).goto(product.url); // this browser has the cookie from here on
});
afterAll(async () => {
  await browser.close();
  await product.stop();
  rmSync(folder, { recursive: true });
});

describe('our own page', () => {
  /** What the browser refused, and what went wrong in the page. */
  async function complaints(page: Page, act: () => Promise<unknown>): Promise<string[]> {
    const said: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile, lineNumber }) =>
        console.error(`refused by ${violatedDirective}: ${sourceFile}:${lineNumber}`),
      );
    });
    await act();
    return said;
  }

  test.each(['/', '/#/learn/02-key-pair', '/#/workbench', '/#/stage', '/#/failures', '/#/log', '/#/nowhere'])(
    '%s breaks no rule of its own policy',
    async (path) => {
      const page = await context.newPage();
      const said = await complaints(page, async () => {
        await page.goto(site.origin + path, { waitUntil: 'networkidle' });
        await page.getByRole('main').waitFor();
      });
      expect(said).toEqual([]);
      await page.close();
    },
  );

  test('a script that got into the page is not run, and markup is not made from text', async () => {
    const page = await context.newPage();
    await page.goto(site.origin);
    const ran = await page.evaluate(() => {
      const made: Record<string, unknown> = {};
      const script = document.createElement('script');
      try {
        script.textContent = 'globalThis.injected = true';
        document.head.append(script);
      } catch (error) {
        made['script'] = (error as Error).name;
      }
      try {
        document.body.insertAdjacentHTML('beforeend', '<b id="markup">x</b>');
      } catch (error) {
        made['markup'] = (error as Error).name;
      }
      return { ...made, injected: 'injected' in globalThis, hasMarkup: document.querySelector('#markup') !== null };
    });
    expect(ran).toEqual({ script: 'TypeError', markup: 'TypeError', injected: false, hasMarkup: false });
    await page.close();
  });

  test('the cookie is out of reach of scripts', async () => {
    const page = await context.newPage();
    await page.goto(site.origin);
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.close();
  });

  test('a browser that did not come through the link reads what to do', async () => {
    const stranger = await browser.newContext();
    const page = await stranger.newPage();
    const said = await complaints(page, () => page.goto(site.origin));
    await page.getByRole('heading', { name: 'Open the link that the server printed' }).waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.querySelector('main')!).fontSize)).toBe('18px');
    expect(said.filter((text) => text.includes('refused by'))).toEqual([]);
    await stranger.close();
  });
});

describe("another site's page in the same browser", () => {
  let evil: Server;
  let page: Page;

  beforeAll(async () => {
    evil = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>evil</title>');
    });
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    page = await context.newPage();
    // The same IP address and another port: same-site for the cookie, which therefore comes along. Origin decides.
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await page.close();
    evil.closeAllConnections();
    await new Promise((resolve) => evil.close(resolve));
  });

  test('opens no bridge', async () => {
    const opened = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => resolve('open');
          socket.onclose = () => resolve('closed');
        }),
      `ws://${site.host}/bridge`,
    );
    expect(opened).toBe('closed');
  });

  test('reads nothing, and cannot load our code as a script, a style or a picture', async () => {
    const home = await page.context().request.get(site.origin);
    const asset = /assets\/[^"]+\.js/.exec(await home.text())?.[0] ?? '';
    expect(asset).not.toBe('');
    const got = await page.evaluate(
      async ([origin, script]) => {
        const load = (tag: 'script' | 'img', src: string) =>
          new Promise<string>((resolve) => {
            const element = document.createElement(tag);
            element.onload = () => resolve('loaded');
            element.onerror = () => resolve('refused');
            element.src = src;
            document.head.append(element);
          });
        const read = await fetch(`${origin}/`, { credentials: 'include' }).then(
          () => 'read',
          () => 'refused',
        );
        const blind = await fetch(`${origin}/`, { credentials: 'include', mode: 'no-cors' }).then(
          () => 'sent',
          () => 'refused',
        );
        return [read, blind, await load('script', `${origin}/${script}`), await load('img', `${origin}/${script}`)];
      },
      [site.origin, asset] as const,
    );
    expect(got).toEqual(['refused', 'refused', 'refused', 'refused']);
  });

  test('cannot put our page into a frame', async () => {
    await page.evaluate(
      (origin) =>
        new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.onload = resolve;
          frame.src = origin;
          document.body.append(frame);
        }),
      site.origin,
    );
    expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  });
});
