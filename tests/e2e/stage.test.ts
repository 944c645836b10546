/** The stage on real connections: what is done there, what it draws, and what Node and openssl say of it themselves. */
import { existsSync, readFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dissect } from '../../src/core/tls/dissect.ts';
import { openBrowser } from '../browser.ts';
import { hasProgram } from '../programs.ts';
import { startProduct, type Product } from '../product.ts';
import { Stagehand, type Setting } from './stagehand.ts';

let folder: string;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-stage-'));
  [product, browser] = await Promise.all([startProduct(folder), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a whole handshake is tampered with from the keyboard alone', async () => {
  const hand = await Stagehand.enters(browser, product);
  const { page } = hand;
  await page.getByRole('radio', { name: 'Run', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.getByRole('radio', { name: 'Step', exact: true }).isChecked()).toBe(true);
  await page.keyboard.press('c');
  await hand.row(/^Record 1, client to server, ClientHello, .*held at the tap/).waitFor();
  await hand.reads('Client trusts server: not yet known');
  for (const name of ['ServerHello', 'ChangeCipherSpec', 'EncryptedExtensions', 'CertificateRequest', 'Certificate']) {
    await page.keyboard.press('PageDown');
    await hand.row(new RegExp(`server to client, ${name}, .*held at the tap`)).waitFor();
  }
  await page.keyboard.press('f');
  await hand.row(/Certificate, .*held at the tap, one bit to be flipped/).waitFor();
  await page.keyboard.press('z');
  await expect.poll(() => hand.row(/one bit to be flipped/).count()).toBe(0);
  await page.keyboard.press('f');
  await hand.row(/Certificate, .*held at the tap, one bit to be flipped/).waitFor();
  await page.keyboard.press('PageDown');
  await hand.row(/^Record 6, server to client, Certificate, .*changed at the tap/).waitFor();
  await page.keyboard.press('r');
  await hand.reads('bad_record_mac, from the client');
  await page.getByText('The connection is closed.').waitFor();
  const [, certificate] = [hand.told[4], hand.told[5]];
  if (!certificate || 'held' in certificate || certificate.delivered === null) throw new Error('nothing was changed');
  const differs = certificate.sent.map((byte, at) => byte ^ (certificate.delivered?.[at] ?? 0));
  expect([...differs].filter((bits) => bits !== 0)).toEqual([1]);
  // What Node says of it off the wire: it was told so, by an alert.
  await page.getByText('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Flip its last bit').waitFor();
  await hand.hasNoComplaint();
  await hand.learner.leaves();
});

interface Deed {
  readonly name: string;
  readonly setting: Setting;
  readonly until: string;
  readonly does: (hand: Stagehand) => Promise<void>;
  /** it ends the run itself; else the gate is opened after it */
  readonly isEnd?: true;
  /** what the row of the record, or of what was sent instead, then says */
  readonly row: RegExp;
  /** what the page says of the end, and what the peer's own program said */
  readonly ends: readonly (string | RegExp)[];
}

const press = (name: RegExp) => (hand: Stagehand) => hand.button(name).first().click();
const speak = (choose: (hand: Stagehand) => Promise<unknown>, button: string) => async (hand: Stagehand) => {
  await hand.button(/^Inject…/).click();
  await choose(hand);
  await hand.page.getByRole('dialog').getByRole('button', { name: button }).click();
};
const openssl = { client: 'Node', server: 'openssl' } as const;

/** Outcomes as RFC 8446 and the two programs have them. */
const DEEDS: readonly Deed[] = [
  {
    name: 'a dropped Certificate of the server: the next record has the wrong number',
    ...{ setting: {}, until: 'Certificate', does: press(/^Drop/), row: /Certificate, .*dropped at the tap/ },
    ends: ['bad_record_mac, from the client', 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC'],
  },
  {
    name: 'a dropped Certificate, and what follows sealed anew: the handshake notices',
    ...{ setting: {}, until: 'Certificate', row: /Certificate, .*dropped at the tap/ },
    async does(hand) {
      await hand.button(/^Drop/).click();
      await hand.page.getByRole('checkbox', { name: /^Seal what follows anew/ }).check();
    },
    ends: ['unexpected_message, from the client', 'ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE'],
  },
  {
    name: 'two records of the server in the wrong order',
    ...{ setting: {}, until: 'CertificateRequest', does: press(/^Swap with next/), row: /CertificateRequest, / },
    ends: ['bad_record_mac, from the client'],
  },
  {
    name: 'a ClientHello twice',
    ...{ setting: {}, until: '', does: press(/^Send twice/), row: /ClientHello, .*sent by the tap, not by the client/ },
    ends: [/unexpected_message, from the server|No alert was sent/],
  },
  {
    name: 'a flipped bit in the server’s Certificate: openssl is told by Node’s client',
    ...{ setting: openssl, until: 'Certificate', does: press(/^Flip a bit/), row: /Certificate, .*changed at the tap/ },
    ends: ['bad_record_mac, from the client', 'SSL alert number 20'],
  },
  {
    name: 'an alert in the server’s name, in clear',
    ...{ setting: {}, until: '', row: /Alert: handshake_failure.*sent by the tap, not by the server/ },
    does: speak((hand) => hand.page.getByRole('combobox', { name: 'Alert' }).selectOption('40'), 'Send the alert'),
    ends: ['handshake_failure, in the name of the server'],
  },
  {
    name: 'a cut with a reset',
    ...{ setting: openssl, until: 'ServerHello', row: /Cut by the tap|RST|FIN/ },
    does: speak(() => Promise.resolve(), 'Cut with a reset'),
    ends: ['The connection is closed.'],
    isEnd: true,
  },
  {
    name: 'another verify_data, sealed with the client’s keys: only the server’s arithmetic notices',
    ...{ setting: openssl, until: '', row: /Finished, .*changed at the tap/ },
    async does(hand) {
      await hand.until('Finished');
      await hand.until('Finished');
      await hand.button(/^Edit…/).click();
      const dialog = hand.page.getByRole('dialog');
      await dialog.getByRole('treeitem', { name: /^verify_data/ }).click();
      const field = dialog.getByRole('textbox', { name: 'verify_data in hex' });
      await field.fill('no hex');
      await dialog.getByText(/hex/).last().waitFor();
      expect(await dialog.getByRole('button', { name: 'Change the record' }).isDisabled()).toBe(true);
      await field.fill('00'.repeat(32));
      await dialog.getByRole('button', { name: 'Change the record' }).click();
    },
    ends: ['decrypt_error, from the server', /digest check failed/i],
  },
  {
    name: 'in TLS 1.2 a flipped bit of the server’s Certificate, in clear',
    ...{ setting: { version: 'TLS 1.2' }, until: 'Certificate', does: press(/^Flip a bit/) },
    row: /Certificate.*changed at the tap/,
    ends: [/The connection is closed\./],
  },
];

describe('what is done to a held record is drawn, and told by both programs', () => {
  let hand: Stagehand;
  beforeAll(async () => {
    hand = await Stagehand.enters(browser, product);
  });
  afterAll(() => hand.learner.leaves());

  for (const { name, setting, until, does, isEnd, row, ends } of DEEDS) {
    test.skipIf(setting.server === 'openssl' && !hasProgram('openssl'))(name, async () => {
      await hand.connects(setting);
      if (until !== '') await hand.until(until);
      await does(hand);
      if (!isEnd) await hand.runs();
      await hand.row(row).first().waitFor();
      for (const text of ends) await hand.reads(text);
      await everyRowIsOnTheWire(hand);
      await hand.hasNoComplaint();
    });
  }
});

/** Each row of the ladder has its bytes among those that the bridge told, and there is no row more. */
async function everyRowIsOnTheWire(hand: Stagehand): Promise<void> {
  await expect.poll(async () => (await hand.ladder()).length - hand.told.length - hand.ends).toBe(0);
  const rows = await hand.ladder();
  const records = rows.filter((name) => name.startsWith('Record'));
  for (const [place, name] of records.entries()) {
    const told = hand.told[place];
    const bytes = told && ('held' in told ? told.held : told.sent.length > 0 ? told.sent : told.delivered);
    const from = told?.from === 'client' ? 'client to server' : 'server to client';
    expect(name).toContain(`Record ${place + 1}, ${from}, `);
    expect(name).toContain(`, ${bytes?.length.toLocaleString('en')} bytes, `);
  }
  expect(rows.length - records.length).toBe(hand.ends);
}

test('what can be read without keys is named by its bytes alone, and no message is drawn that is not in them', async () => {
  const hand = await Stagehand.enters(browser, product);
  await hand.connects();
  await hand.runs();
  await hand.reads('Both sides believe each other');
  await everyRowIsOnTheWire(hand);
  const seen = dissect(hand.wire, '');
  const ladder = await hand.ladder();
  for (const { index, label, sealed } of seen.records) {
    expect(ladder[index]).toContain(sealed === undefined ? `, ${label}, ` : 'locked with');
  }
  await hand.learner.leaves();
});

test('after its end a run is looked through back and forth, and nothing is sent for it', async () => {
  const hand = await Stagehand.enters(browser, product);
  const { page } = hand;
  await hand.connects();
  await hand.runs();
  await hand.reads('Both sides believe each other');
  await hand.button(/^Hang up/).click();
  await page.getByText('The connection is closed.').waitFor();
  const whole = await hand.ladder();
  const { sent } = hand;
  const slider = page.getByRole('slider', { name: 'Moment of the run' });
  await slider.focus();
  await page.keyboard.press('Home');
  await page.getByText(/^as it was after/).waitFor();
  await hand.reads('Server trusts client: not yet known');
  expect((await hand.ladder()).length).toBeLessThan(3);
  for (let moment = 0; moment < 6; moment++) await page.keyboard.press('ArrowRight');
  const partly = await hand.ladder();
  expect(partly.length).toBeLessThan(whole.length);
  expect(partly.length).toBeGreaterThan(1);
  await page.keyboard.press('End');
  await expect.poll(() => hand.ladder()).toEqual(whole);
  expect(hand.sent).toBe(sent);
  await hand.learner.leaves();
});

test('three zooms, the projector, the blank screen and the pointer, each from its key; axe finds nothing', async () => {
  const hand = await Stagehand.enters(browser, product);
  const { page } = hand;
  await hand.connects();
  await hand.until('CertificateVerify');
  await page.keyboard.press('1');
  await page.getByText('“I want to see a certificate of yours, too.”').waitFor();
  await hand.hasNoComplaint();
  await page.keyboard.press('3');
  await page.getByText('The keys of this connection').click();
  await page.getByText('What was recomputed').click();
  await page.getByRole('meter', { name: 'Bytes explained' }).waitFor();
  await hand.hasNoComplaint();
  await page.keyboard.press('2');
  await page.keyboard.press('p');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['mode'])).toBe('projector');
  expect(await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize))).toBeGreaterThan(
    19,
  );
  await hand.hasNoComplaint();
  await page.keyboard.press('.');
  await page.getByText('The screen is blank.').waitFor({ state: 'attached' });
  await page.keyboard.press('.');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['mode'])).not.toBe('projector');
  await hand.learner.leaves();
});

