/** When a connection has come to a rest, so that a command that moves it may end. */
import type { Run } from '../../bridge/run.ts';
import type { Side } from '../../tls/dissection.ts';
import { isOver } from '../outcome.ts';
import { greetingOf } from './conversation.ts';
import type { Step } from './step.ts';

/** A handshake on this machine takes milliseconds; after this the learner reads what there is. */
export const SETTLE_MS = 8_000;

/** The desk has spoken to the client: both have gone on to their application keys. */
export const isGreeted = (run: Run): boolean => greetingOf(run) !== null;

/** The desk has greeted, something waits at the gate, or nothing can come any more and both programs have said why. */
export function hasSettled(run: Run): boolean {
  if (run.held.length > 0 || isGreeted(run)) return true;
  return isOver(run) && (['client', 'server'] as const).every((side) => hasHadItsSay(run, side));
}

/** A program may say why it left only after its connection is closed. */
function hasHadItsSay({ events }: Run, side: Side): boolean {
  return events.some((event) => event.side === side && event.name !== 'trusts-peer');
}

/** The desk's greeting counts as its first line, once. */
export function tellGreeting(run: Run, step: Step): void {
  const greeting = greetingOf(run);
  const isTold = step.world.deskLines.some((line) => line.run === run.id && line.from === 'server');
  if (greeting && !isTold) step.tell({ kind: 'desk-line', line: { run: run.id, from: 'server', message: greeting } });
}
