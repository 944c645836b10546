import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { listenForClients } from './listener.ts';
import { joinRun, type TapObserver, type TapRun } from './tap-run.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const record = (type: number, ...body: number[]) => Buffer.from([type, 3, 3, 0, body.length, ...body]);

/** A tap in front of a plain TCP server; `said` is what the observer was told, in short words. */
async function aTap({ deadlineMs = 60_000 } = {}) {
  const said: string[] = [];
  const accepted: Socket[] = [];
  const arrivals: ((socket: Socket) => void)[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    accepted.push(socket);
    arrivals.shift()?.(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let run: TapRun | undefined;
  let over = () => {};
  const isOver = new Promise<void>((resolve) => (over = resolve));
  const onRun = (opened: TapRun): TapObserver => {
    run = opened;
    return {
      held: ({ index, from }) => void said.push(`${index} ${from} held`),
      record: ({ index, from, sent, delivered }) =>
        void said.push(`${index} ${from} ${sent.toString()}${delivered ? `>${[...delivered].toString()}` : ''}`),
      closed: (from, how) => void said.push(`${from} ${how}`),
      notTls: (from) => void said.push(`${from} is not TLS`),
      over: () => {
        said.push('over');
        over();
      },
    };
  };
  const tap = await listenForClients({
    ...{ host: '127.0.0.1', port: 0, maxClients: 10 },
    onClient: (accepted) => {
      accepted.on('error', () => accepted.destroy());
      const { port } = server.address() as AddressInfo;
      const near = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
      near.on('error', () => near.destroy());
      near.once('connect', () => joinRun({ client: accepted, server: near }, deadlineMs, onRun));
    },
  });
  const client = connect({ port: tap.port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => client.destroy());
  const target = accepted[0] ?? (await new Promise<Socket>((resolve) => arrivals.push(resolve)));
  closers.push(async () => {
    client.destroy();
    run?.end();
    for (const socket of accepted) socket.destroy();
    await tap.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return { tap, client, target, said, isOver, run: () => run };
}

/** Reads until `count` bytes have come. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  let got = Buffer.alloc(0);
  while (got.length < count) got = Buffer.concat([got, ((await once(socket, 'data')) as [Buffer])[0]]);
  return got;
}

test('records pass both ways unchanged and are shown in order', async () => {
  const { client, target, said } = await aTap();
  client.write(Buffer.concat([record(22, 1), record(22, 2)]));
  expect(await read(target, 12)).toEqual(Buffer.concat([record(22, 1), record(22, 2)]));
  target.write(record(21, 3));
  expect(await read(client, 6)).toEqual(record(21, 3));
  expect(said).toEqual(['0 client 22,3,3,0,1,1', '1 client 22,3,3,0,1,2', '2 server 21,3,3,0,1,3']);
});

test('a client that connects and ends at once is heard: its FIN and what was before it', async () => {
  const { tap, said } = await aTap();
  const hasty = connect({ port: tap.port, host: '127.0.0.1', allowHalfOpen: true });
  hasty.end(record(22, 1));
  await expect.poll(() => said).toEqual(['0 client 22,3,3,0,1,1', 'client FIN']);
  hasty.destroy();
  const mute = connect({ port: tap.port, host: '127.0.0.1', allowHalfOpen: true });
  mute.end();
  await expect.poll(() => said.slice(2)).toContain('client FIN');
  mute.destroy();
});

test('the target sees the run under the port that the observer was told', async () => {
  const { client, target, run } = await aTap();
  client.write(record(22, 1));
  await read(target, 6);
  expect([run()?.localPort, run()?.peerPort]).toEqual([target.remotePort, client.localPort]);
});

test('one side may end while the other goes on, and each end is told', async () => {
  const { client, target, said, isOver } = await aTap();
  target.resume();
  client.end(record(22, 1));
  await once(target, 'end');
  target.end(record(21, 2));
  expect(await read(client, 6)).toEqual(record(21, 2));
  await isOver;
  expect(said.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    '0 client',
    'client FIN',
    '1 server',
    'server FIN',
    'over',
  ]);
});

test('a FIN waits behind held records', async () => {
  const { client, target, said, run } = await aTap();
  client.write(record(22, 1));
  await read(target, 6);
  run()?.setMode('hold');
  let hasEnded = false;
  target.on('end', () => (hasEnded = true));
  client.end(record(22, 2));
  target.end(record(22, 3));
  await once(target, 'finish');
  client.on('end', () => (hasEnded = true));
  expect([said.length, hasEnded]).toEqual([1, false]);
  const passed = Promise.all([read(target, 6), once(target, 'end'), read(client, 6), once(client, 'end')]);
  // Both ends have reached the tap when its side of the loopback has acknowledged them; release in a later turn.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  run()?.setMode('run');
  const [held] = await passed;
  expect(held).toEqual(record(22, 2));
});

test('a reset is passed on as a reset, after the records before it', async () => {
  const { client, target, said, isOver } = await aTap();
  client.write(record(22, 1));
  await read(target, 6);
  const failed = once(target, 'error');
  client.resetAndDestroy();
  expect(((await failed) as [NodeJS.ErrnoException])[0].code).toBe('ECONNRESET');
  await isOver;
  expect(said).toEqual(['0 client 22,3,3,0,1,1', 'client RST', 'server cut', 'over']);
});

test('records are let through one by one, changed, dropped, in another order, and with others between them', async () => {
  const { client, target, said, run } = await aTap();
  await expect.poll(run).toBeDefined();
  run()?.setMode('hold');
  client.write(Buffer.concat([1, 2, 3, 4].map((byte) => record(22, byte))));
  await expect.poll(() => said.length).toBe(4);
  expect([run()?.pass(2, null), run()?.pass(0, record(22, 9)), run()?.pass(1, Buffer.alloc(0))]).toEqual([
    true,
    true,
    true,
  ]);
  expect(run()?.inject('client', record(21, 40))).toBe(true);
  expect(run()?.pass(1, null)).toBe(false);
  run()?.setMode('run');
  const arrived = [record(22, 3), record(22, 9), record(21, 40), record(22, 4)];
  expect(await read(target, 24)).toEqual(Buffer.concat(arrived));
  expect(said.slice(4)).toEqual([
    '2 client 22,3,3,0,1,3',
    '0 client 22,3,3,0,1,1>22,3,3,0,1,9',
    '1 client 22,3,3,0,1,2>',
    '4 client >21,3,3,0,1,40',
    '3 client 22,3,3,0,1,4',
  ]);
});

test.each(['FIN', 'RST'] as const)('the tap cuts a run with %s: what waits is lost, both ends hear it', async (how) => {
  const { client, target, said, isOver, run } = await aTap();
  await expect.poll(run).toBeDefined();
  run()?.setMode('hold');
  client.write(record(22, 1));
  await expect.poll(() => said).toEqual(['0 client held']);
  const heard = Promise.all(
    [client, target].map(async (socket) => {
      socket.resume();
      await Promise.race([once(socket, 'end'), once(socket, 'error')]).catch(() => undefined);
    }),
  );
  run()?.cut(how);
  await heard;
  await isOver;
  run()?.setMode('run');
  expect(said).toEqual(['0 client held', 'client cut', 'server cut', 'over']);
});

test('whoever goes on talking to a side that is gone after its FIN is reset, not left alone', async () => {
  const { client, target, said, isOver } = await aTap();
  client.write(record(22, 1));
  await read(target, 6);
  target.end();
  await once(client.resume(), 'end');
  target.destroy(); // both directions are closed now, but only the FIN of one was to be seen
  const failed = once(client, 'error');
  // The first write brings the tap a reset, which Node shows with the next one only.
  while (!client.destroyed) {
    client.write(record(22, 2));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(((await failed) as [NodeJS.ErrnoException])[0].code).toMatch(/ECONNRESET|EPIPE/);
  await isOver;
  expect(said.filter((line) => !line.includes('22,3,3,0,1,2'))).toEqual([
    '0 client 22,3,3,0,1,1',
    'server FIN',
    'client cut',
    'over',
  ]);
});

test('bytes that are no TLS pass as they are, and it is said', async () => {
  const { client, target, said } = await aTap();
  client.write('GET / HTTP/1.1\r\n\r\n');
  expect((await read(target, 18)).toString()).toBe('GET / HTTP/1.1\r\n\r\n');
  expect(said[0]).toBe('client is not TLS');
});

test('a cut record is passed on when its sender ends', async () => {
  const { client, target } = await aTap();
  client.end(record(22, 1, 2, 3).subarray(0, 6));
  expect(await read(target, 6)).toEqual(record(22, 1, 2, 3).subarray(0, 6));
});

test('the deadline ends a silent run and says that the tap did it', async () => {
  const { client, said, isOver } = await aTap({ deadlineMs: 30 });
  client.resume();
  await isOver;
  expect(said).toEqual(['client deadline', 'server deadline', 'over']);
});

test('a receiver that does not read stops the sender instead of filling memory', async () => {
  const { client, target, said } = await aTap();
  target.pause();
  const body = Buffer.alloc(2 ** 14, 7);
  const big = Buffer.concat([Buffer.from([23, 3, 3, 0x40, 0]), body]);
  let written = 0;
  while (client.writableLength < 4 * 1024 * 1024 && written < 64 * 1024 * 1024) {
    client.write(big);
    written += big.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(client.writableLength).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  const passed = said.length;
  target.resume();
  await once(client, 'drain');
  expect(said.length).toBeGreaterThan(passed);
});

test('a port that is taken is an error of the caller', async () => {
  const { tap } = await aTap();
  const again = listenForClients({ host: '127.0.0.1', port: tap.port, maxClients: 1, onClient: () => undefined });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