test.each([900, 720])(
  'in a window %i px high the newest record and what became of it are in sight, in each zoom',
  async (height) => {
    const hand = await Stagehand.enters(browser, product);
    const { page } = hand;
    await page.setViewportSize({ width: 1440, height });
    await hand.connects();
    await hand.until('CertificateVerify');
    await hand.button(/^Flip/).first().click();
    await hand.runs();
    await page.getByText('The connection is closed.').waitFor();
    const verdict = page.getByText('bad_record_mac, from the client');
    const alert = {
      row: hand.row(/^Record 10, .*Alert: bad_record_mac/),
      sentence: hand.button(/“No: bad_record_mac.”/),
    };
    for (const [key, newest] of [
      ['2', alert.row],
      ['1', alert.sentence],
      ['3', alert.row],
      ['p', null],
      ['2', alert.row],
      ['1', alert.sentence],
    ] as const) {
      await page.keyboard.press(key);
      if (newest === null) continue;
      await expect.poll(() => isInSight(newest), { message: `the newest record after the key ${key}` }).toBe(true);
      await expect.poll(() => isInSight(verdict), { message: `the verdict after the key ${key}` }).toBe(true);
    }
    await hand.learner.leaves();
  },
);

/** Whether nothing covers the middle of an element, and it is scrolled to. */
const isInSight = (element: Locator): Promise<boolean> =>
  element.evaluate((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return top !== null && (one.contains(top) || top.contains(one));
  });

