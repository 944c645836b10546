/** What becomes of a held record under a change: pure, so that it can be shown before it is done. */
import type { Run } from '../bridge/run.ts';
import { fromHex } from '../bytes/hex.ts';
import { joined } from '../bytes/reader.ts';
import { done, refused, type Result } from '../bytes/result.ts';
import type { Change } from './commands.ts';
import { fieldCalled, openHeld, sealHeld, withOtherField } from './keyed.ts';

type Held = Run['held'][number];

/** The bytes that the record's peer gets. A swap leaves them as they are: it moves them. */
export function changedBytes(run: Run, { held, index }: Held, change: Change): Result<Uint8Array> {
  switch (change.do) {
    case 'drop':
      return done(new Uint8Array());
    case 'duplicate':
      return done(joined([held, held]));
    case 'swap':
      return done(held);
    case 'flip':
      return done(flipped(held, change.at ?? held.length - 1));
    case 'replace': {
      const bytes = fromHex(change.bytes);
      return bytes.ok ? bytes : refused('badHex', bytes.error.why);
    }
    case 'edit':
      return edited(run, index, change.field, change.bytes);
  }
}

/** The run as it would be if the record had gone through with this change. */
export function withChange(run: Run, held: Held, change: Change): Result<Run> {
  const bytes = changedBytes(run, held, change);
  if (!bytes.ok) return bytes;
  const { seq, run: id, index, from, at } = held;
  const now = Math.max(at, ...run.records.map((record) => record.at));
  const record = { seq, run: id, index, from, sentAt: at, at: now, sent: held.held, delivered: bytes.value };
  return done({ ...run, records: [...run.records, record], held: run.held.filter((one) => one !== held) });
}

/** The record that a side sent behind this one and that waits, too. */
export function nextOfSide(run: Run, { from, index }: Held): Held | null {
  return run.held.find((one) => one.from === from && one.index > index) ?? null;
}

/** @param field its name, or its way of child indexes; @param hex what it is to hold */
function edited(run: Run, index: number, field: string, hex: string): Result<Uint8Array> {
  const held = openHeld(run, index);
  if (!held.ok) return held;
  const target = fieldCalled(held.value.root, field);
  if (target === null) return refused('noField', `There is no ${field} in this record.`);
  const bytes = fromHex(hex);
  if (!bytes.ok) return refused('badHex', bytes.error.why);
  const changed = withOtherField(held.value, target, bytes.value);
  return changed.ok ? done(sealHeld(run, index, held.value, [changed.value])) : changed;
}

/** The bytes with the lowest bit of one turned; as they are where there is no such byte. */
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  const byte = changed[at];
  if (byte !== undefined) changed[at] = byte ^ 1;
  return changed;
}
