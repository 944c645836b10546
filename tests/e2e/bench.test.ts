/** A PKI made in the page, judged by openssl; and its session as a script, run by bash in an empty folder. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { Openssl } from '../openssl.ts';
import { startProduct, type Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import { Learner } from './learner.ts';

describe.skipIf(!hasProgram('openssl'))('a PKI of one’s own', () => {
  const openssl = new Openssl();
  let folder: string;
  let product: Product;
  let browser: Browser;
  let learner: Learner;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trustwalk-bench-'));
    [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
    learner = await Learner.arrives(browser, product);
    page = learner.page;
    await page.getByRole('link', { name: 'Workbench' }).click();
    await page.getByRole('link', { name: 'Make', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Make a PKI of your own' }).waitFor();
  });
  afterAll(async () => {
    expect(learner.complaints).toEqual([]);
    await browser?.close();
    await product?.stop();
    openssl.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = (name: string) => page.getByRole('radio', { name, exact: true }).check();
  const fill = (label: string, text: string) => page.getByRole('textbox', { name: label }).fill(text);
  const pick = (label: string, text: string) =>
    page.getByRole('combobox', { name: label }).selectOption({ label: text });
  const item = (name: string) =>
    page
      .getByRole('listitem')
      .filter({ has: page.getByText(name, { exact: true }) })
      .last();

  async function saved(press: () => Promise<void>, name: string): Promise<void> {
    const coming = page.waitForEvent('download');
    await press();
    await (await coming).saveAs(join(openssl.folder, name));
  }

  async function saves(thing: string, file: string): Promise<void> {
    const one = item(thing);
    if (!(await one.getByRole('button', { name: file }).isVisible()))
      await one.getByText('Save its files').first().click();
    await saved(() => one.getByRole('button', { name: file }).first().click(), file);
  }

  test('a root, a CA below it, a server whose CA grants less than was asked for', async () => {
    await learner.presses('Make the root CA');
    await item('root').getByText('✓ trusted by the client').waitFor();
    await step('A key and a request');
    await fill('Name of its files', 'middle');
    await fill('Subject', 'O=Order Desk, CN=Middle CA');
    await pick('Use that it asks for', 'a CA');
    await fill('Names that it asks for', '');
    await learner.presses('Make the key and the request');
    await page.getByRole('heading', { name: 'Not signed, or by nobody here' }).waitFor();
    await step('Sign a request');
    await fill('CAs that may stand below it', '0');
    await learner.presses('Sign it');
    await page.getByRole('row', { name: /^basicConstraints .*path length 0/ }).waitFor();

    await step('A key and a request');
    await fill('Name of its files', 'desk');
    await pick('Kind of key', 'Ed25519');
    await fill('Names that it asks for', 'localhost, 127.0.0.1, other.test');
    await learner.presses('Make the key and the request');
    await item('desk').getByText('request, Ed25519').waitFor();
    await step('Sign a request');
    await pick('Signed by', 'middle');
    await fill('Names that are granted', 'localhost, 127.0.0.1');
    await learner.presses('Sign it');
    await page.getByRole('row', { name: /^subjectAltName DNS:other.test – ✗ not granted/ }).waitFor();
    await item('desk').getByText('✓ trusted by the client').waitFor();
    await learner.meetsAxe();

    for (const [thing, file] of [
      ['root', 'root.crt'],
      ['middle', 'middle.crt'],
      ['desk', 'desk.crt'],
    ] as const)
      await saves(thing, file);
    const verify = 'verify -x509_strict -CAfile root.crt -untrusted middle.crt -purpose sslserver';
    expect(openssl.must(`${verify} -verify_hostname localhost desk.crt`)).toContain('desk.crt: OK');
    expect(openssl.run(`${verify} -verify_hostname other.test desk.crt`).ok).toBe(false);
  });

  test('each party judges by its own roots; an impostor of the same name helps nobody', async () => {
    await page.getByRole('checkbox', { name: 'the client trusts root', exact: true }).uncheck();
    await item('desk').getByText('✗ not trusted by the client').waitFor();
    await item('desk').getByText('✓ trusted by the server').waitFor();
    await learner.presses('Make an impostor of the same name');
    await item('root-impostor').getByText('✓ trusted by the client').waitFor();
    await item('desk').getByText('✗ not trusted by the client').waitFor();
    await page.getByRole('checkbox', { name: 'the server trusts root', exact: true }).uncheck();
    await item('desk').getByText('✗ not trusted by the server').waitFor();
    for (const party of ['client', 'server'])
      await page.getByRole('checkbox', { name: `the ${party} trusts root`, exact: true }).check();
    await item('desk').getByText('✓ trusted by the client').waitFor();
  });

  test('a certificate that is revoked counts as good until the lists are signed', async () => {
    await step('Revoke');
    await pick('The certificate of', 'desk');
    await learner.presses('Revoke it');
    await item('desk').getByText('revoked', { exact: true }).waitFor();
    await item('desk').getByText('✓ trusted by the client').waitFor();
    await step('A revocation list');
    for (const by of ['root', 'middle']) {
      await pick('The list of', by);
      await learner.presses('Sign the list');
      await item(by)
        .getByRole('link', { name: `open ${by}.crl` })
        .waitFor();
    }
    await item('desk').getByText('✗ not trusted by the client').waitFor();
  });

  test('the session as a script makes the same again, with openssl alone', async () => {
    await saved(() => learner.presses('Save the session as a script'), 'make-pki.sh');
    const again = mkdtempSync(join(folder, 'again-'));
    const { status, stderr } = spawnSync('bash', [join(openssl.folder, 'make-pki.sh')], {
      cwd: again,
      encoding: 'utf8',
    });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    const at = (name: string) => join(again, name);
    const chain = `-CAfile ${at('root.crt')} -untrusted ${at('middle.crt')}`;
    expect(openssl.must(`verify -x509_strict ${chain} ${at('desk.crt')}`)).toContain('OK');
    const lists = `-crl_check_all -CRLfile ${at('root.crl')} -CRLfile ${at('middle.crl')}`;
    expect(openssl.run(`verify ${chain} ${lists} ${at('desk.crt')}`).text).toContain('certificate revoked');
  });

  test('a key leaves the tab as it is, under a passphrase, or in a PKCS#12 file', async () => {
    await saves('desk', 'desk.key');
    openssl.must('pkey -in desk.key -noout');
    await item('desk').getByLabel('Passphrase').fill('green tea');
    await saves('desk', 'desk.key');
    expect(openssl.run('pkey -in desk.key -passin pass:wrong -noout').ok).toBe(false);
    openssl.must('pkey -in desk.key -passin {pass:green tea} -noout');
    await saves('desk', 'desk.p12');
    expect(openssl.must('pkcs12 -in desk.p12 -passin {pass:green tea} -nokeys')).toContain('CN = localhost');
  });

  test('what openssl made is brought, signs and is judged; a number is given once', async () => {
    openssl.must('req -x509 -newkey rsa:2048 -nodes -keyout tea.key -out tea.crt -days 9 -subj {/CN=Tea Root}');
    openssl.must('pkcs12 -export -inkey tea.key -in tea.crt -out tea.p12 -passout pass:tea');
    await step('Bring a file');
    const chooser = page.waitForEvent('filechooser');
    await learner.presses('Choose files');
    await (await chooser).setFiles(join(openssl.folder, 'tea.p12'));
    await learner.presses('Bring it to the bench');
    await page
      .getByRole('status')
      .filter({ hasText: /passphrase/i })
      .waitFor();
    await page.getByLabel('Passphrase of what is brought').fill('tea');
    await learner.presses('Bring it to the bench');
    await item('tea-root').getByText('✓ trusted by the client').waitFor();
    await learner.meetsAxe();

    openssl.must('req -new -newkey rsa:2048 -nodes -keyout bob.key -out bob.csr -subj /CN=bob');
    await page.getByLabel('Or paste PEM text').fill(openssl.read('bob.csr'));
    await learner.presses('Bring it to the bench');
    await item('bob').getByText('without its key').waitFor();
    await step('Sign a request');
    await pick('The request of', 'bob');
    await pick('Signed by', 'tea-root');
    await fill('Subject that is granted', 'O=Tea, CN=robert');
    await fill('Serial number', '0A:bc');
    await learner.presses('Sign it');
    await page.getByRole('row', { name: /^subject CN=bob O=Tea, CN=robert • changed/ }).waitFor();
    await saves('bob', 'bob.crt');
    openssl.must('verify -CAfile tea.crt bob.crt');
    expect(openssl.must('x509 -in bob.crt -noout -serial -subject')).toBe(
      'serial=0ABC\nsubject=O = Tea, CN = robert\n',
    );
    await fill('Serial number', 'abc');
    await learner.presses('Sign it');
    await page.getByText('tea-root has given this number to bob: each is given once.').waitFor();
  });

  test('what was made opens to the byte, and bad input is told in words', async () => {
    await page.getByRole('link', { name: 'open desk.crt' }).click();
    await page.getByRole('tree', { name: 'Fields of the certificate' }).waitFor();
    await page.getByRole('link', { name: 'Make', exact: true }).click();
    await learner.presses('Make the root CA');
    await page.getByText('There is a root already. Take another name.').waitFor();
    await fill('Name of its files', 'second');
    await fill('Subject', 'no name at all');
    await learner.presses('Make the root CA');
    await page.getByRole('status').filter({ hasText: /name/i }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await learner.meetsAxe();
  });
});
