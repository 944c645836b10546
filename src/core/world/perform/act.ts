/** What a learner does to a held record, or in a side's name. */
import type { Run } from '../../bridge/run.ts';
import { toBase64 } from '../../bytes/base64.ts';
import { fromHex } from '../../bytes/hex.ts';
import { done, refused, type Result } from '../../bytes/result.ts';
import type { CommandOf } from '../commands.ts';
import { fieldCalled, openHeld, sealHeld, withOtherField } from '../keyed.ts';
import { askRelay } from './ask.ts';
import { letPass, letThrough, NOTHING_HELD, oldestHeld, withOpenRun } from './gate.ts';
import { no, type Answer, type Step } from './step.ts';
import type { Watch } from './watch.ts';

type Act = CommandOf<'act'>;
type OnRecord = Exclude<Act, { do: 'inject' | 'cut' }>;
type Held = Run['held'][number];

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
        return onRecord(command, run, step, watch);
    }
  });
}

async function onRecord(command: OnRecord, run: Run, step: Step, watch: Watch): Answer {
  const oldest = await oldestHeld(run, watch);
  const held = watch.run(run.id)?.held ?? [];
  const record = command.record === undefined ? oldest : held.find(({ index }) => index === command.record);
  if (!record) return no('nothingHeld', NOTHING_HELD);
  const pass = (one: Held, bytes: Uint8Array | null) =>
    letThrough(run, one.index, bytes === null ? null : toBase64(bytes), step, watch);
  switch (command.do) {
    case 'pass':
      return letPass(run, record.index, command.keyed === 'yes', step, watch);
    case 'drop':
      return pass(record, new Uint8Array());
    case 'duplicate':
      return (await pass(record, null)) ?? (await inject(run, record.from, record.held, step));
    case 'swap': {
      const next = held.find(({ from, index }) => from === record.from && index > record.index);
      if (!next) return no('noNext', `No other record of the ${record.from} waits behind this one.`);
      return (await pass(next, null)) ?? (await pass(record, null));
    }
    case 'flip':
      return pass(record, flipped(record.held, command.at ?? record.held.length - 1));
    case 'edit': {
      const edited = editedRecord(watch.run(run.id) ?? run, record.index, command.field, command.bytes);
      return edited.ok ? pass(record, edited.value) : edited.error;
    }
    case 'replace': {
      const bytes = fromHex(command.bytes);
      return bytes.ok ? pass(record, bytes.value) : no('badHex', bytes.error.why);
    }
  }
}

async function inject(run: Run, from: Held['from'], bytes: Uint8Array, step: Step): Answer {
  const answer = await askRelay(step, { type: 'inject', run: run.id, from, bytes: toBase64(bytes) }, 'done');
  return answer.ok ? null : answer.error;
}

/**
 * A held record with other bytes in one field, sealed again with its sender's keys.
 *
 * @param field its name, or its way of child indexes
 * @param hex what it is to hold
 */
export function editedRecord(run: Run, index: number, field: string, hex: string): Result<Uint8Array> {
  const held = openHeld(run, index);
  if (!held.ok) return held;
  const target = fieldCalled(held.value.root, field);
  if (target === null) return refused('noField', `There is no ${field} in this record.`);
  const bytes = fromHex(hex);
  if (!bytes.ok) return refused('badHex', bytes.error.why);
  const changed = withOtherField(held.value, target, bytes.value);
  return changed.ok ? done(sealHeld(run, index, held.value, [changed.value])) : changed;
}

/** The record with the lowest bit of one byte turned. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  const byte = changed.at(at);
  if (byte !== undefined) changed.set([byte ^ 1], at);
  return changed;
}

/** A fatal alert in clear, RFC 8446 §6: whoever is on the wire can send one. */
export function alertRecord(code: number): Uint8Array {
  return Uint8Array.of(21, 3, 3, 0, 2, 2, code);
}
