/** Ends the open connection, also one that stands still at the gate, and waits until both sides have. */
import type { Run } from '../../bridge/run.ts';
import { FORMER_RUN } from '../apply.ts';
import { isOver } from '../outcome.ts';
import { askRelay } from './ask.ts';
import { no, type Answer, type Step } from './step.ts';
import { Watch } from './watch.ts';

const CLOSE_MS = 3_000;

export async function hangUp(step: Step): Answer {
  const { lastRun, runs } = step.world;
  const run = lastRun === null ? undefined : runs[lastRun];
  if (!run || run.id === FORMER_RUN || isOver(run)) return no('noConnection', 'There is no open connection.');
  const watch = new Watch(step.ports, run);
  try {
    const refusal = isHeld(run) ? await cut(run, step) : await sayGoodbye(run, step, watch);
    if (refusal) return refusal;
    await watch.until(run.id, isOver, CLOSE_MS);
    return null;
  } finally {
    watch.stop();
  }
}

const isHeld = (run: Run): boolean => run.held.length > 0;

/** A goodbye would queue behind what waits at the gate. */
async function cut({ id }: Run, step: Step): Answer {
  const answer = await askRelay(step, { type: 'cut', run: id, how: 'FIN' }, 'done');
  return answer.ok ? null : answer.error;
}

async function sayGoodbye({ id }: Run, step: Step, watch: Watch): Answer {
  const own = step.ports.clients.get(id);
  if (own && !own.isOver) own.hangUp();
  else {
    const answer = await askRelay(step, { type: 'hang-up', run: id }, 'done');
    if (!answer.ok) return answer.error;
  }
  const seen = await watch.until(id, (now) => isOver(now) || isHeld(now), CLOSE_MS);
  if (!seen || !isHeld(seen)) return null;
  const answer = await askRelay(step, { type: 'gate', run: id, mode: 'run' }, 'done');
  return answer.ok ? null : answer.error;
}
