/** The desk of a real process among peers that mean no good, under load, on a full disk, and told to stop. */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Product } from '../product.ts';
import { hasProgram } from '../programs.ts';
import type { ForeignClient } from './foreign-client.ts';
import { Place, dialDesk, greetedAt } from './started.ts';

const LONG = process.env['TRUSTWALK_LONG'] !== undefined;
const GENERATOR = fileURLToPath(new URL('load/generator.js', import.meta.url));
const PASSWORD = 'correct horse battery';
const ORDER = { type: 'order', item: 'tea', quantity: 1 };
const run = promisify(execFile);

const places: Place[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const place of places.splice(0)) await place.close();
});

async function aProduct(): Promise<{ place: Place; product: Product }> {
  const place = new Place();
  places.push(place);
  return { place, product: await place.start() };
}

async function alice(place: Place, product: Product, type = 'create-account'): Promise<ForeignClient> {
  const client = await greetedAt(place, product.deskPort);
  expect(await client.ask({ type, user: 'alice', password: PASSWORD })).toMatchObject({ type: 'ok' });
  return client;
}

/** Resident memory in MiB, as Linux counts it; null elsewhere. */
function memoryOf(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1];
  return (Number(pages) * 4096) / 2 ** 20;
}

describe('beside a thousand peers that mean no good', () => {
  test('a good client is served within two seconds, and memory stays bounded', async () => {
    const { place, product } = await aProduct();
    const good = await alice(place, product);
    const before = memoryOf(product.pid);
    const stranger = (...says: (string | Uint8Array)[]) => {
      const socket = connect(product.deskPort, '127.0.0.1').on('error', () => socket.destroy());
      sockets.push(socket.resume());
      for (const bytes of says) socket.write(bytes);
      return new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    };
    const hello = Uint8Array.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]); // the start of a ClientHello of 512 bytes
    const garbage = Buffer.alloc(4096, 'GET / HTTP/1.1\r\n');
    await Promise.all([
      ...Array.from({ length: 400 }, () => stranger()),
      ...Array.from({ length: 400 }, () => stranger(hello)),
      ...Array.from({ length: 200 }, () => stranger(garbage)),
    ]);
    // Lines without end, sent by somebody whose certificate is good.
    const flood = Array.from({ length: 3 }, async () => {
      const socket = dialDesk(place, product.deskPort).on('error', () => socket.destroy());
      sockets.push(socket.resume() as unknown as Socket);
      await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
      const piece = Buffer.alloc(2 ** 20, 'x');
      for (let sent = 0; sent < 100 && !socket.destroyed; sent++)
        if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    });
    const times: number[] = [];
    for (let tries = 0; tries < 3; tries++) {
      const startedAt = performance.now();
      const newcomer = await greetedAt(place, product.deskPort);
      expect(await newcomer.ask({ type: 'whoami' })).toMatchObject({ type: 'ok' });
      expect(await good.ask(ORDER)).toMatchObject({ type: 'ok' });
      times.push(performance.now() - startedAt);
      newcomer.close();
    }
    await Promise.allSettled(flood);
    expect(Math.min(...times)).toBeLessThan(2_000);
    if (before !== null) expect((memoryOf(product.pid) ?? 0) - before).toBeLessThan(150);
    expect(product.output()).not.toMatch(/^\s+at /m);
  });
});

describe('under load', () => {
  test('every request of 200 clients is answered, and no order lost or doubled', async () => {
    const { place, product } = await aProduct();
    const size = LONG ? ['--signed-in', '200', '--rate', '20', '--seconds', '60'] : ['--signed-in', '4', '--rate', '5'];
    const args = ['--port', String(product.deskPort), '--certs', join(place.folder, 'certs'), '--clients', '200'];
    const { stdout } = await run(process.execPath, [GENERATOR, ...args, '--seconds', '2', ...size]);
    const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number | { p99: number }>;
    console.log(`load: ${JSON.stringify(told)}`);
    expect(told).toMatchObject({ refused: 0, lost: 0, doubled: 0, answered: told['asked'] });
    expect(told['orders']).toBeGreaterThan(0);
    if (LONG) expect((told['order'] as { p99: number }).p99).toBeLessThan(250);
  }, 240_000);
});

describe.skipIf(!hasProgram('prlimit'))('on a full disk', () => {
  test('an order is refused in words and not half kept; when there is room again it goes on', async () => {
    const { place, product } = await aProduct();
    const client = await alice(place, product);
    const first = await client.ask({ ...ORDER, key: 'first' });
    expect(first).toMatchObject({ type: 'ok' });
    const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(product.pid), `--fsize=${bytes}`]);
    // No file may grow any more: to SQLite that is a disk without room.
    limit(`${statSync(join(place.folder, 'data/desk.db-wal')).size}:unlimited`);
    const refused: string[] = [];
    for (let i = 0; i < 5; i++) {
      const answer = await client.ask({ ...ORDER, key: `full ${i}` });
      if (answer?.['type'] === 'error') refused.push(String(answer['code']), String(answer['message']));
    }
    expect(refused[0]).toBe('internal');
    expect(refused[1]).toMatch(/nothing was stored/);
    expect(await client.ask({ type: 'orders' })).toMatchObject({ type: 'ok' });
    limit('unlimited:unlimited');
    const later = await client.ask({ ...ORDER, key: 'later' });
    expect(later).toMatchObject({ type: 'ok' });
    await product.kill();
    const again = await alice(place, await place.start(), 'sign-in');
    const kept = (await again.ask({ type: 'orders' }))?.['orders'] as { id: number }[];
    const ids = kept.map(({ id }) => id);
    for (const answer of [first, later]) expect(ids).toContain((answer?.['order'] as { id: number }).id);
    expect(ids).toHaveLength(7 - refused.length / 2);
  });
});

describe('told to stop', () => {
  test('it answers what it has taken, says goodbye, and keeps all that it acknowledged', async () => {
    const { place, product } = await aProduct();
    const client = await alice(place, product);
    const acknowledged: number[] = [];
    for (let i = 0; i < 30; i++) client.send(client.sealed({ ...ORDER, id: i }));
    setTimeout(() => process.kill(product.pid, 'SIGTERM'), 5);
    let last: Readonly<Record<string, unknown>> | null = null;
    for (;;) {
      const answer = await client.answer();
      if (answer === null) break;
      last = answer;
      if (answer['type'] === 'ok') acknowledged.push((answer['order'] as { id: number }).id);
    }
    expect(last).toMatchObject({ type: 'error', message: expect.stringContaining('closing') as string });
    await product.stop();
    const again = await alice(place, await place.start(), 'sign-in');
    const kept = ((await again.ask({ type: 'orders' }))?.['orders'] as { id: number }[]).map(({ id }) => id);
    expect(kept).toEqual(acknowledged);
  });
});
