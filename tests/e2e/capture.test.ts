/** Captures opened in the page. The server is gone before the first file is: whatever works needs none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { packets, pcap, sentBy } from '../../src/core/capture/fixtures/build.ts';
import { writePcapng } from '../../src/core/capture/write-pcapng.ts';
import { openBrowser } from '../browser.ts';
import { recordSession } from '../capture/recorded.ts';
import { startProduct, type Product } from '../product.ts';
import { Learner } from './learner.ts';

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}

let folder: string;
let product: Product;
let browser: Browser;
let learner: Learner;
let page: Page;
/** requests of the page since its server is gone */
const requests: string[] = [];

/** Three connections of Node with itself, with the product's own certificates. */
const WISHES = [
  { version: 'TLSv1.3', suite: 'TLS_AES_256_GCM_SHA384' },
  { version: 'TLSv1.2', suite: 'ECDHE-RSA-AES128-GCM-SHA256' },
  { version: 'TLSv1.3', suite: 'TLS_AES_128_GCM_SHA256', bare: true },
] as const;
const NAMES = { server: ['server.key', 'server.crt'], client: ['client.key', 'client.crt'], ca: 'ca.crt' } as const;

const files: { session: File; silent: File; keys: File; damaged: File } = {} as never;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-capture-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
  await record(product.certs);
  learner = await Learner.arrives(browser, product);
  page = learner.page;
  let workers = 0;
  learner.context.on('requestfinished', (request) => (workers += /capture\.worker/.test(request.url()) ? 1 : 0));
  await page.getByRole('link', { name: /^Open a capture/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Open a capture' }).waitFor();
  await vi.waitFor(() => expect(workers).toBe(2), 15_000); // one for the first file, one for the next
  await product.stop();
  learner.context.on('request', (request) => {
    if (!request.url().endsWith('.svg')) requests.push(request.url()); // the browser looks for the icon of its tab
  });
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Sections of pcapng files stand one after the other in one. */
async function record(certs: string): Promise<void> {
  const sections = { withKeys: [] as Uint8Array[], without: [] as Uint8Array[] };
  let keyLog = '';
  for (const [at, wish] of WISHES.entries()) {
    const recorded = await recordSession(certs, wish, NAMES);
    const places = {
      client: { address: '127.0.0.2', port: 50_000 + at },
      server: { address: '127.0.0.1', port: 8443 },
    };
    const written = (secrets: string) => {
      const file = writePcapng({ ...recorded, ...places, startedAt: 1_700_000_000_000, keyLog: secrets, comment: '' });
      if (!file.ok) throw new Error(file.error.why);
      return file.value;
    };
    sections.withKeys.push(written(recorded.keyLog));
    sections.without.push(written(''));
    keyLog += recorded.keyLog;
  }
  const session = Buffer.concat(sections.withKeys);
  files.session = { name: 'session.pcapng', bytes: session };
  files.silent = { name: 'silent.pcapng.gz', bytes: gzipSync(Buffer.concat(sections.without)) };
  files.keys = { name: 'keys.log', bytes: Buffer.from(keyLog) };
  files.damaged = { name: 'damaged.pcapng', bytes: session.subarray(0, (sections.withKeys[0]?.length ?? 0) + 1500) };
}

async function give(...given: readonly File[]): Promise<void> {
  const picked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Open (a capture|another)$/ }).click();
  const chooser = await picked;
  await chooser.setFiles(given.map(({ name, bytes }) => ({ name, mimeType: '', buffer: Buffer.from(bytes) })));
}

/** Lets go of files above the page, beside every button. */
async function drop({ name, bytes }: File): Promise<void> {
  const data = Buffer.from(bytes).toString('base64');
  await page.evaluate(
    ([name, data]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], name));
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    },
    [name, data] as const,
  );
}

async function opens(...given: readonly File[]): Promise<void> {
  await give(...given);
  await page.getByRole('heading', { level: 1, name: given[0]?.name ?? '' }).waitFor();
  await page.getByRole('listbox', { name: 'Records of this connection' }).waitFor();
}

const connection = (number: number) => page.getByRole('option', { name: new RegExp(`^Connection ${number},`) });
const shows = (view: string) => page.getByRole('radio', { name: view }).check();

