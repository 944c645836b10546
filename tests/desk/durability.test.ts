/** Acknowledged means durable: the process dies between orders, and none is lost or doubled. */
import { afterEach, expect, test } from 'vitest';
import { type Message } from './foreign-client.ts';
import { Place, greetedAt } from './started.ts';

const ROUNDS = 5;
const PASSWORD = 'correct horse battery';
const places: Place[] = [];

afterEach(async () => {
  for (const place of places.splice(0)) await place.close();
});

interface Told {
  readonly id: number;
  readonly item: string;
}

/** Runs into the end of the connection: the order that was on its way may or may not have been written. */
const isGone = (answer: Message | null): answer is null => answer === null;

test('orders that were acknowledged survive kill -9', async () => {
  const place = new Place();
  places.push(place);
  const acknowledged = new Map<string, number>();
  let unsure = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const product = await place.start();
    const alice = await greetedAt(place, product.deskPort);
    const type = round === 0 ? 'create-account' : 'sign-in';
    expect(await alice.ask({ type, user: 'alice', password: PASSWORD })).toMatchObject({ type: 'ok' });

    // All are sent at once, and the axe falls while the desk is at work on them.
    const items = Array.from({ length: 18 }, (_, i) => `round ${round}, order ${i}`);
    for (const item of items) alice.send(alice.sealed({ type: 'order', item, quantity: 1, key: item }));
    for (const item of items) {
      const answer = await alice.answer();
      if (isGone(answer)) break;
      acknowledged.set(item, (answer['order'] as Told).id);
      if (acknowledged.size % 18 === 5 + round) process.kill(product.pid, 'SIGKILL');
    }
    await product.kill();
    unsure += items.filter((item) => !acknowledged.has(item)).length;
  }
  console.log(`kill -9: ${acknowledged.size} orders acknowledged, ${unsure} on their way`);

  const product = await place.start();
  const alice = await greetedAt(place, product.deskPort);
  await alice.ask({ type: 'sign-in', user: 'alice', password: PASSWORD });
  const answer = await alice.ask({ type: 'orders' });
  const kept = answer?.['orders'] as Told[];
  const items = kept.map(({ item }) => item);
  expect(new Set(items).size).toBe(items.length);
  expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length);
  for (const [item, id] of acknowledged) expect(kept).toContainEqual(expect.objectContaining({ item, id }));

  // The key holds over the crash: who asks again for what was acknowledged gets the same order.
  const [item = '', id] = [...acknowledged][0] ?? [];
  const again = await alice.ask({ type: 'order', item, quantity: 1, key: item });
  expect(again).toMatchObject({ order: { id } });
}, 120_000);
