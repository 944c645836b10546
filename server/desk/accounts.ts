/** Accounts: created, signed in to, and given another password. */
import { newPassword, userName } from '../../src/core/desk/accounts.ts';
import type { Account, Store } from '../store/store.ts';
import { VISIT_LIMITS } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { createSlowDown } from './slow-down.ts';
import { type InTurn, TooManyWait } from './turns.ts';
import { type Reply, type Visitor, error } from './visitor.ts';

interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Accounts {
  create(visitor: Visitor, credentials: Credentials): Promise<Reply>;
  signIn(visitor: Visitor, credentials: Credentials): Promise<Reply>;
  changePassword(visitor: Visitor, account: Account, passwords: { old: string; new: string }): Promise<Reply>;
}

export interface AccountsDeps {
  readonly store: Store;
  readonly passwords: Passwords;
  /** who hashes when */
  readonly inTurn: InTurn;
  /** Unix time in ms */
  readonly now: () => number;
  /** what an operator should know; never a password or a key */
  readonly log: (line: string) => void;
}

const UNKNOWN = error('bad-credentials', 'The user name or the password is wrong.');

export function createAccounts({ store, passwords, inTurn, now, log }: AccountsDeps): Accounts {
  const byAccount = createSlowDown(VISIT_LIMITS.freeFailures.account, now);
  const byCertificate = createSlowDown(VISIT_LIMITS.freeFailures.certificate, now);

  /**
   * Failures with the account's own certificate are counted apart from those with others: whoever guesses at an account
   * with a certificate of another name slows down such guesses, and never its owner.
   */
  const tried = (user: string, account: Account | null, { peer }: Visitor) =>
    `${account?.subject === peer.subject ? 'own' : 'other'} ${user}`;

  /** @returns what to answer when the password may not be looked at now, or is wrong; null: it is right */
  async function refusal(visitor: Visitor, { user, password }: Credentials): Promise<Reply | null> {
    const { sha256 } = visitor.peer;
    const wait = () => {
      const ms = Math.max(byAccount.waitMs(tried(user, store.account(user), visitor)), byCertificate.waitMs(sha256));
      return ms > 0 ? error('too-many-tries', `Too many failed tries. Try again in ${Math.ceil(ms / 1000)} s.`) : null;
    };
    return (
      wait() ??
      inTurn(sha256, async () => {
        const late = wait(); // others may have failed while this one waited
        if (late !== null) return late;
        const account = store.account(user);
        if (await passwords.matches(password, account?.password ?? null)) return null;
        byAccount.failed(tried(user, account, visitor));
        byCertificate.failed(sha256);
        return UNKNOWN;
      })
    );
  }

  /** Today's cost for a record of yesterday. It can wait for the next sign-in when many wait now. */
  async function renewHash(visitor: Visitor, { user, password }: Credentials): Promise<void> {
    try {
      const record = await inTurn(visitor.peer.sha256, () => passwords.hash(password));
      await store.setPassword(user, record, false);
    } catch (busy) {
      if (!(busy instanceof TooManyWait)) throw busy;
    }
  }

  return {
    async create(visitor, { user, password }) {
      const name = userName(user);
      if (!name.ok) return error('bad-request', name.error.why);
      const chosen = newPassword(password, user);
      if (!chosen.ok) return error('weak-password', chosen.error.why);
      const taken = error('name-taken', `The name ${user} is taken.`);
      if (store.account(user) !== null) return taken;
      const { subject, sha256 } = visitor.peer;
      const record = await inTurn(sha256, () => passwords.hash(chosen.value));
      const account: Account = {
        ...{ user, role: 'customer', subject, password: record, passwordVersion: 0, createdAt: now() },
      };
      if (!(await store.addAccount(account))) return taken;
      visitor.signedIn = { user, passwordVersion: 0 };
      return { type: 'ok', user, role: account.role };
    },

    async signIn(visitor, credentials) {
      const { user } = credentials;
      const refused = await refusal(visitor, credentials);
      if (refused !== null) return refused;
      const account = store.account(user);
      if (account === null) return UNKNOWN;
      const { subject, serial } = visitor.peer;
      // Only who knows the password is told that the certificate is the trouble.
      if (account.subject !== subject) {
        byCertificate.failed(visitor.peer.sha256);
        log(
          `desk: ${user}'s password came with a certificate of ${JSON.stringify(subject)}, serial ${serial}: refused`,
        );
        return error('wrong-certificate', `This account belongs to another certificate than that of ${subject}.`);
      }
      byAccount.succeeded(tried(user, account, visitor));
      if (passwords.isCheap(account.password)) await renewHash(visitor, credentials);
      visitor.signedIn = { user, passwordVersion: account.passwordVersion };
      return { type: 'ok', user, role: account.role };
    },

    async changePassword(visitor, account, { old, new: wished }) {
      const { user } = account;
      const refused = await refusal(visitor, { user, password: old });
      if (refused !== null) return refused.type === 'error' && refused.code === 'bad-credentials' ? WRONG_OLD : refused;
      byAccount.succeeded(tried(user, account, visitor));
      const chosen = newPassword(wished, user);
      if (!chosen.ok) return error('weak-password', chosen.error.why);
      const record = await inTurn(visitor.peer.sha256, () => passwords.hash(chosen.value));
      await store.setPassword(user, record, true);
      visitor.signedIn = { user, passwordVersion: store.account(user)?.passwordVersion ?? account.passwordVersion };
      return { type: 'ok' };
    },
  };
}

const WRONG_OLD = error('bad-credentials', 'The old password is wrong.');
