/** Moves records through the gate, one by one or many. */
import type { Run } from '../../bridge/run.ts';
import { FORMER_RUN } from '../apply.ts';
import type { CommandOf } from '../commands.ts';
import { dissectionOf, isOver } from '../outcome.ts';
import { wireRows, type WireRow } from '../wire.ts';
import { askRelay } from './ask.ts';
import { hasSettled, SETTLE_MS, tellGreeting } from './settle.ts';
import { no, type Answer, type Step } from './step.ts';
import { Watch } from './watch.ts';

/** How long a record is waited for that ought to come: both sides may be waiting for each other. */
const NEXT_MS = 3_000;

export async function moveGate(command: CommandOf<'gate'>, step: Step): Answer {
  return withOpenRun(step, async (run, watch) => {
    switch (command.do) {
      case 'hold':
        return setGate(run, 'hold', step);
      case 'run': {
        const refusal = await setGate(run, 'run', step);
        if (refusal) return refusal;
        await watch.until(run.id, (seen) => seen.held.length === 0 && hasSettled(seen), SETTLE_MS);
        return null;
      }
      case 'step': {
        const waiting = await oldestHeld(run, watch);
        return waiting ? letThrough(run, waiting.index, null, step, watch) : no('nothingHeld', NOTHING_HELD);
      }
      case 'until':
        return until(command.what, run, step, watch);
    }
  });
}

export const NOTHING_HELD = 'No record waits at the gate.';

/** Does something with the connection that is open, and takes in what comes of it. */
export async function withOpenRun(step: Step, act: (run: Run, watch: Watch) => Answer): Answer {
  const { lastRun, runs } = step.world;
  const run = lastRun === null ? undefined : runs[lastRun];
  if (!run || run.id === FORMER_RUN || isOver(run)) return no('noConnection', 'There is no open connection.');
  const watch = new Watch(step.ports, run);
  try {
    const refusal = await act(run, watch);
    const now = watch.run(run.id);
    if (now) tellGreeting(now, step);
    return refusal;
  } finally {
    watch.stop();
  }
}

/** The record that waits longest; waits for one when none does. Null: none came. */
export async function oldestHeld(run: Run, watch: Watch): Promise<Run['held'][number] | null> {
  const seen = await watch.until(run.id, (now) => now.held.length > 0 || isOver(now), NEXT_MS);
  return seen?.held[0] ?? null;
}

/** @param delivered what its peer gets instead, base64; null: what was sent */
export async function letThrough(run: Run, record: number, delivered: string | null, step: Step, watch: Watch): Answer {
  const answer = await askRelay(step, { type: 'pass', run: run.id, record, delivered }, 'done');
  if (!answer.ok) return answer.error;
  await watch.until(run.id, ({ records }) => records.some(({ index }) => index === record), NEXT_MS);
  return null;
}

async function setGate(run: Run, mode: 'hold' | 'run', step: Step): Answer {
  const answer = await askRelay(step, { type: 'gate', run: run.id, mode }, 'done');
  return answer.ok ? null : answer.error;
}

async function until(what: string, run: Run, step: Step, watch: Watch): Answer {
  for (;;) {
    const waiting = await oldestHeld(run, watch);
    const now = watch.run(run.id);
    if (!waiting || !now) return no('notSeen', `No ${what} came to the gate.`);
    const row = wireRows(now).find(({ tap }) => tap.index === waiting.index);
    if (row && carries(row, what, now)) return null;
    const refusal = await letThrough(run, waiting.index, null, step, watch);
    if (refusal) return refusal;
  }
}

const CONTENT: Readonly<Record<string, number>> = { alert: 21, data: 23 };

function carries({ records }: WireRow, what: string, run: Run): boolean {
  const { messages } = dissectionOf(run);
  return records.some(({ index, contentType }) => {
    if (CONTENT[what] !== undefined) return contentType === CONTENT[what];
    return messages.some(({ name, records: carriers }) => name === what && carriers.includes(index));
  });
}
