/** `npm run dev`: the same door as `npm start`, around Vite's own server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type Logger, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { devServer } from '../../server/dev.ts';
import { ask, request } from '../security/raw.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Starts what the dev server starts, and says in each answer what stands in a file that it imports. */
const ENTRY = `
import { startBehindVite as start } from ${JSON.stringify(join(ROOT, 'server/behind-vite.ts'))};
import { word } from './word.ts';
export async function startBehindVite(...given) {
  const behind = await start(...given);
  return { ...behind, answered: (request, response) => {
    response.setHeader('x-word', word);
    return behind.answered(request, response);
  } };
}`;

let folder: string;
let vite: ViteDevServer;
let url: URL;
let cookie: string;
const logged: string[] = [];
let onLog = () => {};

/** Edits a server file; an edit of one in the checkout would make the build look old. */
const say = (word: string) => writeFileSync(join(folder, 'word.ts'), `export const word = '${word}';`);

/** What the dev server prints, since it is a part of this process here. */
function printed(): Promise<string> {
  return new Promise((resolve) => {
    const log = console.log;
    console.log = (text: unknown) => {
      if (!String(text).includes('\nready ')) return log(text);
      console.log = log;
      resolve(String(text));
    };
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-dev-'));
  const write = (text: string) => {
    logged.push(text);
    onLog();
  };
  const customLogger: Logger = {
    ...{ info: write, warn: write, warnOnce: write, error: write, clearScreen: () => {}, hasWarned: false },
    hasErrorLogged: () => false,
  };
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, ENTRY);
  say('first');
  const banner = printed();
  vite = await createServer({
    ...{ configFile: false, customLogger, root: join(ROOT, 'src/site'), cacheDir: join(folder, 'vite') },
    resolve: { alias: { $core: join(ROOT, 'src/core'), $site: join(ROOT, 'src/site') } },
    server: { host: '127.0.0.1', port: 0, cors: false, fs: { allow: [ROOT] } },
    plugins: [devServer(entry, { deskPort: 0, certs: join(folder, 'certs'), data: join(folder, 'data') })],
  });
  await vite.listen();
  const ready = /^ready (.*)$/m.exec(await banner)?.[1] ?? '{}';
  url = new URL((JSON.parse(ready) as { url: string }).url);
  const entered = await ask(Number(url.port), request(`GET /${url.search} HTTP/1.1`, [`Host: ${url.host}`]));
  cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(async () => {
  await vite.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: string[]) =>
  ask(Number(url.port), request(`GET ${path} HTTP/1.1`, [...headers, 'Connection: close']));

describe('the door', () => {
  test('the link lets a browser in, to the page with hot reload', async () => {
    const page = await get('/', [`Host: ${url.host}`, `Cookie: ${cookie}`, 'Accept: text/html']);
    expect(page.status).toBe(200);
    expect(page.body).toContain('/@vite/client');
  });

  test('without the cookie, or under a foreign name, there is no page and no source', async () => {
    for (const path of ['/', '/main.ts', '/@vite/client', '/@fs/etc/passwd']) {
      expect((await get(path, [`Host: ${url.host}`])).status).toBe(403);
      expect((await get(path, [`Host: evil.example:${url.port}`, `Cookie: ${cookie}`])).status).toBe(403); // from Vite
    }
  });

  test('the bridge asks for the Origin, too', async () => {
    const upgrade = (origin: string) =>
      ask(
        Number(url.port),
        request('GET /bridge HTTP/1.1', [
          ...[`Host: ${url.host}`, `Origin: ${origin}`, `Cookie: ${cookie}`, 'Upgrade: websocket'],
          ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Connection: Upgrade'],
        ]),
      );
    expect((await upgrade('http://evil.example')).status).toBe(403);
    expect((await upgrade(`http://${url.host}`)).status).toBe(101);
  });

  test("Vite's own socket still works", async () => {
    const socket = new WebSocket(`ws://${url.host}/`, 'vite-ping', { origin: `http://${url.host}` });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.terminate();
  });
});

test('an edit of a server file restarts the server; the page that is open gets in again with its cookie', async () => {
  const restarted = new Promise<void>((resolve) => {
    onLog = () => logged.includes('server restarted') && resolve();
  });
  const socket = new WebSocket(`ws://${url.host}/bridge`, {
    headers: { cookie, origin: `http://${url.host}` },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const word = async () => (await get('/', [`Host: ${url.host}`, `Cookie: ${cookie}`])).headers.get('x-word');
  expect(await word()).toBe('first');
  say('second');
  expect(await closed).toBe(1001);
  await restarted;
  expect(await word()).toBe('second');
  const again = new WebSocket(`ws://${url.host}/bridge`, { headers: { cookie, origin: `http://${url.host}` } });
  await new Promise((resolve, reject) => again.once('open', resolve).once('error', reject));
  again.terminate();
});
