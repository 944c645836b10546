/** Files that openssl makes, opened to the byte in the page, without asking the server for anything. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { Openssl } from '../openssl.ts';
import { startProduct, type Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import { Learner } from './learner.ts';

describe.skipIf(!hasProgram('openssl'))('the workbench', () => {
  const openssl = new Openssl();
  let folder: string;
  let product: Product;
  let browser: Browser;
  let learner: Learner;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trustwalk-anatomy-'));
    openssl.must('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem');
    openssl.must(
      'req -x509 -key key.pem -subj /O=Tea/CN=alice -addext subjectAltName=DNS:desk.test -days 9 -out crt.pem',
    );
    openssl.must('pkcs12 -export -in crt.pem -inkey key.pem -passout pass:open -out alice.p12');
    [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
    learner = await Learner.arrives(browser, product);
    page = learner.page;
    await page.getByRole('link', { name: 'Workbench' }).click();
    await page.getByRole('heading', { level: 1, name: 'Open it to the byte' }).waitFor();
  });
  afterAll(async () => {
    expect(learner.complaints).toEqual([]);
    await browser?.close();
    await product?.stop();
    openssl.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const paste = (text: string) => page.getByRole('textbox', { name: 'Or paste its PEM text' }).fill(text);

  async function pick(file: string): Promise<void> {
    const picked = page.waitForEvent('filechooser');
    await learner.presses('Open a file');
    await (await picked).setFiles(join(openssl.folder, file));
  }

  /** What is chosen in the tree is scrolled to, far down among the rows; a click on a byte there chooses its field. */
  async function clicksAByteInSight(pageStart: number): Promise<void> {
    const hex = page.getByRole('group', { name: /^Bytes of the revocation list/ });
    await expect.poll(() => hex.evaluate((box) => box.scrollTop)).toBeGreaterThan(1_000);
    const y = 100;
    const row = await hex.evaluate((box, below) => {
      const padding = parseFloat(getComputedStyle(box).paddingTop);
      const rows = (box.scrollHeight - 2 * padding) / ((16 * 1024) / 16);
      return Math.floor((box.scrollTop + below - padding) / rows);
    }, y);
    const firstDigits = await hex
      .locator('pre')
      .nth(1)
      .evaluate(
        (column) =>
          column.getBoundingClientRect().left - (column.closest('[role=group]')?.getBoundingClientRect().left ?? 0),
      );
    await hex.click({ position: { x: firstDigits + 4, y } });
    const named = /bytes (\d+) to (\d+) are/.exec((await hex.getAttribute('aria-label')) ?? '');
    const [from, to] = [Number(named?.[1]), Number(named?.[2])];
    const clicked = pageStart + row * 16;
    expect([from <= clicked, to >= clicked, to - from < 64]).toEqual([true, true, true]);
  }

  test('opens a certificate: each byte explained, fields and bytes tied, by the keyboard too', async () => {
    await paste(openssl.read('crt.pem'));
    const meter = page.getByRole('meter', { name: 'Bytes explained' });
    await meter.waitFor();
    openssl.must('x509 -in crt.pem -outform DER -out crt.der');
    const size = readFileSync(join(openssl.folder, 'crt.der')).length;
    expect(await meter.getAttribute('aria-valuenow')).toBe(String(size));
    expect(await meter.getAttribute('aria-valuemax')).toBe(String(size));
    const tree = page.getByRole('tree', { name: 'Fields of the certificate' });
    await tree.getByRole('treeitem').first().click();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.getByText(/^tbsCertificate, \d+ bytes\.$/).waitFor();
    const serial = openssl.must('x509 -in crt.pem -noout -serial').trim().replace('serial=', '').toLowerCase();
    const short = await page.getByRole('region', { name: 'In short' }).innerText();
    expect(short.toLowerCase().replaceAll(':', '')).toContain(serial);
    expect(short).toContain('desk.test');
    await page.getByText('openssl x509 -in pasted.pem -noout -text').waitFor();
    const printed = page.getByRole('region', { name: 'As openssl prints it' }).last();
    await expect.poll(() => printed.textContent()).toBe(openssl.must('x509 -in crt.pem -noout -text'));
    await learner.meetsAxe();
  });

  test('judges a certificate by the anchors that are given, as openssl verify does', async () => {
    openssl.must('req -new -key key.pem -subj /CN=leaf -out leaf.csr');
    openssl.must('x509 -req -in leaf.csr -CA crt.pem -CAkey key.pem -CAcreateserial -days 3 -out leaf.pem');
    await paste(openssl.read('leaf.pem'));
    const verdict = page.getByRole('status').filter({ hasText: /rusted/ });
    await verdict.filter({ hasText: 'Not trusted.' }).waitFor();
    expect(openssl.run('verify leaf.pem').ok).toBe(false);
    await page.getByRole('textbox', { name: /revocation lists, in PEM/ }).fill(openssl.read('crt.pem'));
    await verdict.filter({ hasText: 'Trusted: every check' }).waitFor();
    expect(openssl.must('verify -CAfile crt.pem leaf.pem')).toContain('OK');
    await page.getByRole('textbox', { name: 'Host name' }).fill('desk.test');
    await verdict.filter({ hasText: 'Not trusted.' }).waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: /^✗ fails\s*host/ })
      .waitFor();
    expect(openssl.run('verify -CAfile crt.pem -verify_hostname desk.test leaf.pem').ok).toBe(false);
    await learner.meetsAxe();
  });

  test('opens a revocation list of thousands in pieces, and its bytes a page at a time', async () => {
    const entry = (at: number) =>
      `R\t491231235959Z\t260801000000Z\t${(0x10000 + at).toString(16).padStart(8, '0')}\tunknown\t/CN=gone`;
    openssl.write('index.txt', `${Array.from({ length: 3000 }, (_, at) => entry(at)).join('\n')}\n`);
    openssl.write('ca.cnf', '[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=3\n');
    openssl.must('ca -config ca.cnf -gencrl -cert crt.pem -keyfile key.pem -out list.pem');
    await pick('list.pem');
    const tree = page.getByRole('tree', { name: 'Fields of the revocation list' });
    await page.getByRole('meter', { name: 'Bytes explained' }).waitFor();
    await tree.getByRole('treeitem', { name: /^revokedCertificates 3000 of them/ }).dblclick();
    await page.keyboard.press('ArrowRight');
    await tree.getByRole('treeitem', { name: /^revokedCertificate 2901 to 3000/ }).click();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^Bytes 49,152 to 65,535 of \d/).waitFor();
    await clicksAByteInSight(49_152);
    await page.getByText(/^Bytes 49,152 to 65,535 of \d/).waitFor();
    await learner.presses('Earlier');
    await page.getByText(/^Bytes 32,768 to 49,151 of \d/).waitFor();
    await page.getByRole('region', { name: 'In short' }).getByText('and 2900 more').waitFor();
    await learner.meetsAxe();
  });

  test('looks into a PKCS#12 file with its passphrase alone', async () => {
    await pick('alice.p12');
    await page.getByRole('tree', { name: 'Fields of the PKCS#12 file' }).waitFor();
    await page.getByLabel('Passphrase').fill('wrong');
    await page
      .getByText(/passphrase/i)
      .nth(1)
      .waitFor();
    expect(await page.getByLabel('Passphrase').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Passphrase').fill('open');
    await page.getByRole('region', { name: 'In short' }).getByText('alice').waitFor();
  });

  test('covers a private key until somebody asks', async () => {
    await paste(openssl.read('key.pem'));
    await page.getByText('These are the numbers of a private key.').waitFor();
    expect(await page.getByRole('tree').count()).toBe(0);
    await learner.presses('Show them');
    await page.getByRole('tree', { name: 'Fields of the private key (PKCS#8)' }).waitFor();
  });

  test('says what is wrong with what it cannot open, and where', async () => {
    await paste('green tea');
    await page.getByRole('status').filter({ hasText: /PEM/ }).waitFor();
    const lines = openssl.read('crt.pem').trim().split('\n');
    await paste(lines.toSpliced(-3, 1).join('\n'));
    await page.getByText(/^At byte \d+: /).waitFor();
    await learner.meetsAxe();
  });

  test('fits a narrow window', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await paste(openssl.read('crt.pem'));
    await page.getByRole('tree', { name: 'Fields of the certificate' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
