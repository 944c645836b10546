/** What each request does. Knows no sockets and no envelopes: a request and who asks in, an answer out. */
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import type { Answer, ErrorCode, Order, Request } from '../../src/core/desk/messages.ts';
import { newPassword, userName } from '../../src/core/desk/accounts.ts';
import type { Account, Store, StoredOrder } from '../store/store.ts';
import { VISIT_LIMITS } from './limits.ts';
import { HashingIsBusy, createPasswords } from './passwords.ts';
import { createSlowDown } from './slow-down.ts';

/** Who holds the other end of a connection, by the certificate that was verified there. */
export interface Peer {
  /** RFC 4514 text */
  readonly subject: string;
  /** lower-case hex */
  readonly serial: string;
  /** SHA-256 over the DER, lower-case hex */
  readonly sha256: string;
}

/** One connection's side of the conversation: who it is by certificate, and as whom it has signed in. */
export interface Visitor {
  readonly peer: Peer;
  user: string | null;
}

export interface DeskDeps {
  readonly store: Store;
  /** Unix time in ms */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** what an operator should know; never a password or a key */
  readonly log: (line: string) => void;
}

/** An answer without the request's id. */
export type Reply = Answer;

const error = (code: ErrorCode, message: string): Reply => ({ type: 'error', code, message });

const UNKNOWN = 'The user name or the password is wrong.';

/** @returns a function that answers one request of one visitor; it never rejects but for a bug */
export function createRequests({
  store,
  now,
  random,
  log,
}: DeskDeps): (visitor: Visitor, request: Request) => Promise<Reply> {
  const passwords = createPasswords(random);
  const byAccount = createSlowDown(VISIT_LIMITS.freeFailures.account, now);
  const byCertificate = createSlowDown(VISIT_LIMITS.freeFailures.certificate, now);

  async function createAccount(visitor: Visitor, { user, password }: Credentials): Promise<Reply> {
    const name = userName(user);
    if (!name.ok) return error('bad-request', name.error.why);
    const chosen = newPassword(password, user);
    if (!chosen.ok) return error('weak-password', chosen.error.why);
    const taken = error('name-taken', `The name ${user} is taken.`);
    if (store.account(user) !== null) return taken;
    const record = await passwords.hash(chosen.value);
    const { subject } = visitor.peer;
    const account: Account = { user, role: 'customer', subject, password: record, createdAt: now() };
    if (!store.addAccount(account)) return taken;
    visitor.user = user;
    return { type: 'ok', user, role: account.role };
  }

  async function signIn(visitor: Visitor, { user, password }: Credentials): Promise<Reply> {
    const { sha256, subject, serial } = visitor.peer;
    const waitMs = Math.max(byAccount.waitMs(user), byCertificate.waitMs(sha256));
    if (waitMs > 0)
      return error('too-many-tries', `Too many failed tries. Try again in ${Math.ceil(waitMs / 1000)} s.`);
    const account = store.account(user);
    const isRight = await passwords.matches(password, account?.password ?? null);
    if (!isRight || account === null) {
      byAccount.failed(user);
      byCertificate.failed(sha256);
      return error('bad-credentials', UNKNOWN);
    }
    // Only who knows the password is told that the certificate is the trouble.
    if (account.subject !== subject) {
      log(`desk: ${user}'s password came with a certificate of ${JSON.stringify(subject)}, serial ${serial}: refused`);
      return error('wrong-certificate', `This account belongs to another certificate than that of ${subject}.`);
    }
    byAccount.succeeded(user);
    visitor.user = user;
    return { type: 'ok', user, role: account.role };
  }

  function order(visitor: Visitor, account: Account, request: Extract<Request, { type: 'order' }>): Reply {
    const { item, quantity, key = null } = request;
    const { serial, sha256: fingerprint } = visitor.peer;
    const placed = store.addOrder({ item, quantity, user: account.user, serial, fingerprint, time: now(), key });
    return { type: 'ok', order: asTold(placed) };
  }

  return async (visitor, request) => {
    try {
      if (request.type === 'create-account') return await createAccount(visitor, request);
      if (request.type === 'sign-in') return await signIn(visitor, request);
    } catch (busy) {
      if (busy instanceof HashingIsBusy)
        return error('too-many-tries', 'Many are signing in just now. Try again in a moment.');
      throw busy;
    }
    // Role and account are read for each request: what the store says now is what counts.
    const account = visitor.user === null ? null : store.account(visitor.user);
    if (request.type === 'whoami') return whoami(visitor, account);
    if (account === null) return error('unauthenticated', 'Sign in first, or create an account.');
    switch (request.type) {
      case 'order':
        return order(visitor, account, request);
      case 'orders':
        return listed(store, account.user);
      default:
        return error('bad-request', `This desk does not know ${request.type} yet.`);
    }
  };
}

function whoami({ peer: { subject, serial } }: Visitor, account: Account | null): Reply {
  return { type: 'ok', user: account?.user ?? null, role: account?.role ?? null, subject, serial };
}

/** What stands around the orders of an answer: its type, its total and a mark of up to 64 characters. */
const ANSWER_FRAME_BYTES = 512;

/** The newest orders that fit into one line, oldest first. */
function listed(store: Store, user: string): Reply {
  const total = store.orderCount(user);
  const orders: Order[] = [];
  let left: number = DESK_LIMITS.plaintextBytes - ANSWER_FRAME_BYTES;
  for (const order of store.ordersOf(user, DESK_LIMITS.listed).map(asTold).reverse()) {
    left -= Buffer.byteLength(JSON.stringify(order)) + 1;
    if (left < 0) break;
    orders.unshift(order);
  }
  return { type: 'ok', orders, ...(orders.length < total ? { total } : {}) };
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

function asTold({ time, ...order }: StoredOrder): Order {
  return { ...order, time: new Date(time).toISOString() };
}
