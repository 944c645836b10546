import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../browser.ts';
import { hasProgram } from '../programs.ts';
import { startProduct, type Product } from '../product.ts';
import { Learner } from './learner.ts';

let folder: string;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-walk-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the openssl program says of a file that was downloaded. */
function openssl(command: string): string {
  const { stdout, stderr } = spawnSync('openssl', command.split(' '), { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

describe.sequential('the walk, from an empty profile', () => {
  let learner: Learner;

  beforeAll(async () => {
    learner = await Learner.arrives(browser, product);
  });

  afterAll(async () => {
    await learner?.leaves();
  });

  test('a key pair is made, signs an order, and is never sent', async () => {
    const { page } = learner;
    await page.getByRole('link', { name: /^Start the first lesson/ }).click();
    await page.getByRole('heading', { level: 1, name: 'A key that never travels' }).waitFor();
    await learner.presses('Make a key pair', learner.bench(1));
    await learner.sees('You have a key pair, and its private half is still here');
    await learner.bets('As long as the message: 11 bytes');
    await learner.presses('Sign the message', learner.bench(2));
    await learner.sees('The signature fits the message under your public key');
    await learner.hears('It went another way.');
    await learner.bets('The signature no longer fits');
    await learner.bench(3).getByRole('textbox', { name: 'Message' }).fill('order 9 tea');
    await learner.presses('Check it against the signature', learner.bench(3));
    await learner.sees('The changed order does not fit your signature');
    await learner.hears('It went as you said.');
    expect(await page.getByText('No key byte has left this tab').count()).toBeGreaterThan(0);
  });

  test('a CA of one’s own signs its own certificate', async () => {
    await learner.opens('own-ca', 'A CA of your own');
    await learner.presses('Make the authority', learner.bench(1));
    await learner.sees('You have a CA');
    await learner.bench(1).getByText('CA:TRUE').waitFor();
  });

  test('the desk’s request is fetched and signed, then Alice’s', async () => {
    await learner.opens('request-and-sign', 'Ask for a certificate, and sign one');
    await learner.presses('Fetch the desk’s request', learner.bench(1));
    await learner.sees("the desk's key stayed with the desk");
    await learner.bets('No: it says that it is for servers');
    await learner.presses('Sign the request', learner.bench(2));
    await learner.sees('The desk has a certificate that your CA signed, good for a server');
    await learner.presses('Make the request', learner.bench(3));
    await learner.presses('Sign the request', learner.bench(3));
    await learner.sees('Alice has a certificate for a client, and her key never moved');
    const { page } = learner;
    for (const [file, command] of [
      ['alice.crt', 'x509 -noout -text -in'],
      ['alice.csr', 'req -noout -text -in'],
    ] as const) {
      const download = page.waitForEvent('download');
      await learner.presses(`Download ${file}`, learner.bench(3));
      await (await download).saveAs(join(folder, file));
      if (hasProgram('openssl')) expect(openssl(`${command} ${file}`)).toContain('CN = alice');
    }
  });

  test('nobody trusts anybody until the CA is loaded on both sides; then both lamps light, in TLS 1.3 and in 1.2', async () => {
    await learner.opens('trust-anchors', 'Trust is loaded, not found');
    await learner.bets('Nobody: both certificates are in order');
    await learner.sees('You made your bet, and neither side trusts anybody');
    await learner.presses('Connect', learner.bench(2));
    await learner.sees("Alice's side refused the desk's certificate");
    await learner.bench(2).getByText('Client refused server').waitFor();
    await learner.bench(2).getByText('unknown_ca, from the client').waitFor();
    await learner.bench(2).getByText('Server never trusted client').waitFor();
    await learner.bets("Alice's side is content, then the desk refuses");
    await learner.presses(/^Load your CA on the client/, learner.bench(3));
    await learner.presses('Connect', learner.bench(3));
    await learner.sees('The desk refused Alice, after her side was content');
    await learner.bench(3).getByText('Client trusts server').waitFor();
    await learner.bench(3).getByText('Server refused client').waitFor();
    await learner.bench(3).getByText('No alert was sent').first().waitFor();
    await learner.presses(/^Load your CA on the desk/, learner.bench(4));
    const both = learner.bench(4);
    const { page } = learner;
    for (const [version, records, lent] of [
      [
        '1.3',
        /^Record 10, client to server, Certificate, [\d,]+ bytes, locked with handshake keys/,
        'No key byte has left',
      ],
      ['TLS 1.2', /^Record \d+, client to server, Certificate, [\d,]+ bytes, in clear/, /^[\d,]+ key bytes lent/],
    ] as const) {
      await both.getByRole('radio', { name: version }).check();
      await learner.presses(/^(Connect|Same again)$/, both);
      await both.getByRole('option', { name: records }).waitFor();
      await both.getByText('Both sides believe each other').waitFor();
      await both.getByText('Client trusts server', { exact: true }).waitFor();
      await both.getByText('Server trusts client', { exact: true }).waitFor();
      await page.getByRole('button', { name: lent }).first().waitFor();
    }
    await learner.sees('Both lamps are lit: the desk greeted Alice');
  });

  test('a foreign anchor at the desk is refused in both versions, and the reason is told as the desk’s own', async () => {
    await learner.bets('An alert that names the reason');
    const bench = learner.bench(5);
    // Node sends its root along, the page only what it was given: the chain ends at another place.
    for (const [version, reason] of [
      ['1.3', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ['TLS 1.2', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ] as const) {
      await bench.getByRole('radio', { name: version }).check();
      await learner.presses(/^(Connect|Same again)$/, bench);
      await bench.getByText('Server refused client').waitFor();
      await bench.getByText('Its own words, not on the wire').last().waitFor();
      await bench.getByText(reason, { exact: true }).waitFor();
      await bench
        .getByRole('option', { name: /FIN|RST/ })
        .first()
        .waitFor();
    }
  });

  test('records can be read to the byte, and an order is placed and listed with subject and serial', async () => {
    const { page } = learner;
    await learner.opens('step-by-step', 'What is said before the greeting');
    const later = page.getByText('What you work with in this step appears here when you have placed your bet.');
    await later.waitFor();
    await learner.bets('ServerHello, the second one');
    const stage = learner.bench(1);
    await stage.waitFor();
    expect(await later.count()).toBe(0);
    await learner.presses('Connect', stage);
    await learner.sees('Both sides accepted, over TLS 1.3');
    await learner.hears('It went as you said.');
    await stage.getByRole('option', { name: /^Record 2, server to client, ServerHello, .* in clear/ }).click();
    await stage
      .getByRole('treeitem', { name: /cipher_suite/ })
      .first()
      .click();
    await stage.getByRole('group', { name: /^Record 2, on the wire, bytes \d+ to \d+ are cipher_suite/ }).waitFor();
    await stage.getByRole('option', { name: /^Record 6,/ }).click();
    await stage.getByRole('treeitem', { name: /certificate_list/ }).waitFor();
    await stage.getByRole('meter', { name: 'Bytes explained' }).waitFor();
    await learner.bets('Yes: certificates are public');
    await learner.hears('It went another way.');
    await page.getByRole('textbox', { name: 'Password' }).fill('nine small teacups');
    await learner.presses('Create the account');
    await page.getByText('Signed in as alice').waitFor();
    await learner.presses('Place the order');
    await learner.sees('The desk has confirmed one tea');
    await learner.presses('List my orders');
    const row = page.getByRole('row').filter({ hasText: 'tea' });
    await row.filter({ hasText: 'CN=alice' }).waitFor();
    expect(await row.innerText()).toMatch(/[0-9a-f]{16,}/);
    await learner.bets('No: it is TLS all the same');
    await learner.presses('Connect', learner.bench(5));
    await learner.sees('The desk let Alice in over TLS 1.2');
    await learner.sees('A stranger can read her name');
  });

  test('a self-signed certificate and one of a foreign CA are refused, and the page shows what was on the wire', async () => {
    await learner.opens('strangers', 'Strangers at the door');
    await learner.presses('Connect', learner.bench(1));
    await learner.sees('The desk let Alice in');
    await learner.presses('Make the request', learner.bench(2));
    await learner.presses('Sign the request', learner.bench(2));
    await learner.sees('Mallory has a certificate that says alice, signed with its own key');
    await learner.bets('It refuses, and an alert says why');
    await learner.presses('Connect', learner.bench(3));
    await learner.sees('The desk refused: self-signed, it says in its own log');
    await learner.bench(3).getByText('DEPTH_ZERO_SELF_SIGNED_CERT', { exact: true }).waitFor();
    await learner
      .bench(3)
      .getByRole('option', { name: /from the server: FIN, no alert was sent/ })
      .click();
    await learner.bets('Yes: self-signed again');
    await learner.presses('Connect', learner.bench(4));
    await learner.bench(4).getByText('UNABLE_TO_VERIFY_LEAF_SIGNATURE', { exact: true }).waitFor();
  });

  test('after a reload keys, certificates, runs and progress are there, and a connection works again', async () => {
    const { page } = learner;
    await page.reload();
    await learner.opens('own-ca', 'A CA of your own');
    await learner.sees('You have a CA');
    await learner.opens('step-by-step', 'What is said before the greeting');
    await learner.sees('The desk has confirmed one tea');
    expect(await page.getByText('This lesson needs').count()).toBe(0);
    const stage = learner.bench(1);
    await stage.getByRole('option', { name: /^Record 1, client to server, ClientHello/ }).waitFor();
    await learner.presses('Same again', stage);
    await stage.getByText('Both sides believe each other').waitFor();
    await stage.getByText('The connection is open.', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill('nine small teacups');
    await learner.presses('Sign in');
    await learner.presses('List my orders');
    await page.getByRole('row').filter({ hasText: 'CN=alice' }).waitFor();
  });

  test('forgetting everything leaves an empty bench', async () => {
    const { page } = learner;
    await learner.presses(/key bytes lent|Where your things are/);
    await learner.presses(/Forget everything/);
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Forget/ })
      .click();
    await page.getByText('Everything is forgotten').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.goto(new URL(product.url).origin + '/#/learn/key-pair');
    await page.getByRole('button', { name: 'Make a key pair', exact: true }).waitFor();
  });

  test('the browser had nothing to complain about', () => expect(learner.complaints).toEqual([]));
});
