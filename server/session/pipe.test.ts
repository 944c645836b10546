import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openPipe, type PipeEnd } from './pipe.ts';

const BIG = Buffer.alloc(1024 * 1024, 7);

/** What an end hears, in short words, until it is closed. */
function heardAt(end: PipeEnd): string[] {
  const heard: string[] = [];
  end.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1')));
  end.on('end', () => heard.push('end'));
  end.on('error', (error: NodeJS.ErrnoException) => heard.push(error.code ?? 'error'));
  end.on('close', () => heard.push('close'));
  return heard;
}

test('what is written at one end comes out of the other, both ways, and each end by itself', async () => {
  const { near, far } = openPipe();
  const heard = { near: heardAt(near), far: heardAt(far) };
  near.write('one');
  near.cork();
  near.write('two, ');
  near.write('three');
  near.uncork();
  near.end();
  await once(far, 'end');
  far.end('still here');
  await Promise.all([once(near, 'close'), once(far, 'close')]);
  expect(heard).toEqual({ near: ['still here', 'end', 'close'], far: ['one', 'two, three', 'end', 'close'] });
});

test('who does not read stops the sender', async () => {
  const { near, far } = openPipe();
  let written = 0;
  while (near.write(BIG) && written < 100) written += 1;
  expect(written).toBeLessThan(100);
  const drained = once(near, 'drain');
  far.resume();
  await drained;
});

test('an end that closes says so in good order when it has read everything', async () => {
  const { near, far } = openPipe();
  const heard = heardAt(near);
  near.write('read');
  await once(far, 'data');
  far.destroy();
  await expect.poll(() => heard).toEqual(['end']);
  near.end();
  await expect.poll(() => heard).toEqual(['end', 'close']);
});

test.each([
  ['with bytes that it has not read', ({ near, far }: Ends) => void (near.write('unread'), far.destroy())],
  ['while a write still waits', ({ near, far }: Ends) => void (near.write(BIG), near.write(BIG), far.destroy())],
  ['on purpose', ({ far }: Ends) => void far.resetAndDestroy()],
  ['because of an error', ({ far }: Ends) => void far.on('error', () => undefined).destroy(new Error('broken'))],
])('an end that closes %s resets the other', async (_, close) => {
  const ends = openPipe();
  const heard = heardAt(ends.near);
  close(ends);
  await expect.poll(() => heard).toEqual(['ECONNRESET', 'close']);
});

type Ends = ReturnType<typeof openPipe>;

test('a write that waits for an end that then closes has failed', async () => {
  const { near, far } = openPipe();
  heardAt(near);
  const written = new Promise((resolve) => near.write(BIG, resolve));
  far.destroy();
  expect(await written).toMatchObject({ code: 'ECONNRESET' });
});

test('bytes for an end that has gone are answered with a reset', async () => {
  const { near, far } = openPipe();
  const heard = heardAt(near);
  far.destroy();
  await expect.poll(() => heard).toEqual(['end']);
  near.write('anybody?');
  await expect.poll(() => heard).toEqual(['end', 'ECONNRESET', 'close']);
});

test('closing twice, and after the other, is harmless', async () => {
  const { near, far } = openPipe();
  const heard = heardAt(near);
  near.destroy();
  far.resetAndDestroy();
  near.destroy();
  await expect.poll(() => heard).toEqual(['close']);
});
