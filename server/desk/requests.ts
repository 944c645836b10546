/** What each request does. Knows no sockets and no envelopes: a request and who asks in, an answer out. */
import { availableParallelism } from 'node:os';
import type { Request, RequestType, Role } from '../../src/core/desk/messages.ts';
import { type Account, type Store, StoreFailed } from '../store/store.ts';
import { createAccounts } from './accounts.ts';
import type { Authority } from './authority.ts';
import { VISIT_LIMITS } from './limits.ts';
import { eventsOf, orderTold, ordersOf, usersOf } from './lists.ts';
import { createBuckets } from './pace.ts';
import { type Passwords, createPasswords } from './passwords.ts';
import type { Trail } from './trail.ts';
import { TooManyWait, createTurns } from './turns.ts';
import { type Reply, type Visitor, error } from './visitor.ts';

export interface RequestDeps {
  readonly store: Store;
  /** Unix time in ms */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** what an operator should know; never a password or a key */
  readonly log: (line: string) => void;
  readonly trail: Trail;
  /** the desk's own CA; null where a learner plays it */
  readonly authority: Authority | null;
  /** for tests; else today's scrypt */
  readonly passwords?: Passwords;
}

/** Who may ask for what: `visitor` has shown a certificate, the others have signed in as well. */
const LEAST_ROLE = {
  'create-account': 'visitor',
  'sign-in': 'visitor',
  whoami: 'visitor',
  order: 'customer',
  orders: 'customer',
  'change-password': 'customer',
  renew: 'customer',
  'all-orders': 'clerk',
  'set-role': 'manager',
  users: 'manager',
  audit: 'manager',
  revoke: 'manager',
} as const satisfies Record<RequestType, Role | 'visitor'>;

const RANK = { visitor: 0, customer: 1, clerk: 2, manager: 3 } as const;

/** What is written down when it was done; what was refused is written down always. */
const NOTED: ReadonlySet<RequestType> = new Set<RequestType>([
  ...(['create-account', 'sign-in', 'change-password', 'set-role', 'revoke', 'renew'] as const),
]);

type Of<Type extends RequestType> = Extract<Request, { type: Type }>;

/** One core stays free for those who are signed in already. */
const HASHES_AT_ONCE = Math.max(1, availableParallelism() - 1);

