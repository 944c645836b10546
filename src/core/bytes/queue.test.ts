import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from './queue.ts';

test('whatever the pieces, the bytes come out in their order, and nothing twice', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), bytes: fc.uint8Array({ maxLength: 9 }) }),
    fc.record({ kind: fc.constantFrom('peek', 'take'), count: fc.nat({ max: 12 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const next of steps) {
        if ('bytes' in next) {
          queue.push(next.bytes);
          model = [...model, ...next.bytes];
        } else {
          const got = next.kind === 'peek' ? queue.peek(next.count) : queue.take(next.count);
          expect([...got]).toEqual(model.slice(0, next.count));
          if (next.kind === 'take') model = model.slice(next.count);
        }
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});

test('bytes that the caller changes afterwards do not change here', () => {
  const queue = new ByteQueue();
  const bytes = Uint8Array.of(1, 2, 3);
  queue.push(bytes);
  bytes.fill(9);
  expect([...queue.take(3)]).toEqual([1, 2, 3]);
});

test('200,000 single bytes are taken in a moment', () => {
  const queue = new ByteQueue();
  for (let index = 0; index < 200_000; index++) queue.push(Uint8Array.of(index & 0xff));
  const before = performance.now();
  let taken = 0;
  while (queue.length > 0) taken += queue.take(3).length;
  expect(taken).toBe(200_000);
  expect(performance.now() - before).toBeLessThan(3000); // quadratic: minutes
});
