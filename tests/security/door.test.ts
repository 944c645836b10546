/** Who gets an answer from the site, and what every answer carries. All over raw sockets. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aFront, OUTSIDE, PAGE, type TestFront } from './front.ts';
import { ask, dial, request } from './raw.ts';

let front: TestFront;
let cookie: string;

beforeAll(async () => {
  front = await aFront();
  cookie = await front.enter();
});
afterAll(() => front.close());

const get = (path: string, headers: readonly string[] = []) =>
  ask(front.port, request(`GET ${path} HTTP/1.1`, [`Host: ${front.host}`, ...headers]));
const getIn = (path: string, headers: readonly string[] = []) => get(path, [`Cookie: ${cookie}`, ...headers]);

describe('Host', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]'])('%s with our port is served', async (name) => {
    const { status } = await ask(
      front.port,
      request('GET / HTTP/1.1', [`Host: ${name}:${front.port}`, `Cookie: ${cookie}`]),
    );
    expect(status).toBe(200);
  });

  test.each([
    ['a name made to resolve to us', '127.0.0.1.nip.io:PORT'],
    ['our name as a prefix', 'localhost.evil.example:PORT'],
    ['our name as a suffix', 'evil-localhost:PORT'],
    ['our name as user information', '127.0.0.1:PORT@evil.example'],
    ['user information before us', 'evil.example@127.0.0.1:PORT'],
    ['no port', '127.0.0.1'],
    ['another port', '127.0.0.1:1'],
    ['port with a zero in front', '127.0.0.1:0PORT'],
    ['the unspecified address', '0.0.0.0:PORT'],
    ['decimal IP', '2130706433:PORT'],
    ['short IP', '127.1:PORT'],
    ['another loopback address', '127.0.0.2:PORT'],
    ['IPv6 spelt out', '[0:0:0:0:0:0:0:1]:PORT'],
    ['upper case', 'LOCALHOST:PORT'],
    ['final dot', 'localhost.:PORT'],
    ['a path behind it', '127.0.0.1:PORT/'],
    ['nothing', ''],
    ['two in one', '127.0.0.1:PORT, evil.example'],
  ])('%s is refused with 421', async (_, host) => {
    const line = `Host: ${host.replace('PORT', String(front.port))}`;
    const { status, body } = await ask(front.port, request('GET / HTTP/1.1', [line, `Cookie: ${cookie}`]));
    expect(status).toBe(421);
    expect(body).not.toContain('words');
  });

  test('a missing Host, a doubled one and a forwarded one are refused', async () => {
    const ours = `Host: ${front.host}`;
    for (const headers of [
      [],
      [ours, ours],
      [ours, 'Host: evil.example'],
      ['Host: evil.example', ours],
      ['Host: evil.example', `X-Forwarded-Host: ${front.host}`, `Forwarded: host=${front.host}`],
    ]) {
      const { status } = await ask(front.port, request('GET / HTTP/1.1', [...headers, `Cookie: ${cookie}`]));
      expect([400, 421], headers.join()).toContain(status);
    }
  });

  test('HTTP/1.0 without a Host gets nothing', async () => {
    expect((await ask(front.port, request('GET / HTTP/1.0', [`Cookie: ${cookie}`]))).status).toBe(421);
  });
});

describe('target', () => {
  test.each([
    ['absolute form', 'GET http://127.0.0.1/ HTTP/1.1'],
    ['absolute form of a stranger', 'GET http://evil.example/ HTTP/1.1'],
    ['asterisk form', 'GET * HTTP/1.1'],
    ['no slash', 'GET index.html HTTP/1.1'],
  ])('%s is refused', async (_, line) => {
    const { status } = await ask(front.port, request(line, [`Host: ${front.host}`, `Cookie: ${cookie}`]));
    expect(status).toBe(400);
  });

  test('CONNECT opens no tunnel', async () => {
    const line = `CONNECT 127.0.0.1:${front.port} HTTP/1.1`;
    expect((await ask(front.port, request(line, [`Host: ${front.host}`]))).status).toBe(405);
  });
});

describe('token', () => {
  test('is exchanged for a cookie that scripts and other sites cannot reach, under a clean URL', async () => {
    const { status, headers, body } = await get(`/?token=${front.token}`);
    expect(status).toBe(303);
    expect(headers.get('location')).toBe('/');
    expect(headers.get('set-cookie')).toMatch(
      new RegExp(`^tw-${front.port}=[A-Za-z0-9_.-]+; HttpOnly; SameSite=Strict; Path=/$`),
    );
    expect(headers.get('set-cookie')).not.toContain(front.token);
    expect(body).toBe('');
  });

  test('every browser gets a cookie of its own', async () => {
    expect(await front.enter()).not.toBe(await front.enter());
  });

  test('a wrong, cut, longer or empty token gets the page that tells about the link', async () => {
    for (const token of ['wrong', front.token.slice(1), `${front.token}A`, '', front.token.toLowerCase()]) {
      const { status, headers, body } = await get(`/?token=${token}`, ['Accept: text/html']);
      expect(status).toBe(403);
      expect(headers.has('set-cookie')).toBe(false);
      expect(body).toContain('Open the link that the server printed');
    }
  });

  test('the token is taken by the home page alone', async () => {
    const { status, headers } = await get(`/assets/app-1a2b.js?token=${front.token}`);
    expect(status).toBe(403);
    expect(headers.has('set-cookie')).toBe(false);
  });

  test('it is never in the page and never logged', async () => {
    expect((await getIn('/')).body).not.toContain(front.token);
    expect(front.logged.join()).not.toContain(front.token);
  });
});

describe('cookie', () => {
  const without = (value: string) => get('/', ['Accept: text/html', `Cookie: ${value}`]);

  test('without one, HTML is answered in words and everything else with 403', async () => {
    const page = await get('/', ['Accept: text/html,*/*']);
    expect(page.status).toBe(403);
    expect(page.body).toContain('Open the link that the server printed');
    const file = await get('/assets/app-1a2b.js');
    expect(file.status).toBe(403);
    expect(file.body).toBe('Open the link that the server printed.');
  });

  test('a forged, cut or foreign one does not open the door', async () => {
    const [name = '', value = ''] = cookie.split('=');
    for (const wrong of [
      `${name}=`,
      `${name}=${front.token}`,
      `${name}=${value.slice(0, -1)}`,
      `${name}=x${value}`,
      `${name}=other.${value.split('.')[1]}`,
      `${name}x=${value}`,
      `tw-1=${value}`,
      `${name.toUpperCase()}=${value}`,
    ]) {
      expect((await without(wrong)).status, wrong).toBe(403);
    }
  });

  test('one that another local service planted beside ours does not lock us out', async () => {
    const planted = `${cookie.split('=')[0]}=planted; ${cookie}`;
    expect((await get('/', [`Cookie: ${planted}`])).status).toBe(200);
  });
});

