/** Moves records through the gate, one by one or many. */
import type { Run } from '../../bridge/run.ts';
import { toBase64 } from '../../bytes/base64.ts';
import { FORMER_RUN } from '../apply.ts';
import type { CommandOf } from '../commands.ts';
import { openHeld, sealHeld, shiftOf } from '../keyed.ts';
import { dissectionOf, isOver } from '../outcome.ts';
import { wireRows, type WireRow } from '../wire.ts';
import { askRelay } from './ask.ts';
import { hasSettled, isGreeted, SETTLE_MS, tellGreeting } from './settle.ts';
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
        const refusal =
          (command.keyed === 'yes' ? await drain(run, step, watch) : null) ?? (await setGate(run, 'run', step));
        if (refusal) return refusal;
        await watch.until(run.id, (seen) => seen.held.length === 0 && hasSettled(seen), SETTLE_MS);
        return null;
      }
      case 'step': {
        const waiting = await oldestHeld(run, watch);
        return waiting
          ? letPass(run, waiting.index, command.keyed === 'yes', step, watch)
          : no('nothingHeld', NOTHING_HELD);
      }
      case 'until':
        return until(command, run, step, watch);
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

/**
 * Lets a record through as it was sent.
 *
 * @param isKeyed sealed again where its number would be wrong for its receiver
 */
export async function letPass(run: Run, record: number, isKeyed: boolean, step: Step, watch: Watch): Answer {
  const now = watch.run(run.id) ?? run;
  const from = now.held.find(({ index }) => index === record)?.from;
  if (!isKeyed || from === undefined || shiftOf(now, from, record) === 0)
    return letThrough(run, record, null, step, watch);
  const held = openHeld(now, record);
  const sealed = held.ok ? sealHeld(now, record, held.value, [held.value.opened]) : null;
  return letThrough(run, record, sealed && toBase64(sealed), step, watch);
}

/** Lets records through one by one while numbers may be wrong: until the keys have changed on both sides, or it ends. */
async function drain(run: Run, step: Step, watch: Watch): Answer {
  for (;;) {
    const waiting = await oldestHeld(run, watch);
    const now = watch.run(run.id);
    if (!waiting || !now || isGreeted(now)) return null;
    const refusal = await letPass(run, waiting.index, true, step, watch);
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
    const refusal = await letPass(run, waiting.index, command.keyed === 'yes', step, watch);
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
