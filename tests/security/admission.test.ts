/** Who becomes a socket of the bridge. Judged before 101, over raw sockets. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aFront, aTab, hello, type TestFront } from './front.ts';
import { ask, request } from './raw.ts';

let front: TestFront;
let cookie: string;

beforeAll(async () => {
  front = await aFront();
  cookie = await front.enter();
});
afterAll(() => front.close());

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', // the sample of RFC 6455 §1.3
];

interface Upgrade {
  readonly line?: string;
  readonly host?: readonly string[];
  readonly origin?: readonly string[];
  readonly cookie?: readonly string[];
}

/** An upgrade that is right but for what the test changes. */
function upgrade(change: Upgrade = {}) {
  const { line = 'GET /bridge HTTP/1.1', host = [front.host], origin = [`http://${front.host}`] } = change;
  const headers = [
    ...host.map((value) => `Host: ${value}`),
    ...origin.map((value) => `Origin: ${value}`),
    ...(change.cookie ?? [cookie]).map((value) => `Cookie: ${value}`),
    ...UPGRADE,
  ];
  return ask(front.port, request(line, headers));
}

test('our own page gets in', async () => {
  const { status, headers } = await upgrade();
  expect(status).toBe(101);
  expect(headers.get('sec-websocket-accept')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='); // RFC 6455 §1.3
});

test('and so does the same page under its other names', async () => {
  for (const name of ['localhost', '[::1]']) {
    const host = `${name}:${front.port}`;
    expect((await upgrade({ host: [host], origin: [`http://${host}`] })).status).toBe(101);
  }
});

describe('Origin', () => {
  test.each([
    ['none', []],
    ['null', ['null']],
    ['empty', ['']],
    ['a stranger', ['https://evil.example']],
    ['an IP address of a stranger', ['http://192.0.2.7']],
    ['our host with https', ['https://127.0.0.1:PORT']],
    ['our host with ws', ['ws://127.0.0.1:PORT']],
    ['another local port', ['http://127.0.0.1:1']],
    ['no port', ['http://127.0.0.1']],
    ['another of our names than the Host', ['http://localhost:PORT']],
    ['our name as a prefix', ['http://127.0.0.1:PORT.evil.example']],
    ['our name as user information', ['http://127.0.0.1:PORT@evil.example']],
    ['a path behind it', ['http://127.0.0.1:PORT/']],
    ['upper case', ['HTTP://127.0.0.1:PORT']],
    ['ours twice', ['http://127.0.0.1:PORT', 'http://127.0.0.1:PORT']],
    ['ours and a stranger', ['http://127.0.0.1:PORT', 'https://evil.example']],
    ['an extension', ['chrome-extension://abcdefghijklmnop']],
    ['a file', ['file://']],
  ])('%s is refused with 403', async (_, origins) => {
    const origin = origins.map((value) => value.replace('PORT', String(front.port)));
    expect((await upgrade({ origin })).status).toBe(403);
  });
});

describe('the rest of the door', () => {
  test('a foreign Host is refused even when the Origin agrees with it: a name was made to resolve to us', async () => {
    const host = `rebound.example:${front.port}`;
    expect((await upgrade({ host: [host], origin: [`http://${host}`] })).status).toBe(421);
    expect((await upgrade({ host: [front.host, host] })).status).toBeGreaterThanOrEqual(400);
  });

  test('without our cookie there is no socket', async () => {
    const [name = ''] = cookie.split('=');
    for (const wrong of [[], [`${name}=forged`], [`${name}=${front.token}`], [`tw-1=${cookie.split('=')[1]}`]]) {
      expect((await upgrade({ cookie: wrong })).status).toBe(403);
    }
  });

  test('the token in the URL does not replace the cookie', async () => {
    expect((await upgrade({ line: `GET /bridge?token=${front.token} HTTP/1.1`, cookie: [] })).status).toBe(403);
  });

  test.each(['/', '/bridge/', '/bridge/..', '//bridge', '/Bridge', '/%62ridge', '/bridge;x', '/?token=x'])(
    'no other path is a bridge: %s',
    async (path) => {
      expect((await upgrade({ line: `GET ${path} HTTP/1.1` })).status).toBe(404);
    },
  );

  test('only GET upgrades', async () => {
    expect((await upgrade({ line: 'POST /bridge HTTP/1.1' })).status).toBe(405);
  });

  test('an incomplete WebSocket handshake is refused', async () => {
    const headers = [`Host: ${front.host}`, `Origin: http://${front.host}`, `Cookie: ${cookie}`];
    const asked = (more: string[]) => ask(front.port, request('GET /bridge HTTP/1.1', [...headers, ...more]));
    expect((await asked(['Connection: Upgrade', 'Upgrade: websocket'])).status).toBe(400);
    expect((await asked(['Connection: Upgrade', 'Upgrade: h2c'])).status).toBe(400);
    expect((await asked([])).status).toBe(404);
  });

  test('compression is never agreed to', async () => {
    const line = 'GET /bridge HTTP/1.1\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits';
    const { status, headers } = await upgrade({ line });
    expect(status).toBe(101);
    expect(headers.has('sec-websocket-extensions')).toBe(false);
  });
});

test('afterwards a good page is still welcomed', async () => {
  const tab = await aTab(front, cookie);
  tab.say(hello());
  expect((await tab.next('welcome')).isNew).toBe(true);
  tab.socket.terminate();
});
