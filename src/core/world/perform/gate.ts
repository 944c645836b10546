/** Moves records through the gate, one by one or many. */
import type { Run } from '../../bridge/run.ts';
import type { CommandOf } from '../commands.ts';
import { dissectionOf } from '../outcome.ts';
import { wireRows, type WireRow } from '../wire.ts';
import { askRelay } from './ask.ts';
import { letGo, NOTHING_HELD, oldestHeld, preparedFor, withOpenRun } from './at-gate.ts';
import { hasSettled, isGreeted, SETTLE_MS } from './settle.ts';
import { no, type Answer, type Step } from './step.ts';
import type { Watch } from './watch.ts';

export async function moveGate(command: CommandOf<'gate'>, step: Step): Answer {
  return withOpenRun(step, async (run, watch) => {
    switch (command.do) {
      case 'hold':
        return setGate(run, 'hold', step);
      case 'run': {
        const refusal = (await drain(run, command.keyed === 'yes', step, watch)) ?? (await setGate(run, 'run', step));
        if (refusal) return refusal;
        await watch.until(run.id, (seen) => seen.held.length === 0 && hasSettled(seen), SETTLE_MS);
        return null;
      }
      case 'step': {
        const waiting = await oldestHeld(run, watch);
        return waiting ? letGo(run, waiting, command.keyed === 'yes', step, watch) : no('nothingHeld', NOTHING_HELD);
      }
      case 'until':
        return until(command, run, step, watch);
    }
  });
}

/**
 * Lets records through one by one while something waits to be done to them, and, where numbers may be wrong, until the
 * keys have changed on both sides or it ends.
 */
async function drain(run: Run, isKeyed: boolean, step: Step, watch: Watch): Answer {
  for (;;) {
    const now = watch.run(run.id) ?? run;
    const isPrepared = now.held.some(({ index }) => preparedFor(run, index, step) !== null);
    if (!isPrepared && (!isKeyed || isGreeted(now))) return null;
    const waiting = await oldestHeld(run, watch);
    if (!waiting) return null;
    const refusal = await letGo(run, waiting, isKeyed, step, watch);
    if (refusal) return refusal;
  }
}

async function setGate(run: Run, mode: 'hold' | 'run', step: Step): Answer {
  const answer = await askRelay(step, { type: 'gate', run: run.id, mode }, 'done');
  return answer.ok ? null : answer.error;
}

async function until(command: Until, run: Run, step: Step, watch: Watch): Answer {
  for (;;) {
    const waiting = await oldestHeld(run, watch);
    const now = watch.run(run.id);
    if (!waiting || !now) return no('notSeen', `No ${command.what} came to the gate.`);
    const row = wireRows(now).find(({ tap }) => tap.index === waiting.index);
    if (row && carries(row, command, now)) return null;
    const refusal = await letGo(run, waiting, command.keyed === 'yes', step, watch);
    if (refusal) return refusal;
  }
}

type Until = Extract<CommandOf<'gate'>, { do: 'until' }>;

const CONTENT: Readonly<Record<string, number>> = { alert: 21, data: 23 };

function carries({ tap, records }: WireRow, { what, from }: Until, run: Run): boolean {
  if (from !== undefined && from !== tap.from) return false;
  const { messages } = dissectionOf(run);
  return records.some(({ index, contentType }) => {
    if (CONTENT[what] !== undefined) return contentType === CONTENT[what];
    return messages.some(({ name, records: carriers }) => name === what && carriers.includes(index));
  });
}
