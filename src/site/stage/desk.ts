/** What was said between this learner and the order desk over the newest connection. */
import * as v from 'valibot';
import { ANSWERS, Failure, Greeting, type Order } from '$core/desk/messages.ts';
import type { DeskLine, World } from '$core/world/world.ts';
import { FORMER_RUN } from '$core/world/apply.ts';

import { hasEnded } from './verdict.ts';

export interface ListedOrder extends Order {
  /** subject of the certificate it was placed with; null where this connection has not heard it */
  readonly subject: string | null;
}

/** One line of the talk, ready to be shown. */
export interface SpokenLine {
  readonly from: 'client' | 'server';
  readonly text: string;
}

export interface DeskTalk {
  readonly isOpen: boolean;
  readonly greeting: Greeting | null;
  /** who is signed in over this connection */
  readonly user: string | null;
  /** newest first */
  readonly orders: readonly ListedOrder[];
  /** why the desk refused the last request, in its words; null when it did not */
  readonly refusal: string | null;
  readonly lines: readonly SpokenLine[];
}

export function deskTalk(world: World): DeskTalk {
  const run = world.lastRun === null ? undefined : world.runs[world.lastRun];
  const lines = run === undefined || run.id === FORMER_RUN ? [] : world.deskLines.filter((line) => line.run === run.id);
  const said = lines.filter(({ from }) => from === 'server').map(({ message }) => message);
  const greeting = said.map((message) => v.safeParse(Greeting, message)).find(({ success }) => success);
  const heard = greeting?.success ? greeting.output : null;
  return {
    isOpen: run !== undefined && !hasEnded(run),
    greeting: heard,
    user: said.reduce<string | null>((user, message) => (v.is(ACCOUNT, message) ? message.user : user), null),
    orders: listed(said.flatMap(ordersIn), heard),
    refusal: refusalIn(said.at(-1)),
    lines: lines.map(spoken),
  };
}

const ACCOUNT = ANSWERS['sign-in'];

function ordersIn(message: unknown): readonly Order[] {
  if (v.is(ANSWERS.orders, message)) return message.orders;
  return v.is(ANSWERS.order, message) ? [message.order] : [];
}

const refusalIn = (message: unknown): string | null => (v.is(Failure, message) ? message.message : null);

function listed(orders: readonly Order[], greeting: Greeting | null): ListedOrder[] {
  const byId = new Map(orders.map((order) => [order.id, order]));
  return [...byId.values()]
    .map((order) => ({ ...order, subject: order.serial === greeting?.serial ? greeting.subject : null }))
    .sort((a, b) => b.id - a.id);
}

/** The words of a line. A password is never shown again. */
function spoken({ from, message }: DeskLine): SpokenLine {
  const shown = Object.entries(message).map(([name, value]) => [name, name === 'password' ? '••••••••' : value]);
  return { from, text: JSON.stringify(Object.fromEntries(shown)) };
}