describe('methods and bodies', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is refused with 405', async (method) => {
    const { status, headers } = await ask(
      front.port,
      request(`${method} / HTTP/1.1`, [`Host: ${front.host}`, `Cookie: ${cookie}`]),
    );
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD');
    expect(headers.get('connection')).toBe('close');
  });

  test.each([
    ['a length', ['Content-Length: 5']],
    ['a length that is waited for', ['Content-Length: 5', 'Expect: 100-continue']],
    ['chunks', ['Transfer-Encoding: chunked']],
  ])('a body announced by %s is refused with 413', async (_, headers) => {
    const answer = await getIn('/', headers);
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
  });

  test('HEAD has the headers and no body', async () => {
    const { status, headers, body } = await ask(
      front.port,
      request('HEAD / HTTP/1.1', [`Host: ${front.host}`, `Cookie: ${cookie}`, 'Connection: close']),
    );
    expect(status).toBe(200);
    expect(Number(headers.get('content-length'))).toBe(PAGE.length);
    expect(body).toBe('');
  });
});

describe('headers of every answer, errors too', () => {
  const HOST = () => `Host: ${front.host}`;
  const CASES: [string, () => string][] = [
    ['200', () => request('GET / HTTP/1.1', [HOST(), `Cookie: ${cookie}`])],
    ['303', () => request(`GET /?token=${front.token} HTTP/1.1`, [HOST()])],
    ['400', () => request('GET x HTTP/1.1', [HOST()])],
    ['400 for what is not HTTP', () => 'hello, is this the mail server?\r\n\r\n'],
    ['403', () => request('GET / HTTP/1.1', [HOST()])],
    ['403 as a page', () => request('GET / HTTP/1.1', [HOST(), 'Accept: text/html'])],
    ['404', () => request('GET /nothing HTTP/1.1', [HOST(), `Cookie: ${cookie}`])],
    ['405', () => request('POST / HTTP/1.1', [HOST()])],
    ['413', () => request('GET / HTTP/1.1', [HOST(), 'Content-Length: 1'])],
    ['421', () => request('GET / HTTP/1.1', ['Host: evil.example'])],
    ['431', () => request('GET / HTTP/1.1', [HOST(), `X-Long: ${'x'.repeat(17_000)}`])],
    ['upgrade elsewhere', () => request('GET /other HTTP/1.1', [HOST(), 'Connection: Upgrade', 'Upgrade: websocket'])],
  ];

  test.each(CASES)('%s', async (_, bytes) => {
    const { status, headers, body } = await ask(front.port, bytes());
    expect(status).toBeGreaterThan(0);
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "object-src 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    for (const name of headers.keys()) expect(name).not.toMatch(/^access-control|^server$|^x-powered-by$/);
    expect(body).not.toMatch(/\bat .*\.(ts|js):\d+/);
  });

  test('only an asset with its hash in its name may be kept, and it is kept for good', async () => {
    const { headers } = await getIn('/assets/app-1a2b.js');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });
});

