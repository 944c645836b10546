/** `npm start` as a user meets it: a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startProduct, type Product } from '../product.ts';
import { ask, dial, request } from '../security/raw.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
const products: Product[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-start-'));
});
afterEach(async () => {
  for (const product of products.splice(0)) await product.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function started(options: readonly string[] = []): Promise<Product> {
  const product = await startProduct(folder, options);
  products.push(product);
  return product;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
function run(args: readonly string[], root = ROOT): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [join(root, 'server/start.js'), ...args], {
    cwd: folder,
    timeout: 45_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

const places = () => ['--certs', join(folder, 'certs'), '--data', join(folder, 'data')];
const FREE = ['--port', '0', '--desk-port', '0'];

/** One line that says why, and nothing else. */
function expectOneLine({ stdout, stderr }: Ended, words: RegExp): void {
  const lines = (stdout + stderr).trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(words);
}

/** A port that somebody else listens on. */
async function aTakenPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe('a start', () => {
  test('prints the link, the desk, its client, and last a ready line with the same', async () => {
    const product = await started();
    const output = product.output();
    expect(output).toContain(product.url);
    expect(output).toContain(`npx trustwalk client 127.0.0.1 ${product.deskPort} 1234567890123456\n`);
    expect(output).toContain('example from a public document');
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^ready \{"url":/);
    expect(product.certs).toBe(join(folder, 'certs'));
  });

  test('listens on the loopback address alone', async () => {
    const { url, deskPort } = await started();
    // Linux lists listening sockets (state 0A) with the local address in hex, least significant byte first.
    const listening = readFileSync('/proc/net/tcp', 'utf8') + readFileSync('/proc/net/tcp6', 'utf8');
    for (const port of [Number(new URL(url).port), deskPort]) {
      const hex = port.toString(16).toUpperCase().padStart(4, '0');
      expect(listening.match(new RegExp(`\\S+:${hex} \\S+ 0A`, 'g'))).toEqual([`0100007F:${hex} 00000000:0000 0A`]);
    }
  });

  test('a browser keeps its cookie over a restart, so an open page reconnects by itself; the old link is dead', async () => {
    const first = await started();
    const { host, port, search } = new URL(first.url);
    const entered = await ask(Number(port), request(`GET /${search} HTTP/1.1`, [`Host: ${host}`]));
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    await first.stop();
    const second = await started(['--port', port]);
    expect(second.url).not.toBe(first.url);
    const get = (path: string, headers: string[]) =>
      ask(Number(port), request(`GET ${path} HTTP/1.1`, [`Host: ${host}`, ...headers]));
    expect((await get('/', [`Cookie: ${cookie}`])).status).toBe(200);
    expect((await get(`/${search}`, [])).status).toBe(403);
  });

  test('is fast the second time', async () => {
    const first = await started();
    await first.stop();
    const at = performance.now();
    await started();
    const ms = performance.now() - at;
    console.log(`second start: ready after ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(10_000); // 1,500 ms are promised on a machine that does nothing else
  });
});

describe('what stops a start', () => {
  test.each(['--port', '--desk-port'])('a port in use (%s): its number and the option, exit 1', async (option) => {
    const { port, server } = await aTakenPort();
    const ended = await run([...places(), ...FREE, option, String(port)]);
    expectOneLine(ended, new RegExp(`port ${port} is in use.*${option}`));
    expect(ended.code).toBe(1);
    expect(readdirSync(folder)).toEqual([]); // and nothing has been made
    server.close();
  });

  test.each([
    ['an unknown option', ['--colour', 'red'], /--colour/],
    ['a port that is no number', ['--port', 'http'], /--port/],
    ['a port that is too high', ['--port', '65536'], /--port/],
    ['a passphrase of another length', ['--passphrase', 'short'], /16 bytes/],
    ['an unknown command', ['sevre'], /sevre/],
  ])('%s: what is wrong, exit 2', async (_, args, words) => {
    const ended = await run([...places(), ...FREE, ...args]);
    expect(ended.stdout + ended.stderr).toMatch(words);
    expect(ended.stdout + ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.code).toBe(2);
  });

  test('an address that is not of this machine alone: the ones that are', async () => {
    const ended = await run([...places(), ...FREE, '--host', '0.0.0.0']);
    expectOneLine(ended, /--host.*127\.0\.0\.1/);
    expect([1, 2]).toContain(ended.code);
  });

  test('certs that are no folder: its path, exit 1', async () => {
    writeFileSync(join(folder, 'certs'), '');
    const ended = await run([...places(), ...FREE]);
    expectOneLine(ended, /certs/);
    expect(ended.code).toBe(1);
  });

  test('certs that hold something else than keys: the file, exit 1', async () => {
    await (await started()).stop();
    const key = join(folder, 'certs/server.key');
    chmodSync(key, 0o600);
    writeFileSync(key, 'no key');
    const ended = await run([...places(), ...FREE]);
    expectOneLine(ended, /server\.key/);
    expect(ended.code).toBe(1);
  });

  test('certs that may not be used: the path, exit 1', async () => {
    // Root may read and write every folder but those that the kernel makes up.
    const certs = process.getuid?.() === 0 ? '/sys/certs' : join(folder, 'closed');
    if (!certs.startsWith('/sys')) mkdirSync(certs, { mode: 0 });
    const ended = await run([...places(), ...FREE, '--certs', certs]);
    expectOneLine(ended, /certs|closed/);
    expect(ended.code).toBe(1);
  });

  test('data that is no folder: its path, exit 1', async () => {
    writeFileSync(join(folder, 'data'), '');
    const ended = await run([...places(), ...FREE]);
    expectOneLine(ended, /data/);
    expect(ended.code).toBe(1);
  });
});

describe('Ctrl-C', () => {
  /** Whether a process lives, and what it has started. */
  const lives = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false; // ESRCH: no such process
    }
  };

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends everything within 2 s, with pages and clients connected, and frees the ports',
    async (signal) => {
      const product = await started();
      const { host, port, search } = new URL(product.url);
      const entered = await ask(Number(port), request(`GET /${search} HTTP/1.1`, [`Host: ${host}`]));
      const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '', origin: `http://${host}` };
      const page = new WebSocket(`ws://${host}/bridge`, { headers });
      await new Promise((resolve, reject) => page.once('open', resolve).once('error', reject));
      const silent = [await dial(Number(port)), await dial(product.deskPort)];
      for (const socket of silent) socket.on('error', () => socket.destroy());
      const children = readFileSync(`/proc/${product.pid}/task/${product.pid}/children`, 'utf8').trim();
      expect(children).toBe('');
      const at = performance.now();
      process.kill(product.pid, signal);
      await product.stop();
      expect(performance.now() - at).toBeLessThan(2_000);
      expect(lives(product.pid)).toBe(false);
      await expect(dial(Number(port))).rejects.toThrow('ECONNREFUSED');
      await expect(dial(product.deskPort)).rejects.toThrow('ECONNREFUSED');
      for (const socket of silent) socket.destroy();
    },
  );
});

test('who ends npm ends the server that `npm start` has started', async () => {
  const npm = spawn('npm', ['start', '--', ...places(), ...FREE], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  let printed = '';
  const url = await new Promise<string>((resolve) => {
    npm.stdout.on('data', (data: Buffer) => {
      printed += data.toString();
      const ready = /^ready (\{.*\})$/m.exec(printed)?.[1];
      if (ready !== undefined) resolve((JSON.parse(ready) as { url: string }).url);
    });
  });
  const ended = new Promise((resolve) => npm.stdout.once('close', resolve)); // when nobody holds its other end any more
  const at = performance.now();
  npm.kill('SIGTERM');
  await ended;
  expect(performance.now() - at).toBeLessThan(2_500);
  await expect(dial(Number(new URL(url).port))).rejects.toThrow('ECONNREFUSED');
});

test('from a fresh clone: the first start builds, then serves the site', async () => {
  const clone = join(folder, 'clone');
  for (const path of [
    'src',
    'server',
    'lessons',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'vite.config.ts',
  ])
    cpSync(join(ROOT, path), join(clone, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  const help = await run(['--help'], clone);
  expect(help.stderr).toMatch(/Building the site, about 5 s … done in/);
  expect(help.stdout).toContain('trustwalk');
  expect(help.code).toBe(0);
  expect((await run(['--help'], clone)).stderr).toBe('');
});