test('new records are told to a screen reader, shortly', async () => {
  const hand = await Stagehand.enters(browser, product);
  const news = hand.page.getByRole('log', { name: 'News from the wire' });
  await hand.connects();
  await expect.poll(() => news.textContent()).toBe('record 1, ClientHello, from the client, held');
  await hand.button(/^Step/).click();
  await expect.poll(() => news.textContent()).toMatch(/^\d records\. The last: record \d+, .*, from the server, held$/);
  await hand.learner.leaves();
});

test('TLS 1.2 and 1.3 stand side by side, each message beside the one that does the same work', async () => {
  const hand = await Stagehand.enters(browser, product);
  const { page } = hand;
  await page.getByRole('link', { name: '1.2 beside 1.3' }).click();
  await hand.button('Run both').click();
  const proof = page.getByRole('row', { name: /^The server proves that it has the key/ });
  await proof
    .getByRole('button', { name: /^Record \d+ of TLS 1\.2, server to client, ServerKeyExchange, .*in clear$/ })
    .waitFor();
  await proof
    .getByRole('button', { name: /^Record \d+ of TLS 1\.3, server to client, CertificateVerify, .*locked$/ })
    .click();
  await page.getByRole('treeitem', { name: /^algorithm/ }).waitFor();
  for (const [version, words] of [
    ['1.2', /2\s+round trips before the client may speak.*anybody reads both certificates/s],
    ['1.3', /1\s+round trip before the client may speak.*stays between the two/s],
  ] as const)
    await page
      .getByRole('region', { name: `What TLS ${version} took` })
      .filter({ hasText: words })
      .waitFor();
  await hand.hasNoComplaint();
  await hand.learner.leaves();
});