describe('files', () => {
  test.each(['br', 'gzip'])('come compressed as %s for whom that is readable', async (coding) => {
    const { headers } = await getIn('/', [`Accept-Encoding: deflate, ${coding}`]);
    expect(headers.get('content-encoding')).toBe(coding);
    expect(headers.get('vary')).toBe('accept-encoding');
    expect(Number(headers.get('content-length'))).toBeLessThan(PAGE.length);
  });

  test('a browser that still has the file gets 304 without a body', async () => {
    const { headers } = await getIn('/assets/app-1a2b.js');
    const again = await getIn('/assets/app-1a2b.js', [`If-None-Match: ${headers.get('etag')}`]);
    expect(again.status).toBe(304);
    expect(again.body).toBe('');
  });

  const UPS = [
    '..',
    '%2e%2e',
    '.%2e',
    '%2e.',
    '%252e%252e',
    '..;',
    '%c0%ae%c0%ae',
    '\\..',
    '..%00',
    '....',
    '%uff0e%uff0e',
  ];
  const SLASHES = ['/', '\\', '%2f', '%5c', '%252f', '//', '/./', '%c0%af', '/;/'];
  const NAMES = ['outside.js', 'data/browser.key', 'etc/passwd'];
  const STARTS = ['/', '/assets/', '//', '/./', '/assets/app-1a2b.js/'];

  test('no spelling of a path leaves the site', async () => {
    const paths = STARTS.flatMap((start) =>
      UPS.flatMap((up) => SLASHES.flatMap((slash) => NAMES.map((name) => start + (up + slash).repeat(2) + name))),
    );
    const more = ['/index.html.br', '/assets/app-1a2b.js.gz', '/__proto__', '/constructor', '/assets', '/assets/'];
    const answers: [string, number, string][] = [];
    for (const path of [...paths, ...more]) {
      const { status, body } = await getIn(path, ['Connection: close']);
      answers.push([path, status, body]);
    }
    expect(answers.length).toBeGreaterThan(1000);
    expect(answers.filter(([, status]) => status !== 404)).toEqual([]);
    expect(answers.filter(([, , body]) => body.includes(OUTSIDE) || body.includes('root:'))).toEqual([]);
  });
});

describe('afterwards', () => {
  test('connections that were cut in the middle of a request leave nothing behind: a good page is still served', async () => {
    for (let i = 0; i < 50; i++) {
      const socket = await dial(front.port);
      socket.write(
        `GET / HTTP/1.1\r\nHost: ${front.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${i % 2 === 0 ? '' : '\r\n'}`,
      );
      socket.resetAndDestroy();
    }
    const { status, body } = await getIn('/');
    expect(status).toBe(200);
    expect(body).toBe(PAGE);
  });
});
