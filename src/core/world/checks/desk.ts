/** Checks of what the order desk confirmed. */
import * as v from 'valibot';
import { Order } from '../../desk/messages.ts';
import type { DeskLine } from '../world.ts';
import { findRun } from '../run-label.ts';
import { allows, missing, option, seen, type ReadCheck } from './seen.ts';

export const deskOrder: ReadCheck = (asked) => {
  const run = findRun(asked.world, option(asked, 'of') ?? asked.of, asked.named['version'] ?? null);
  if (!run) return missing('there was no such connection yet');
  const orders = asked.world.deskLines.filter((line) => line.run === run.id).flatMap(confirmedBy);
  if (orders.length === 0) return seen(false, 'the desk has confirmed no order in this connection');
  const isMeant = (order: Order) =>
    allows(asked, 'item', order.item) &&
    allows(asked, 'quantity', String(order.quantity)) &&
    allows(asked, 'user', order.user);
  const list = orders.map(({ quantity, item, user }) => `${quantity} ${item} for ${user}`).join(', ');
  return seen(orders.some(isMeant), `the desk has confirmed ${list}`);
};

/** Orders that a line of the desk tells; one that was confirmed, or a list. */
export function confirmedBy({ from, message }: DeskLine): readonly Order[] {
  if (from !== 'server') return [];
  const { order, orders } = message;
  const told: readonly unknown[] = Array.isArray(orders) ? orders : [order];
  return told.flatMap((one) => {
    const parsed = v.safeParse(Order, one);
    return parsed.success ? [parsed.output] : [];
  });
}
