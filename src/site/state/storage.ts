/**
 * Where the learner's things are kept: IndexedDB; where a browser refuses that, localStorage; where it refuses both,
 * memory. Text under names. Which of them it is can be read, because the page says it.
 */
export type Place = 'indexeddb' | 'localstorage' | 'memory';

export interface Store {
  readonly place: Place;
  /** @returns the text kept under `name`, or null */
  read(name: string): Promise<string | null>;
  /** Rejects when the browser refuses, for want of space or because data was blocked meanwhile. */
  write(name: string, text: string): Promise<void>;
  /** Forgets everything that was kept here. */
  clear(): Promise<void>;
}

const DATABASE = 'trustwalk';
const TABLE = 'things';
const PREFIX = 'trustwalk.thing.';

/** Opens the best place that this browser allows. Never rejects: memory is always there. */
export async function openStore(): Promise<Store> {
  try {
    return overDatabase(await openDatabase());
  } catch {
    return localStorageStore() ?? memoryStore(); // private windows and blocked site data throw here
  }
}

/** A store that lasts as long as the page. */
export function memoryStore(): Store {
  const things = new Map<string, string>();
  return {
    place: 'memory',
    read: (name) => Promise.resolve(things.get(name) ?? null),
    write: (name, text) => Promise.resolve(void things.set(name, text)),
    clear: () => Promise.resolve(things.clear()),
  };
}

function localStorageStore(): Store | null {
  try {
    localStorage.setItem(PREFIX, '');
    localStorage.removeItem(PREFIX);
  } catch {
    return null;
  }
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  return {
    place: 'localstorage',
    read: async (name) => localStorage.getItem(PREFIX + name),
    write: async (name, text) => localStorage.setItem(PREFIX + name, text),
    clear: async () => names().forEach((name) => localStorage.removeItem(name)),
  };
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'));
    request.onblocked = () => reject(new Error('IndexedDB is held by an older page'));
  });
}

function overDatabase(database: IDBDatabase): Store {
  /** Resolves when the transaction is complete: only then is it on disk. */
  const run = <T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode);
      const request = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('The browser kept nothing'));
    });
  return {
    place: 'indexeddb',
    read: async (name) => {
      const value: unknown = await run('readonly', (table) => table.get(name));
      return typeof value === 'string' ? value : null;
    },
    write: async (name, text) => void (await run('readwrite', (table) => table.put(text, name))),
    clear: async () => void (await run('readwrite', (table) => table.clear())),
  };
}
