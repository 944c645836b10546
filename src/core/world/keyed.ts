/**
 * Changing what a held record carries, with the keys of its sender: opened, changed, sealed again under the same key and
 * number, so that only what it says is wrong. Where records were taken out, those behind them get the numbers that the
 * receiver expects. TLS 1.3 only.
 */
import { keyLogOf, viewOf, type Run } from '../bridge/run.ts';
import { joined } from '../bytes/reader.ts';
import { done, refused, type Result } from '../bytes/result.ts';
import type { Field, RecordView, Side } from '../tls/dissection.ts';
import { frame } from '../tls/record/framing.ts';
import { openOne, sealAgain, withField, type OpenedRecord, type Plain } from '../tls/edit.ts';
import { dissectionOf } from './outcome.ts';
import { departures } from './wire.ts';

/** A held record as its sender meant it. */
export interface OpenedHeld {
  readonly opened: OpenedRecord;
  /** the plaintext with its padding, and its fields, which count in it */
  readonly plaintext: Uint8Array;
  readonly root: Field;
}

/**
 * Opens a held record with its sender's keys.
 *
 * @param index of the record at the tap
 * @returns else why it cannot be: no such record, in clear, no keys, not TLS 1.3
 */
export function openHeld(run: Run, index: number): Result<OpenedHeld> {
  const tap = run.held.find((one) => one.index === index);
  const [record] = (tap && departures(run, tap.from).get(index)) ?? [];
  if (!tap || !record) return refused('noRecord', 'No such record waits at the gate.');
  const { from } = tap;
  const opened = openOne(viewOf(run, from), keyLogOf(run, from), record.index);
  if (!opened.ok) return opened;
  const { buffers } = dissectionOf(run, from);
  const plaintext = record.plaintext === null ? undefined : buffers[record.plaintext];
  if (!plaintext || record.opened === null) return refused('sealed', 'This record could not be opened.');
  return done({ opened: opened.value, plaintext, root: record.opened });
}

/** The whole record again, under the number that its receiver expects. */
export function sealHeld(run: Run, index: number, { opened }: OpenedHeld, contents: readonly Plain[]): Uint8Array {
  const from = run.held.find((one) => one.index === index)?.from ?? 'client';
  return joined(sealAgain(opened, contents, shiftOf(run, from, index)));
}

/** The record with other bytes in one of its fields; lengths around it are corrected. */
export function withOtherField(held: OpenedHeld, target: Field, bytes: Uint8Array): Result<Plain> {
  const { opened, plaintext, root } = held;
  const { type, content } = opened;
  const changed = withField(plaintext, root, target, bytes);
  if (!changed) return refused('doesNotFit', 'So many bytes do not fit: a length before them cannot say it.');
  // What the record layer had added (content type and padding) stays as it was.
  return done({ type, content: changed.subarray(0, changed.length - (plaintext.length - content.length)) });
}

/** Records that were taken out of, or put into, a side's stream under the keys of one record: how far numbers moved. */
export function shiftOf(run: Run, side: Side, index: number): number {
  const sent = departures(run, side);
  const epochs = epochsOf(run, side);
  const [own] = sent.get(index) ?? [];
  const epoch = own && epochs.get(own.index);
  let shift = 0;
  for (const { from, index: at, sent: bytes, delivered } of run.records) {
    const [record] = sent.get(at) ?? [];
    if (from !== side || bytes.length === 0 || delivered === null || !record) continue;
    if (epochs.get(record.index) === epoch) shift += recordsIn(delivered) - 1;
  }
  return shift;
}

/** Under which keys each of a side's records was sent, counted from the first. */
function epochsOf(run: Run, side: Side): ReadonlyMap<number, string> {
  const { records, messages } = dissectionOf(run, side);
  const updates = messages.filter(({ from, name }) => from === side && name === 'KeyUpdate');
  const updatesBefore = ({ index }: RecordView) =>
    updates.filter((one) => (one.records.at(-1) ?? index) < index).length;
  const own = records.filter(({ from }) => from === side);
  return new Map(own.map((record) => [record.index, `${record.protection} ${updatesBefore(record)}`]));
}

/** How many records these bytes are. */
function recordsIn(bytes: Uint8Array): number {
  return frame([{ from: 'client', at: 0, bytes }]).length;
}

/** The first field of this name, or at this way of child indexes (`1/0/2`). */
export function fieldCalled(root: Field, name: string): Field | null {
  if (/^\d+(\/\d+)*$/.test(name)) {
    let field: Field | undefined = root;
    for (const index of name.split('/')) field = field?.children[Number(index)];
    return field ?? null;
  }
  if (root.name === name) return root;
  for (const child of root.children) {
    const found = fieldCalled(child, name);
    if (found) return found;
  }
  return null;
}
