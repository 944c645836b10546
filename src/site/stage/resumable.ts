/** Whether a run has left a ticket with which the next one can go on. */
import type { Run } from '$core/bridge/run.ts';
import { FORMER_RUN } from '$core/world/apply.ts';
import { outcomeOf } from '$core/world/outcome.ts';

/**
 * @param run the newest of its kind; null: there was none
 * @param now Unix time in ms
 */
export function leftTicket(run: Run | null, now: number): boolean {
  if (run === null || run.id === FORMER_RUN || outcomeOf(run).accepted === null) return false;
  const kept = run.events.findLast(({ name }) => name === 'kept-ticket');
  return kept !== undefined && run.startedAt + kept.at + (kept.lifetimeSeconds ?? 0) * 1000 > now;
}
