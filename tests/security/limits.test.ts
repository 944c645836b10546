/** What one page may do to the bridge: every limit is told by its name, and the others are served on. */
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE, type FromPage } from '../../src/core/bridge/messages.ts';
import type { Limits } from '../../server/bridge/deps.ts';
import { aFront, aTab, hello, type Tab, type TestFront } from './front.ts';
import { dial, request } from './raw.ts';

const fronts: TestFront[] = [];

afterEach(async () => {
  for (const front of fronts.splice(0)) {
    await welcomed(front, 'afterwards'); // whatever happened, a good page is still served
    await front.close();
  }
});

async function opened(limits: Partial<Limits> = {}): Promise<TestFront> {
  const front = await aFront(limits);
  fronts.push(front);
  return front;
}

/** A tab of a browser of its own that has been welcomed. */
async function welcomed(front: TestFront, learner = 'tab'): Promise<Tab> {
  const tab = await aTab(front, await front.enter());
  tab.say(hello(learner));
  await tab.next('welcome');
  return tab;
}

const csr: FromPage = { type: 'csr', id: 1 };

describe('hello', () => {
  test('who does not say it in time is told and closed', async () => {
    const front = await opened({ helloMs: 50 });
    const tab = await aTab(front, await front.enter());
    expect((await tab.next('limit')).name).toBe('helloMs');
    expect(await tab.closed).toBe(CLOSE.limit);
  });

  test('nothing is answered before it', async () => {
    const front = await opened();
    const tab = await aTab(front, await front.enter());
    tab.say(csr);
    expect(await tab.next('error')).toMatchObject({ code: 'bad-message', re: 1 });
  });

  test('a page of another version is told to reload', async () => {
    const front = await opened();
    const tab = await aTab(front, await front.enter());
    tab.socket.send(JSON.stringify({ ...hello(), version: 2 }));
    expect((await tab.next('error')).text).toContain('Reload');
  });
});

