/** Keeps the world in the browser's storage: the newest one, one write at a time. */
import { restored, saved } from '$core/world/saved.ts';
import type { World } from '$core/world/world.ts';
import type { Seen } from './link.ts';
import type { Store } from './storage.ts';

/** The world, and up to where its runs were told. They are kept together, so that a reload misses and doubles nothing. */
export interface Kept {
  readonly world: World;
  readonly seen: Seen;
}

const NAME = 'world';
/** What could not be read is put aside under this name, not thrown away. */
const UNREADABLE = 'world-unreadable';

export class Keeper {
  readonly #store: Store;
  readonly #onProblem: (why: string) => void;
  #waiting: Kept | null = null;
  #isWriting = false;

  /** @param onProblem told in a sentence when things cannot be read or kept */
  constructor(store: Store, onProblem: (why: string) => void) {
    this.#store = store;
    this.#onProblem = onProblem;
  }

  /** What was kept; null when there is nothing, or nothing that can be read. */
  async read(): Promise<Kept | null> {
    const text = await this.#store.read(NAME).catch(() => null);
    if (text === null) return null;
    const data = fromJson(text);
    const world = restored(data?.['world']);
    if (world.ok) return { world: world.value, seen: seenFrom(data?.['seen']) };
    await this.#store.write(UNREADABLE, text).catch(() => undefined);
    this.#onProblem(`${world.error.why} It was put aside, and you begin with an empty bench.`);
    return null;
  }

  /** Keeps this as soon as the write before it is done. */
  keep(kept: Kept): void {
    this.#waiting = kept;
    if (!this.#isWriting) void this.#write();
  }

  async clear(): Promise<void> {
    this.#waiting = null;
    await this.#store.clear();
  }

  /** Size of what is kept, in bytes of text. */
  async size(): Promise<number> {
    return (await this.#store.read(NAME))?.length ?? 0;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting !== null) {
      const { world, seen } = this.#waiting;
      this.#waiting = null;
      try {
        await this.#store.write(NAME, JSON.stringify({ world: saved(world), seen }));
      } catch {
        this.#onProblem('This browser did not keep the last change. It lasts as long as this tab.');
      }
    }
    this.#isWriting = false;
  }
}

function fromJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function seenFrom(value: unknown): Seen {
  const { session, seq } = (value ?? {}) as { session?: unknown; seq?: unknown };
  return typeof session === 'string' && typeof seq === 'number' ? { session, seq } : { session: null, seq: 0 };
}
