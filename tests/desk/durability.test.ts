/** Acknowledged means durable: the process dies between orders, and none is lost or doubled. */
import { afterEach, expect, test } from 'vitest';
import type { ForeignClient } from './foreign-client.ts';
import { Place, greetedAt } from './started.ts';

/** Five rounds; fifty in a long run. */
const ROUNDS = process.env['TRUSTWALK_LONG'] === undefined ? 5 : 50;
const PASSWORD = 'correct horse battery';
const places: Place[] = [];

afterEach(async () => {
  for (const place of places.splice(0)) await place.close();
});

const CLIENTS = 4;

interface Told {
  readonly id: number;
  readonly item: string;
}

/** Signs in, or creates the account at the first time. */
async function alice(place: Place, port: number, type: 'create-account' | 'sign-in'): Promise<ForeignClient> {
  const client = await greetedAt(place, port);
  expect(await client.ask({ type, user: 'alice', password: PASSWORD })).toMatchObject({ type: 'ok' });
  return client;
}

/** All of them, piece by piece. */
async function allOrders(client: ForeignClient): Promise<Told[]> {
  const found: Told[] = [];
  for (;;) {
    const [first] = found;
    const piece = await client.ask({ type: 'orders', ...(first === undefined ? {} : { before: first.id }) });
    const orders = piece?.['orders'] as Told[];
    if (orders.length === 0) return found;
    found.unshift(...orders);
  }
}

test('orders that were acknowledged survive kill -9', async () => {
  const place = new Place();
  places.push(place);
  const acknowledged = new Map<string, number>();
  let unsure = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const product = await place.start();
    const first = await alice(place, product.deskPort, round === 0 ? 'create-account' : 'sign-in');
    const others = Array.from({ length: CLIENTS - 1 }, () => alice(place, product.deskPort, 'sign-in'));
    const clients = [first, ...(await Promise.all(others))];
    const enough = acknowledged.size + 12 + round;
    // Each client asks for one order after the other; the axe falls while the orders of the others are on their way.
    const orderUntilTheEnd = async (client: ForeignClient, name: string) => {
      for (let i = 0; ; i++) {
        const item = `round ${round}, ${name}, order ${i}`;
        const answer = await client.ask({ type: 'order', item, quantity: 1, key: item });
        if (answer === null) return void unsure++;
        acknowledged.set(item, (answer['order'] as Told).id);
        if (acknowledged.size === enough) process.kill(product.pid, 'SIGKILL');
      }
    };
    await Promise.all(clients.map((client, i) => orderUntilTheEnd(client, `client ${i}`)));
    await product.kill();
  }
  console.log(`kill -9: ${acknowledged.size} orders acknowledged, ${unsure} on their way`);

  const product = await place.start();
  const client = await alice(place, product.deskPort, 'sign-in');
  const kept = await allOrders(client);
  expect(kept.length).toBeGreaterThanOrEqual(acknowledged.size);
  expect(kept.length).toBeLessThanOrEqual(acknowledged.size + unsure);
  expect(new Set(kept.map(({ item }) => item)).size).toBe(kept.length);
  expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length);
  for (const [item, id] of acknowledged) expect(kept).toContainEqual(expect.objectContaining({ item, id }));

  // The key holds over the crash: who asks again for what was acknowledged gets the same order.
  const [item = '', id] = [...acknowledged][0] ?? [];
  const again = await client.ask({ type: 'order', item, quantity: 1, key: item });
  expect(again).toMatchObject({ order: { id } });
}, 600_000);