describe('messages', () => {
  const LINE = `CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}`;
  const dial = (more: string) => `{"type":"dial","id":7,"label":"good","serverName":"localhost",${more}}`;
  const relay = (more: string) => `{"type":"relay","id":7,"engine":"node","certificate":null,"trust":[],${more}}`;
  const pass = (bytes: string) => `{"type":"pass","id":7,"run":1,"record":0,"delivered":"${bytes}"}`;
  const report = (reports: string) => `{"type":"report","id":7,"run":1,"reports":[${reports}]}`;
  const anything = '"text":"","outcome":null,"version":null,"whose":null';
  /** A request for rows that is right but for what is given, which stands there once more. */
  const rows = (wrong: string) =>
    `{"type":"log-rows","id":7,"query":{${anything}},"upTo":null,"offset":0,"most":100,${wrong}}`;

  test.each<[string, string | Buffer]>([
    ['no JSON', 'hello'],
    ['JSON that is no object', '1'],
    ['null', 'null'],
    ['an unknown type', '{"type":"shell","id":7}'],
    ['a type of Object.prototype', '{"type":"__proto__","id":7}'],
    ['an unknown field', '{"type":"csr","id":7,"more":1}'],
    ['a field __proto__', '{"type":"csr","id":7,"__proto__":{"x":1}}'],
    ['an address to dial', '{"type":"dial","id":7,"host":"192.0.2.1","port":22}'],
    ['an id of zero', '{"type":"csr","id":0}'],
    ['an id that is a fraction', '{"type":"csr","id":1.5}'],
    ['an id beyond what a number holds', '{"type":"csr","id":9007199254740993}'],
    ['100,000 levels', '['.repeat(100_000)],
    ['100,000 closed levels', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['bytes', Buffer.from('{"type":"csr","id":7}')],
    ['bytes of a record, which only the server sends', Buffer.from([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1])],
    ['bytes of a client without any', Buffer.from([2, 0, 0, 0, 1])],
    ['a page’s client that would lend a key', dial('"client":"page","lentKey":"x"')],
    ['a page’s client of another version', dial('"client":"page","version":"1.2"')],
    ['a client that nobody knows', dial('"client":"curl"')],
    ['a gate that does something else', '{"type":"gate","id":7,"run":1,"mode":"open"}'],
    ['a record before the first', '{"type":"pass","id":7,"run":1,"record":-1,"delivered":null}'],
    ['bytes for the wire that are no base64', '{"type":"inject","id":7,"run":1,"from":"server","bytes":"<b>"}'],
    ['bytes for the wire in the name of the tap', '{"type":"inject","id":7,"run":1,"from":"tap","bytes":"AAAA"}'],
    ['more bytes for the wire than the tap takes', pass('A'.repeat(90_000))],
    ['a report without reports', '{"type":"report","id":7,"run":1,"reports":[]}'],
    ['a report in the server’s name', report('{"kind":"accepted"}')],
    ['a key-log line that is none', report('{"kind":"key-log","line":"CLIENT_RANDOM <b>"}')],
    ['a key-log line with another behind it', report(`{"kind":"key-log","line":"${LINE}\\n${LINE}"}`)],
    ['an event with a code as long as a book', report(`{"kind":"told","code":"${'x'.repeat(81)}","text":""}`)],
    ['more reports than one message takes', report(Array(33).fill('{"kind":"line","line":""}').join())],
    ['a cipher suite in OpenSSL’s words', relay('"suites":["ECDHE-RSA-AES128-SHA:@SECLEVEL=0"]')],
    ['a cipher suite without forward secrecy', relay('"suites":["TLS_RSA_WITH_AES_128_CBC_SHA"]')],
    ['a list of no cipher suites', relay('"suites":[]')],
    ['one cipher suite twice', relay('"suites":["TLS_AES_128_GCM_SHA256","TLS_AES_128_GCM_SHA256"]')],
    ['a group that is an option of a program', relay('"groups":["-www"]')],
    ['a group of Object.prototype', relay('"groups":["constructor"]')],
    ['tickets that are neither on nor off', relay('"tickets":"yes"')],
    ['a page’s client that would have the bridge resume', dial('"client":"page","resume":true')],
    ['a session to resume from outside', dial('"client":"node","version":"1.3","trust":[],"session":"MIIB"')],
    ['a ticket that was never good', report('{"kind":"kept-ticket","lifetimeSeconds":-1}')],
    ['a ticket of half a second', report('{"kind":"kept-ticket","lifetimeSeconds":0.5}')],
    ['more rows of the log than one answer has', rows('"most":101')],
    ['a page of the log before its first', rows('"offset":-1')],
    ['a search of the log as long as a book', rows(`"query":{${anything},"text":"${'x'.repeat(201)}"}`)],
    ['an outcome that nothing has', rows(`"query":{${anything},"outcome":"<b>"}`)],
    ['the log of somebody else', rows(`"query":{${anything},"owner":"ben"}`)],
    ['a connection of the log without a number', '{"type":"log-entry","id":7,"entry":"1"}'],
    ['a connection of the log before the first', '{"type":"log-entry","id":7,"entry":0}'],
    ['following the log perhaps', '{"type":"log-follow","id":7,"on":1}'],
    ['bytes of a file, which only the server sends', Buffer.from([3, 0, 0, 0, 0, 0, 7, 1])],
    ['a second hello', JSON.stringify(hello())],
  ])('%s is refused, and the page stays connected', async (_, message) => {
    const tab = await welcomed(await opened());
    tab.socket.send(message, { binary: typeof message !== 'string' });
    expect((await tab.next('error')).code).toBe('bad-message');
    tab.say(csr);
    expect(await tab.next('done')).toMatchObject({ re: 1 });
  });

  test('an answer never repeats what it refuses, and names the request when that is known', async () => {
    const tab = await welcomed(await opened());
    tab.socket.send('{"type":"dial","id":7,"lentKey":"-----BEGIN PRIVATE KEY----- secret"}');
    const error = await tab.next('error');
    expect(error.re).toBe(7);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('too many bad ones close the socket', async () => {
    const tab = await welcomed(await opened({ badMessages: 3 }));
    for (let i = 0; i < 3; i++) tab.socket.send('bad');
    expect((await tab.next('limit')).name).toBe('badMessages');
    expect(await tab.closed).toBe(CLOSE.badMessages);
  });

  test('text that is not UTF-8 closes the socket', async () => {
    const tab = await welcomed(await opened());
    tab.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect(await tab.closed).toBe(1007);
  });
});

describe('rates', () => {
  test('more messages than the burst are told and closed; another page is served meanwhile', async () => {
    const front = await opened({ messageBurst: 20, messagesPerSecond: 1 });
    const flood = await welcomed(front, 'flood');
    for (let id = 1; id <= 100; id++) flood.say({ type: 'csr', id });
    const other = await welcomed(front, 'other');
    other.say(csr);
    await other.next('done');
    expect((await flood.next('limit')).name).toBe('messagesPerSecond');
    expect(await flood.closed).toBe(CLOSE.limit);
  });

  test.each(['ping', 'pong'] as const)('%s frames count like messages', async (kind) => {
    const flood = await welcomed(await opened({ messageBurst: 20, messagesPerSecond: 1 }), 'flood');
    for (let i = 0; i < 100; i++) flood.socket[kind]();
    expect((await flood.next('limit')).name).toBe('messagesPerSecond');
    expect(await flood.closed).toBe(CLOSE.limit);
  });
});

describe('frames', () => {
  /** A masked client frame (RFC 6455 §5.2) with a length field of 8 bytes, and its mask of zeros. */
  const header = (opcode: number, length: bigint) => {
    const bytes = Buffer.alloc(14);
    bytes.set([0x80 | opcode, 0x80 | 127]);
    bytes.writeBigUInt64BE(length, 2);
    return bytes;
  };

  /** The raw TCP socket of a page that has been let in. */
  async function rawPage(front: TestFront) {
    const socket = await dial(front.port);
    socket.write(
      request('GET /bridge HTTP/1.1', [
        `Host: ${front.host}`,
        `Origin: http://${front.host}`,
        `Cookie: ${await front.enter()}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ]),
    );
    await new Promise((resolve) => socket.once('data', resolve));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => socket.destroy());
    socket.resume();
    return { socket, closed };
  }

  test('a frame longer than allowed closes the socket with 1009', async () => {
    const tab = await welcomed(await opened());
    tab.socket.on('error', () => tab.socket.terminate());
    tab.socket.send('x'.repeat(8 * 1024 * 1024));
    expect([1009, 1006]).toContain(await tab.closed);
  });

  test.each<[string, bigint]>([
    ['1 TiB', 1n << 40n],
    ['more than a number holds', (1n << 63n) - 1n],
  ])('a claim of %s is refused from its header, without memory for it', async (_, length) => {
    const { socket, closed } = await rawPage(await opened());
    const before = process.memoryUsage().arrayBuffers;
    socket.write(header(1, length));
    await closed;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  test('endless empty fragments are cut', async () => {
    const { socket, closed } = await rawPage(await opened());
    const empty = (opcode: number) => Buffer.from([opcode, 0x80, 0, 0, 0, 0]);
    socket.write(Buffer.concat([empty(1), ...Array.from({ length: 5_000 }, () => empty(0))]));
    await closed;
  });

  test('a frame without a mask is refused', async () => {
    const { socket, closed } = await rawPage(await opened());
    socket.write(Buffer.from([0x81, 0x01, 0x78]));
    await closed;
  });

  test('a reset in the middle of a frame harms nobody', async () => {
    const { socket, closed } = await rawPage(await opened());
    socket.write(header(1, 1000n));
    socket.resetAndDestroy();
    await closed;
  });
});

describe('places', () => {
  test('a browser has a few sockets; one more is told why and closed, and another browser still gets in', async () => {
    const front = await opened({ socketsPerCookie: 2 });
    const cookie = await front.enter();
    const first = await aTab(front, cookie);
    await aTab(front, cookie);
    const third = await aTab(front, cookie);
    expect((await third.next('limit')).name).toBe('socketsPerCookie');
    expect(await third.closed).toBe(CLOSE.limit);
    await welcomed(front, 'neighbour');
    first.socket.close();
    await first.closed;
    const again = await aTab(front, cookie);
    again.say(hello('again'));
    await again.next('welcome');
  });

  test('the process has a number of sockets; one more is told why and closed', async () => {
    const front = await opened({ sockets: 2 });
    const tabs = [await welcomed(front, 'one'), await welcomed(front, 'two')];
    const third = await aTab(front, await front.enter());
    expect((await third.next('limit')).name).toBe('sockets');
    expect(await third.closed).toBe(CLOSE.limit);
    for (const tab of tabs) tab.socket.terminate();
    await Promise.all(tabs.map((tab) => tab.closed));
    await third.closed;
  });
});

describe('silence', () => {
  test('a page that answers no ping is cut', async () => {
    const front = await opened({ pingMs: 30 });
    const socket = new WebSocket(`ws://${front.host}/bridge`, {
      headers: { cookie: await front.enter(), origin: `http://${front.host}` },
      autoPong: false,
    });
    const code = await new Promise((resolve) => socket.once('close', resolve));
    expect(code).toBe(1006);
  });

  test('a page that answers stays', async () => {
    const front = await opened({ pingMs: 10, helloMs: 60_000 });
    const tab = await welcomed(front);
    for (let i = 0; i < 10; i++) await new Promise((resolve) => tab.socket.once('ping', resolve));
    tab.say(csr);
    await tab.next('done');
  });
});

describe('bytes of a client in the page', () => {
  test('reach its session, after hello and not before', async () => {
    const front = await opened();
    const early = await aTab(front, await front.enter());
    early.socket.send(Buffer.from([2, 0, 0, 0, 1, 22]));
    expect((await early.next('error')).code).toBe('bad-message');
    const tab = await welcomed(front);
    const { session } = front.sessions.of('tab'.padEnd(22, '-'));
    tab.socket.send(Buffer.from([2, 0, 0, 0, 1, 22, 3]));
    await expect.poll(() => session.sent.map(({ run, bytes }) => [run, ...bytes])).toEqual([[1, 22, 3]]);
  });

  test('end with the page: the session hears that it has left, however it went', async () => {
    const front = await opened();
    const closed = await welcomed(front, 'closed');
    const cut = await welcomed(front, 'cut');
    const sessions = ['closed', 'cut'].map((name) => front.sessions.of(name.padEnd(22, '-')).session);
    closed.socket.close();
    cut.socket.terminate();
    await expect.poll(() => sessions.map(({ farewells }) => farewells > 0)).toEqual([true, true]);
  });
});
