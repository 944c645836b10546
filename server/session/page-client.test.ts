import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { PageClient } from './page-client.ts';

const MOST = 100_000;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A client whose other end reads nothing until it is told to. */
async function aPair(): Promise<{ client: PageClient; socket: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const arrival = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  const [far] = await arrival;
  far.on('error', () => far.destroy());
  closers.push(() => {
    socket.destroy();
    far.destroy();
    server.close();
  });
  return { client: new PageClient(socket, MOST), socket, far };
}

test('what a page sends arrives, then the FIN behind it; what comes back keeps nothing waiting', async () => {
  const { client, far } = await aPair();
  client.write(Uint8Array.of(22, 3, 1));
  client.hangUp();
  client.write(Uint8Array.of(99)); // after the end: goes nowhere, and harms nobody
  const parts: Buffer[] = [];
  far.on('data', (bytes: Buffer) => parts.push(bytes)).resume();
  await once(far, 'end');
  expect([...Buffer.concat(parts)]).toEqual([22, 3, 1]);
  const drained = new Promise<void>((resolve) => far.end(Buffer.alloc(5_000_000), resolve));
  await drained;
});

test('a page that sends far more than is taken is cut off', async () => {
  const { client, socket } = await aPair();
  client.write(new Uint8Array(MOST / 2));
  expect(socket.destroyed).toBe(false);
  for (let count = 0; count < 200 && !socket.destroyed; count++) client.write(new Uint8Array(MOST));
  expect(socket.destroyed).toBe(true);
});
