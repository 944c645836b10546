/** Ends the open connection, and waits until both sides have. */
import { isOver } from '../outcome.ts';
import { FORMER_RUN } from '../apply.ts';
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
    const own = step.ports.clients.get(run.id);
    if (own && !own.isOver) own.hangUp();
    else {
      const answer = await askRelay(step, { type: 'hang-up', run: run.id }, 'done');
      if (!answer.ok) return answer.error;
    }
    await watch.until(run.id, isOver, CLOSE_MS);
    return null;
  } finally {
    watch.stop();
  }
}