/** @returns a function that answers one request of one visitor; it never rejects but for a bug */
export function createRequests(deps: RequestDeps): (visitor: Visitor, request: Request) => Promise<Reply> {
  const { store, now, random, log, trail, authority } = deps;
  const accounts = createAccounts({
    ...{ store, now, log },
    passwords: deps.passwords ?? createPasswords(random),
    inTurn: createTurns(HASHES_AT_ONCE, VISIT_LIMITS.hashesWaiting),
  });
  const mayRenew = createBuckets(VISIT_LIMITS.renewalsPerMinute / 60, VISIT_LIMITS.renewalBurst, now);

  async function order({ peer }: Visitor, account: Account, request: Of<'order'>): Promise<Reply> {
    const { item, quantity, key = null } = request;
    const { serial, sha256: fingerprint } = peer;
    const { user } = account;
    return {
      type: 'ok',
      order: orderTold(await store.addOrder({ item, quantity, user, serial, fingerprint, time: now(), key })),
    };
  }

  async function setRole({ user, role }: Of<'set-role'>): Promise<Reply> {
    const isSet = await store.setRole(user, role);
    return isSet ? { type: 'ok', user, role } : error('bad-request', `There is no account ${user}.`);
  }

  async function revoke({ serial }: Of<'revoke'>): Promise<Reply> {
    if (authority === null) return error('bad-request', NO_AUTHORITY);
    const revoked = await authority.revoke(serial);
    return revoked.ok ? { type: 'ok', serial: revoked.value } : error('internal', revoked.error.why);
  }

  async function renew({ peer }: Visitor, { csr }: Of<'renew'>): Promise<Reply> {
    if (authority === null || peer.certificate === undefined) return error('bad-request', NO_AUTHORITY);
    if (!mayRenew(peer.sha256))
      return error('too-many-tries', 'This certificate was renewed a moment ago. Wait a minute.');
    const renewed = authority.renew(csr, peer.certificate);
    if (renewed.ok) return { type: 'ok', certificate: renewed.value };
    const code = renewed.error.kind === 'otherSubject' ? 'wrong-certificate' : 'bad-request';
    return error(code, renewed.error.why);
  }

  /** The account, as the store knows it now: role and password may have changed since the last request. */
  function accountOf({ signedIn }: Visitor): Account | null {
    const account = signedIn === null ? null : store.account(signedIn.user);
    return account?.passwordVersion === signedIn?.passwordVersion ? account : null;
  }

  function answer(visitor: Visitor, account: Account | null, request: Request): Reply | Promise<Reply> {
    const needs = LEAST_ROLE[request.type];
    if (RANK[needs] > RANK[account?.role ?? 'visitor']) {
      if (account === null) return error('unauthenticated', 'Sign in first, or create an account.');
      return error('forbidden', `Only a ${needs} may ask for ${request.type}.`);
    }
    if (request.type === 'create-account') return accounts.create(visitor, request);
    if (request.type === 'sign-in') return accounts.signIn(visitor, request);
    if (request.type === 'whoami') return whoami(visitor, account);
    if (account === null) return error('unauthenticated', 'Sign in first, or create an account.');
    switch (request.type) {
      case 'order':
        return order(visitor, account, request);
      case 'orders':
        return ordersOf(store, account.user, request.before);
      case 'change-password':
        return accounts.changePassword(visitor, account, request);
      case 'all-orders':
        return ordersOf(store, null, request.before);
      case 'set-role':
        return setRole(request);
      case 'users':
        return usersOf(store, request.after);
      case 'audit':
        return eventsOf(store, request.before);
      case 'revoke':
        return revoke(request);
      case 'renew':
        return renew(visitor, request);
    }
  }

  async function tried(visitor: Visitor, account: Account | null, request: Request): Promise<Reply> {
    try {
      return await answer(visitor, account, request);
    } catch (failure) {
      if (failure instanceof TooManyWait)
        return error('too-many-tries', 'Many are signing in just now. Try again in a moment.');
      if (!(failure instanceof StoreFailed)) throw failure;
      log(`desk: the store could not be written (${failure.message})`);
      const why = failure.isFull ? 'The disk of the desk is full' : 'The desk could not write to its store';
      return error('internal', `${why}: nothing was stored. Try again later.`);
    }
  }

  return async (visitor, request) => {
    const account = accountOf(visitor);
    const reply = await tried(visitor, account, request);
    if (reply.type === 'error' || NOTED.has(request.type))
      await trail.note({
        event: request.type,
        code: reply.type === 'error' ? reply.code : null,
        user: userIn(visitor, account, request),
        peer: visitor.peer,
        detail: reply.type === 'error' ? reply.message : deed(request, account),
      });
    return reply;
  };

  /** Whose account it is about. A name that nobody has is not written down: it may be a password typed too early. */
  function userIn({ signedIn }: Visitor, account: Account | null, request: Request): string | null {
    if (request.type !== 'sign-in' && request.type !== 'create-account') return account?.user ?? signedIn?.user ?? null;
    return store.account(request.user)?.user ?? null;
  }
}

const NO_AUTHORITY = 'This desk has no certificate authority of its own.';

/** What was done, for the audit trail. */
function deed(request: Request, account: Account | null): string {
  if (request.type === 'set-role') return `${request.user} is now ${request.role}`;
  if (request.type === 'revoke') return `certificate ${request.serial} is revoked`;
  if (request.type === 'renew') return 'a new certificate for the same subject';
  return request.type === 'change-password' && account !== null ? 'other connections are signed out' : '';
}

function whoami({ peer: { subject, serial } }: Visitor, account: Account | null): Reply {
  return { type: 'ok', user: account?.user ?? null, role: account?.role ?? null, subject, serial };
}