/** Connections of a process: its TCP sockets but for those that only listen. */
function connections(pid: number): number {
  const LISTENS = '0A';
  const [, ...lines] = readFileSync('/proc/net/tcp', 'latin1').trim().split('\n');
  const rows = lines.map((line) => line.trim().split(/\s+/));
  const inodes = new Set(rows.filter((row) => row[3] !== LISTENS).map((row) => `socket:[${row[9]}]`));
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false; // it was closed meanwhile
    }
  }).length;
}

describe('in the middle of a hold', () => {
  test('a lost server: what was seen stays, the run is told as closed, and a new one works', async () => {
    const hand = await Stagehand.enters(browser, product);
    const { page } = hand;
    await hand.connects();
    await hand.until('ServerHello');
    const port = new URL(product.url).port;
    await product.kill();
    await page.getByText('The local server is not connected').waitFor();
    await hand.row(/^Record 2, server to client, ServerHello/).waitFor();
    await page.keyboard.press('PageDown'); // does nothing, and says nothing false
    expect(await hand.button(/^Same again/).isDisabled()).toBe(true);
    product = await startProduct(folder, ['--port', port]);
    await page.getByText('The connection is closed.').waitFor();
    await hand.connects();
    expect(hand.learner.complaints).toEqual([]);
    await hand.learner.leaves();
  });

  test.skipIf(!existsSync('/proc/self/fd'))(
    'a closed tab leaves no socket behind, and a second tab none either',
    async () => {
      await expect.poll(() => connections(product.pid), { timeout: 20_000 }).toBe(0);
      const hand = await Stagehand.enters(browser, product);
      await hand.connects();
      await hand.until('ServerHello');
      expect(connections(product.pid)).toBeGreaterThan(4); // one of the page, two at the tap, one at each end
      const second = await hand.learner.context.newPage();
      await second.goto(`${new URL(product.url).origin}/#/stage`);
      await hand.page.getByText('Another tab has taken over.').waitFor();
      await second.getByRole('button', { name: /^(Connect|Same again)$/ }).waitFor();
      await hand.learner.leaves();
      await expect.poll(() => connections(product.pid), { timeout: 20_000 }).toBe(0);
    },
  );
});

test('in a narrow window every control of a held record can be reached', async () => {
  const hand = await Stagehand.enters(browser, product, '', 390);
  await hand.connects();
  for (const name of [/^Step/, /^Run( R)?$/, /^Until/, /^Pass/, /^Drop/, /^Flip/, /^Edit…/, /^Inject…/]) {
    const button = hand.button(name).first();
    await button.scrollIntoViewIfNeeded();
    const box = await button.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 391, String(name)).toBe(true);
  }
  expect(await hand.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await hand.hasNoComplaint();
  await hand.learner.leaves();
});
