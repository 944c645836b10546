/** What a learner does to a held record, or in a side's name. */
import type { Run } from '../../bridge/run.ts';
import { changedBytes, nextOfSide } from '../changed.ts';
import type { Change, CommandOf } from '../commands.ts';
import { askRelay } from './ask.ts';
import { carryOut, inject, letPass, NOTHING_HELD, oldestHeld, withOpenRun, type Held } from './at-gate.ts';
import { no, type Answer, type Step } from './step.ts';
import type { Watch } from './watch.ts';

type Act = CommandOf<'act'>;

export async function act(command: Act, step: Step): Answer {
  return withOpenRun(step, async (run, watch) => {
    switch (command.do) {
      case 'inject':
        return inject(run, command.from, alertRecord(command.alert), step);
      case 'cut': {
        const answer = await askRelay(step, { type: 'cut', run: run.id, how: command.how }, 'done');
        return answer.ok ? null : answer.error;
      }
      default:
        return toRecord(command, run, step, watch);
    }
  });
}

async function toRecord(command: Exclude<Act, { do: 'inject' | 'cut' }>, run: Run, step: Step, watch: Watch): Answer {
  const oldest = await oldestHeld(run, watch);
  const now = watch.run(run.id) ?? run;
  const record = command.record === undefined ? oldest : now.held.find(({ index }) => index === command.record);
  if (!record) return no('nothingHeld', NOTHING_HELD);
  switch (command.do) {
    case 'pass':
      return letPass(run, record, command.keyed === 'yes', step, watch);
    case 'undo':
      step.tell({ kind: 'prepared', run: run.id, record: record.index, change: null });
      return null;
    default:
      return command.when === 'passed'
        ? prepare(command, now, record, step)
        : carryOut(command, run, record, step, watch);
  }
}

/** Nothing is prepared that could not be done: a learner hears of it at once. */
async function prepare(change: Change, run: Run, record: Held, step: Step): Answer {
  const bytes = changedBytes(run, record, change);
  if (!bytes.ok) return bytes.error;
  if (change.do === 'swap' && nextOfSide(run, record) === null)
    return no('noNext', `No other record of the ${record.from} waits behind this one.`);
  step.tell({ kind: 'prepared', run: run.id, record: record.index, change });
  return Promise.resolve(null);
}

/** A fatal alert in clear, RFC 8446 §6: whoever is on the wire can send one. */
function alertRecord(code: number): Uint8Array {
  return Uint8Array.of(21, 3, 3, 0, 2, 2, code);
}
