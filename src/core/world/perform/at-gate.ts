/** One held record: found, let through as it is, or changed on its way. */
import type { Run } from '../../bridge/run.ts';
import { toBase64 } from '../../bytes/base64.ts';
import type { Side } from '../../tls/dissection.ts';
import { FORMER_RUN } from '../apply.ts';
import { changedBytes, nextOfSide } from '../changed.ts';
import type { Change } from '../commands.ts';
import { openHeld, sealHeld, shiftOf } from '../keyed.ts';
import { isOver } from '../outcome.ts';
import { askRelay } from './ask.ts';
import { tellGreeting } from './settle.ts';
import { no, type Answer, type Step } from './step.ts';
import { Watch } from './watch.ts';

export type Held = Run['held'][number];

/** How long a record is waited for that ought to come: both sides may be waiting for each other. */
const NEXT_MS = 3_000;

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
export async function oldestHeld(run: Run, watch: Watch): Promise<Held | null> {
  const seen = await watch.until(run.id, (now) => now.held.length > 0 || isOver(now), NEXT_MS);
  return seen?.held[0] ?? null;
}

/** Lets a record through as the learner wants it: with the change that is prepared for it, else as it was sent. */
export async function letGo(run: Run, record: Held, isKeyed: boolean, step: Step, watch: Watch): Answer {
  const prepared = preparedFor(run, record.index, step);
  return prepared === null ? letPass(run, record, isKeyed, step, watch) : carryOut(prepared, run, record, step, watch);
}

/** The change that waits for a record; null: none. */
export function preparedFor({ id }: Run, record: number, step: Step): Change | null {
  return step.world.prepared.find((one) => one.run === id && one.record === record)?.change ?? null;
}

/**
 * Lets a record through as it was sent.
 *
 * @param isKeyed sealed again where its number would be wrong for its receiver
 */
export async function letPass(run: Run, record: Held, isKeyed: boolean, step: Step, watch: Watch): Answer {
  const now = watch.run(run.id) ?? run;
  if (!isKeyed || shiftOf(now, record.from, record.index) === 0) return letThrough(run, record, null, step, watch);
  const held = openHeld(now, record.index);
  return letThrough(
    run,
    record,
    held.ok ? sealHeld(now, record.index, held.value, [held.value.opened]) : null,
    step,
    watch,
  );
}

/** Lets a record through with a change. */
export async function carryOut(change: Change, run: Run, record: Held, step: Step, watch: Watch): Answer {
  const now = watch.run(run.id) ?? run;
  switch (change.do) {
    case 'duplicate':
      return (await letThrough(run, record, null, step, watch)) ?? (await inject(run, record.from, record.held, step));
    case 'swap': {
      const next = nextOfSide(now, record);
      if (!next) return no('noNext', `No other record of the ${record.from} waits behind this one.`);
      return (await letGo(run, next, false, step, watch)) ?? (await letThrough(run, record, null, step, watch));
    }
    default: {
      const bytes = changedBytes(now, record, change);
      return bytes.ok ? letThrough(run, record, bytes.value, step, watch) : bytes.error;
    }
  }
}

/** Sends bytes in a side's name. */
export async function inject(run: Run, from: Side, bytes: Uint8Array, step: Step): Answer {
  const answer = await askRelay(step, { type: 'inject', run: run.id, from, bytes: toBase64(bytes) }, 'done');
  return answer.ok ? null : answer.error;
}

/** @param bytes what its peer gets instead; null: what was sent */
async function letThrough(run: Run, { index }: Held, bytes: Uint8Array | null, step: Step, watch: Watch): Answer {
  const delivered = bytes && toBase64(bytes);
  const answer = await askRelay(step, { type: 'pass', run: run.id, record: index, delivered }, 'done');
  if (!answer.ok) return answer.error;
  await watch.until(run.id, ({ records }) => records.some((record) => record.index === index), NEXT_MS);
  if (preparedFor(run, index, step)) step.tell({ kind: 'prepared', run: run.id, record: index, change: null });
  return null;
}
