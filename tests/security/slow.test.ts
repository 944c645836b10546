/** Clients that take their time: each is cut by the clock of the HTTP server, and nobody waits for them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HTTP_LIMITS } from '../../server/http/limits.ts';
import { aFront, PAGE, type TestFront } from './front.ts';
import { ask, dial, request } from './raw.ts';

let front: TestFront;

beforeAll(async () => {
  front = await aFront();
});
afterAll(() => front.close());

/** How long a connection lives that sends this and then nothing, and what it is told. */
async function lived(bytes: string): Promise<{ ms: number; answer: string }> {
  const socket = await dial(front.port);
  const at = performance.now();
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  socket.on('error', () => socket.destroy());
  if (bytes !== '') socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return { ms: performance.now() - at, answer };
}

test('silence, half a request line and half a header end by the clock; a page is served meanwhile', async () => {
  const slow = Promise.all([lived(''), lived('GET /'), lived(`GET / HTTP/1.1\r\nHost: ${front.host}\r\nCookie: `)]);
  const cookie = await front.enter();
  const at = performance.now();
  const { body } = await ask(front.port, request('GET / HTTP/1.1', [`Host: ${front.host}`, `Cookie: ${cookie}`]));
  expect(body).toBe(PAGE);
  expect(performance.now() - at).toBeLessThan(2_500);
  for (const { ms, answer } of await slow) {
    expect(ms).toBeLessThan(HTTP_LIMITS.headersMs + 5 * HTTP_LIMITS.checkMs);
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  }
});
