import { once } from 'node:events';
import { connect, Server } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createLoopback, type Pair } from './loopback.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const aLoopback = () => {
  const loopback = createLoopback();
  const pair: typeof loopback.pair = async () => {
    const made = await loopback.pair();
    closers.push(() => [made.near.destroy(), made.far.destroy()]);
    return made;
  };
  closers.push(() => loopback.close());
  return { pair, close: () => loopback.close() };
};

const sent = async ({ near, far }: Pair, text: string) => {
  near.write(text);
  const [bytes] = (await once(far.resume(), 'data')) as [Buffer];
  return bytes.toString();
};

test('each pair is connected to itself, however many are made at one time', async () => {
  const { pair } = aLoopback();
  const pairs = await Promise.all(Array.from({ length: 30 }, () => pair()));
  const said = await Promise.all(pairs.map((one, index) => sent(one, `words ${index}`)));
  expect(said).toEqual(pairs.map((_, index) => `words ${index}`));
  expect(pairs.map(({ far }) => far.remotePort)).toEqual(pairs.map(({ near }) => near.localPort));
});

test('a reset of one end is a reset at the other', async () => {
  const { near, far } = await aLoopback().pair();
  const failed = once(near, 'error');
  near.resume();
  far.resetAndDestroy();
  expect(((await failed) as [NodeJS.ErrnoException])[0].code).toBe('ECONNRESET');
});

test('nothing of the far end is lost before somebody reads it, not even its end', async () => {
  const { near, far } = await aLoopback().pair();
  near.end('all');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const heard: string[] = [];
  far.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
  await once(far.resume(), 'end');
  expect(heard).toEqual(['all']);
});

test('a listener that could not be opened is tried again with the next pair', async () => {
  const { pair } = aLoopback();
  const listen = vi.spyOn(Server.prototype, 'listen').mockImplementationOnce(function (this: Server) {
    this.emit('error', new Error('EMFILE'));
    return this;
  });
  closers.push(() => listen.mockRestore());
  await expect(pair()).rejects.toThrow('EMFILE');
  expect(await sent(await pair(), 'words')).toBe('words');
});

test('another program that dials the port is shown out, and disturbs no pair', async () => {
  const { pair } = aLoopback();
  const first = await pair();
  const { localPort, remotePort: port = 0 } = first.near;
  // From another loopback address, which Linux always has, even the port of a pair can be had.
  const likeness = process.platform === 'linux' && localPort ? [{ localAddress: '127.0.0.2', localPort }] : [];
  const strangers = [{}, ...likeness].map((from) => connect({ host: '127.0.0.1', port, ...from }));
  for (const stranger of strangers) closers.push(() => stranger.on('error', () => undefined).destroy());
  const gone = Promise.all(strangers.map((stranger) => once(stranger.resume(), 'close')));
  const second = await pair();
  await gone;
  expect([await sent(first, 'a'), await sent(second, 'b')]).toEqual(['a', 'b']);
});

test('after its end there are no more pairs', async () => {
  const { pair, close } = aLoopback();
  const first = await pair();
  for (const socket of [first.near, first.far]) socket.destroy();
  await close();
  await expect(pair()).rejects.toThrow();
});
