/** Lists as one line can carry them: the newest that fit, or the piece before those. */
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import type { AuditEvent, Order } from '../../src/core/desk/messages.ts';
import type { Store, StoredEvent, StoredOrder } from '../store/store.ts';
import type { Reply } from './visitor.ts';

/** What stands around the entries of an answer: its type, its total, a mark and a warning. */
const ANSWER_FRAME_BYTES = 1_024;

/** The orders of a user, or of everybody for null; oldest first. */
export function ordersOf(store: Store, user: string | null, before?: number): Reply {
  const total = store.orderCount(user);
  const orders = fitting(store.orders(user, { most: DESK_LIMITS.listed, before }).map(orderTold));
  return { type: 'ok', orders, ...(orders.length < total ? { total } : {}) };
}

/** The audit trail, oldest first. */
export function eventsOf(store: Store, before?: number): Reply {
  const total = store.eventCount();
  const events = fitting(store.events({ most: DESK_LIMITS.listed, before }).map(eventTold));
  return { type: 'ok', events, ...(events.length < total ? { total } : {}) };
}

/** Users by name. */
export function usersOf(store: Store, after?: string): Reply {
  const total = store.accountCount();
  const all = store.accounts(DESK_LIMITS.listed, after).map(({ user, role, subject }) => ({ user, role, subject }));
  // Names rise, so that the first ones are kept here and `after` goes on from the last.
  const users = fitting(all.reverse()).reverse();
  return { type: 'ok', users, ...(users.length < total ? { total } : {}) };
}

/** As many of the last entries as fit into one line. */
function fitting<Entry extends object>(entries: readonly Entry[]): Entry[] {
  let left: number = DESK_LIMITS.plaintextBytes - ANSWER_FRAME_BYTES;
  const first = entries.findLastIndex((entry) => {
    left -= Buffer.byteLength(JSON.stringify(entry)) + 1;
    return left < 0;
  });
  return entries.slice(first + 1);
}

export function orderTold({ time, ...order }: StoredOrder): Order {
  return { ...order, time: new Date(time).toISOString() };
}

export function eventTold({ time, ...event }: StoredEvent): AuditEvent {
  return { ...event, time: new Date(time).toISOString() };
}
