/** When a connection has come to a rest, so that a command that moves it may end. */
import type { Run } from '../../bridge/run.ts';
import { isOver } from '../outcome.ts';
import { greetingOf } from './conversation.ts';
import type { Step } from './step.ts';

/** A handshake on this machine takes milliseconds; after this the learner reads what there is. */
export const SETTLE_MS = 8_000;

/** The desk has greeted, something waits at the gate, or nothing can come any more. */
export function hasSettled(run: Run): boolean {
  return run.held.length > 0 || isOver(run) || greetingOf(run) !== null;
}

/** The desk's greeting counts as its first line, once. */
export function tellGreeting(run: Run, step: Step): void {
  const greeting = greetingOf(run);
  const isTold = step.world.deskLines.some((line) => line.run === run.id && line.from === 'server');
  if (greeting && !isTold) step.tell({ kind: 'desk-line', line: { run: run.id, from: 'server', message: greeting } });
}
