import { once } from 'node:events';
import { expect, test } from 'vitest';
import { PageClient } from './page-client.ts';

const MOST = 100_000;

test('what a page sends comes out, then its end behind it; after that it sends no more', async () => {
  const client = new PageClient(MOST);
  client.send(Uint8Array.of(22, 3, 1));
  client.hangUp();
  client.hangUp();
  client.send(Uint8Array.of(99));
  const parts: Buffer[] = [];
  client.on('data', (bytes: Buffer) => parts.push(bytes));
  await once(client, 'end');
  expect([...Buffer.concat(parts)]).toEqual([22, 3, 1]);
});

test('what the server sends keeps nobody waiting, and the page may go on after the server has ended', async () => {
  const client = new PageClient(MOST);
  for (let count = 0; count < 50; count++) client.write(Buffer.alloc(100_000));
  await new Promise<void>((resolve) => client.end(() => resolve()));
  const heard = once(client, 'data');
  client.send(Uint8Array.of(1));
  expect([...((await heard) as [Buffer])[0]]).toEqual([1]);
  client.hangUp();
  await once(client, 'close');
});

test('a page that sends far more than is taken is cut off', async () => {
  const client = new PageClient(MOST);
  const failed = once(client, 'error');
  client.send(new Uint8Array(MOST / 2));
  expect(client.destroyed).toBe(false);
  client.send(new Uint8Array(MOST));
  expect(client.destroyed).toBe(true);
  expect(((await failed) as [Error])[0].message).toContain('more than is taken');
});
