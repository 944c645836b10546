/** When a connection has come to a rest, so that a command that moves it may end. */
import type { RunEvent } from '../../bridge/messages.ts';
import type { Run } from '../../bridge/run.ts';
import type { Side } from '../../tls/dissection.ts';
import { isOver } from '../outcome.ts';
import { greetingOf } from './conversation.ts';
import type { Step } from './step.ts';
import type { Watch } from './watch.ts';

/** A handshake on this machine takes milliseconds; after this the learner reads what there is. */
export const SETTLE_MS = 8_000;

/** The desk has spoken to the client: both have gone on to their application keys. */
export const isGreeted = (run: Run): boolean => greetingOf(run) !== null;

/** The desk has greeted, something waits at the gate, or nothing can come any more and both programs have said why. */
export function hasSettled(run: Run): boolean {
  if (run.held.length > 0 || isGreeted(run)) return true;
  return isOver(run) && (['client', 'server'] as const).every((side) => hasHadItsSay(run, side));
}

const GOES_ON: ReadonlySet<RunEvent['name']> = new Set(['trusts-peer', 'kept-ticket']);

/** A server may give its tickets after its first words. */
const TICKET_MS = 1_000;

/** Waits for the ticket of a connection that has settled, so that the next one can go on from it. */
export async function untilKept(run: Run, watch: Watch): Promise<void> {
  if (!isGreeted(run)) return;
  const isKept = ({ events }: Run) => events.some(({ name }) => name === 'kept-ticket');
  await watch.until(run.id, (now) => isKept(now) || now.held.length > 0 || isOver(now), TICKET_MS);
}

/** A program may say why it left only after its connection is closed. */
function hasHadItsSay({ events }: Run, side: Side): boolean {
  return events.some((event) => event.side === side && !GOES_ON.has(event.name));
}

/** The desk's greeting counts as its first line, once. */
export function tellGreeting(run: Run, step: Step): void {
  const greeting = greetingOf(run);
  const isTold = step.world.deskLines.some((line) => line.run === run.id && line.from === 'server');
  if (greeting && !isTold) step.tell({ kind: 'desk-line', line: { run: run.id, from: 'server', message: greeting } });
}
