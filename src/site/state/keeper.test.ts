import { describe, expect, test } from 'vitest';
import { apply } from '$core/world/apply.ts';
import { EMPTY_WORLD } from '$core/world/world.ts';
import { Keeper } from './keeper.ts';
import { memoryStore, type Store } from './storage.ts';

const withBet = (choice: number) => apply(EMPTY_WORLD, { kind: 'bet', id: 'stop', choice });
const seen = { session: 'first', seq: 12 };

/** A store whose writes wait until they are let go. */
function slowStore() {
  const inner = memoryStore();
  const waiting: (() => void)[] = [];
  const written: string[] = [];
  const store: Store = {
    ...inner,
    write: async (name, text) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      written.push(text);
      await inner.write(name, text);
    },
  };
  return { store, written, letGo: async () => (waiting.shift()?.(), new Promise((resolve) => setTimeout(resolve))) };
}

describe('what the browser keeps', () => {
  test('comes back as it was, with how far its runs were told', async () => {
    const store = memoryStore();
    new Keeper(store, () => undefined).keep({ world: withBet(2), seen });
    const kept = await new Keeper(store, () => undefined).read();
    expect(kept?.world.bets).toEqual({ stop: 2 });
    expect(kept?.seen).toEqual(seen);
  });

  test('is the newest world: those that came while one was written are left out', async () => {
    const { store, written, letGo } = slowStore();
    const keeper = new Keeper(store, () => undefined);
    [1, 2, 3].forEach((choice) => keeper.keep({ world: withBet(choice), seen }));
    await letGo();
    await letGo();
    expect(written.map((text) => (JSON.parse(text) as { world: { bets: object } }).world.bets)).toEqual([
      { stop: 1 },
      { stop: 3 },
    ]);
  });

  test('is put aside and told when it cannot be read', async () => {
    const store = memoryStore();
    await store.write('world', '{"world":{"format":99}}');
    const told: string[] = [];
    expect(await new Keeper(store, (why) => told.push(why)).read()).toBeNull();
    expect(told[0]).toContain('put aside');
    expect(await store.read('world-unreadable')).toContain('99');
  });

  test('is told to be lost when the browser refuses it', async () => {
    const full: Store = { ...memoryStore(), write: () => Promise.reject(new Error('QuotaExceededError')) };
    const told: string[] = [];
    new Keeper(full, (why) => told.push(why)).keep({ world: withBet(1), seen });
    await expect.poll(() => told).toHaveLength(1);
  });
});