test('a capture with its secrets is read to the last byte: fields of a certificate, data, keys', async () => {
  await opens(files.session);
  await expect.poll(() => page.getByText('3 TLS connections in session.pcapng').count()).toBe(1);
  await page.getByRole('heading', { level: 1 }).and(page.locator(':focus')).waitFor();
  await connection(1)
    .and(page.getByRole('option', { name: /mutual, established/ }))
    .waitFor();
  await connection(3)
    .and(page.getByRole('option', { name: /refused, alert 116 certificate_required/ }))
    .waitFor();

  await page.getByRole('option', { name: /^Record \d+, client to server, Certificate,/ }).click();
  const tree = page.getByRole('tree', { name: /^Fields of record/ });
  await learner.meetsAxe();
  await page.getByRole('button', { name: 'Open all' }).click();
  await tree
    .getByRole('treeitem', { name: /^subject / })
    .first()
    .click();
  await expect.poll(() => page.getByRole('group', { name: /are subject$/ }).count()).toBe(1);

  await shows('Data');
  await page.getByText('good day', { exact: true }).waitFor();
  await page.getByText('evil \\u001b[31m \\u202e', { exact: true }).waitFor();
  await shows('Proofs');
  await page.getByRole('region', { name: 'Certificates of the client' }).getByText('CN=client').first().waitFor();
  expect(await page.getByText(/(CertificateVerify|Finished) of the (client|server): true/).count()).toBe(4);

  await shows('Keys');
  const secret = async (name: string) =>
    (await page.getByRole('listitem').filter({ hasText: name }).last().locator('code').first().textContent()) ?? '';
  const logged = (label: string) =>
    new RegExp(`^${label} \\w+ (\\w+)`, 'm').exec(Buffer.from(files.keys.bytes).toString())?.[1];
  for (const [name, label] of [
    ['client_handshake_traffic_secret', 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'],
    ['server_application_traffic_secret_0', 'SERVER_TRAFFIC_SECRET_0'],
    ['exporter_master_secret', 'EXPORTER_SECRET'],
  ] as const)
    expect([name, await secret(name)]).toEqual([name, logged(label)]);
  await learner.meetsAxe();
});

test('the keyboard finds a connection, walks the list, and leaves and comes back to the same', async () => {
  await page.locator('body').press('/');
  await page.keyboard.type('tls 1.2');
  await page.getByText('1 of 3 connections fit.').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  await page.getByRole('heading', { level: 2, name: /127\.0\.0\.2:50001/ }).waitFor();
  await page.getByRole('searchbox', { name: 'Search the connections' }).fill('');
  await page.getByRole('link', { name: 'Course' }).click();
  await page.getByRole('heading', { level: 1, name: /^Make the keys/ }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { level: 2, name: /127\.0\.0\.2:50001/ }).waitFor();
});

test('a capture without secrets says so; the key log opens it, a foreign one does not', async () => {
  await opens(files.silent);
  await page.getByText('There are no secrets of this connection').waitFor();
  await page.getByRole('option', { name: /^Record 6, .*Sealed/ }).waitFor();
  const foreign = Buffer.from(`CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}\n`);
  await give({ name: 'foreign.log', bytes: foreign });
  await page.getByText('foreign.log fits no connection here.').waitFor();
  await page.getByRole('button', { name: 'Add secrets' }).first().click();
  const picked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a key log' }).click();
  await (await picked).setFiles([{ name: 'keys.log', mimeType: '', buffer: Buffer.from(files.keys.bytes) }]);
  await page.getByText('Opened with keys.log.').waitFor();
  await page.getByRole('option', { name: /^Record 6, .*Certificate,/ }).waitFor();
  expect(await page.getByText('There are no secrets of this connection').count()).toBe(0);
});

describe('a file that is not whole, or is none', () => {
  test('of a damaged capture everything before the damage is there', async () => {
    await drop(files.damaged);
    await page.getByRole('heading', { level: 1, name: 'damaged.pcapng' }).waitFor();
    await page.getByText(/Packet \d+: At byte \d+ of the file a block announces/).waitFor();
    await connection(1)
      .and(page.getByRole('option', { name: /established/ }))
      .waitFor();
    await connection(2)
      .and(page.getByRole('option', { name: /incomplete/ }))
      .waitFor();
  });

  test('what is no capture is told what it is, and what was open stays', async () => {
    await give({
      name: 'alice.key',
      bytes: Buffer.from('-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n'),
    });
    await page.getByText('The file is a private key in PEM, not a capture. It was not sent anywhere').waitFor();
    await give({ name: 'nothing.pcap', bytes: new Uint8Array() });
    await page.getByText('nothing.pcap is empty.').waitFor();
    await page.getByRole('heading', { level: 1, name: 'damaged.pcapng' }).waitFor();
    await connection(2).waitFor();
    await learner.meetsAxe();
  });
});

test('all this went without a request, and without a complaint of the browser', () => {
  expect(requests).toEqual([]);
  expect(learner.complaints).toEqual([]);
});

test('a long reading can be cancelled, and what was open stays; the next file opens as ever', async () => {
  const bare = packets(sentBy([]))[0]?.bytes ?? new Uint8Array();
  const one = pcap([{ at: 0, bytes: bare }]).subarray(24); // without the header of the file
  const many = Buffer.alloc(one.length * 850_000, one);
  const file = join(folder, 'long.pcap');
  writeFileSync(file, Buffer.concat([pcap([]), many]));
  const picked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open another' }).click();
  await (await picked).setFiles(file);
  await page.getByRole('progressbar', { name: 'Reading long.pcap' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('You cancelled it.').waitFor();
  await page.getByRole('heading', { level: 1, name: 'damaged.pcapng' }).waitFor();
  await connection(2).click();
  await page.getByRole('heading', { level: 2, name: /127\.0\.0\.2:50001/ }).waitFor();
  await opens(files.session);
});
