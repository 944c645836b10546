/**
 * Accounts that were read and have not changed since. Each request asks who its sender is now; most of the time the
 * answer is that of a moment ago.
 */
import type Database from 'libsql';
import type { Account } from './store.ts';

/** How many are kept; names that nobody has are among them, and an enemy can invent those. */
const MOST = 1_000;

export interface KnownAccounts {
  /** @param read reads the account from the file; null where there is none */
  get(user: string, read: () => Account | null): Account | null;
  /** This process has changed one. */
  forget(): void;
}

/** Other processes change accounts too: SQLite tells of their commits by a counter, which is looked at once a turn. */
export function createKnownAccounts(database: Database.Database): KnownAccounts {
  const counter = database.prepare('PRAGMA data_version');
  const known = new Map<string, Account | null>();
  let isFresh = false;
  let version: unknown;

  function refresh(): void {
    if (isFresh) return;
    isFresh = true;
    setImmediate(() => (isFresh = false));
    const { data_version: now } = counter.get() as { data_version: unknown };
    if (now !== version) known.clear();
    version = now;
  }

  return {
    get(user, read) {
      refresh();
      const found = known.get(user);
      if (found !== undefined) return found;
      const account = read();
      if (known.size >= MOST) known.clear();
      known.set(user, account);
      return account;
    },
    forget: () => known.clear(),
  };
}
