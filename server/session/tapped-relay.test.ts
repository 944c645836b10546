import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { Relay } from '../relay/relay.ts';
import { createLoopback } from './loopback.ts';
import { tappedRelay, type TappedRunListener } from './tapped-relay.ts';

/** A relay that repeats what it hears; `said` is what the listener was told. */
function anEcho() {
  const said: string[] = [];
  const loopback = createLoopback();
  const relay: Relay = {
    accept: (socket, { report }) => {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => report({ kind: 'ended', code: null, text: 'gone' }));
      socket.pipe(socket);
    },
    load: () => ({ kind: 'loaded', certificate: null, trust: [] }),
    disconnect: () => undefined,
    close: () => Promise.resolve(),
  };
  const listener: TappedRunListener = {
    held: () => undefined,
    record: ({ from }) => void said.push(`record of the ${from}`),
    closed: (from, how) => void said.push(`${from} ${how}`),
    notTls: () => undefined,
    report: ({ kind }) => void said.push(`relay ${kind}`),
    plaintext: () => undefined,
    over: () => void said.push('over'),
  };
  return { said, loopback, listener, tapped: tappedRelay({ relay, link: () => loopback.pair(), deadlineMs: 60_000 }) };
}

const RECORD = Buffer.from([22, 3, 3, 0, 1, 1]);

async function repeated(near: Socket): Promise<Buffer> {
  near.write(RECORD);
  return ((await once(near, 'data')) as [Buffer])[0];
}

test('a client is brought to the relay; it is over when both the tap and the relay are', async () => {
  const { said, loopback, listener, tapped } = anEcho();
  const { near, far } = await loopback.pair();
  await tapped.join(far, () => listener);
  expect(await repeated(near)).toEqual(RECORD);
  near.end();
  await expect.poll(() => said).toContain('over');
  expect(said.slice(0, 2)).toEqual(['record of the client', 'record of the server']);
  expect(said.slice(2)).toEqual(expect.arrayContaining(['client FIN', 'server FIN', 'relay ended']));
  expect(said.at(-1)).toBe('over');
  await Promise.all([tapped.close(), loopback.close()]);
});

test('closing ends every connection, and closing again is harmless', async () => {
  const { said, loopback, listener, tapped } = anEcho();
  const { near, far } = await loopback.pair();
  await tapped.join(far, () => listener);
  await repeated(near);
  near.on('error', () => near.destroy()).on('end', () => near.end());
  const gone = once(near, 'close');
  await Promise.all([tapped.close(), tapped.close()]);
  await gone;
  await expect.poll(() => said).toContain('over');
  expect(said.slice(2)).toEqual(expect.arrayContaining(['client cut', 'server cut', 'relay ended']));
  await loopback.close();
});

test('a client that comes while the relay is being closed is closed, and nothing is told of it', async () => {
  const { said, loopback, listener, tapped } = anEcho();
  const { near, far } = await loopback.pair();
  near.on('error', () => near.destroy());
  const gone = new Promise((resolve) => near.resume().once('close', resolve));
  const joined = tapped.join(far, () => listener);
  await tapped.close();
  await joined;
  near.end();
  await gone;
  expect(said).toEqual([]);
  await loopback.close();
});

test('a client is closed when there can be no connection to the relay', async () => {
  const { loopback, listener, tapped } = anEcho();
  const { near, far } = await loopback.pair();
  near.on('error', () => near.destroy());
  const gone = new Promise((resolve) => near.resume().once('close', resolve));
  const closing = loopback.close(); // takes no more, although one pair is open
  await expect(tapped.join(far, () => listener)).rejects.toThrow();
  await gone;
  near.destroy();
  await closing;
});
