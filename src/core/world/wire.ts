/** What was seen at the tap, row by row, each with what it carries. */
import type { Run, WireRecord } from '../bridge/run.ts';
import type { RecordView, Side } from '../tls/dissection.ts';
import { dissectionOf, type View } from './outcome.ts';

/** One record at the tap, and the records of TLS that its bytes are: one, or none or several after a change by hand. */
export interface WireRow {
  readonly tap: WireRecord;
  readonly records: readonly RecordView[];
}

/** Bytes that a row stands for: what was sent, or what the tap itself sent. */
function bytesOf(tap: WireRecord): Uint8Array {
  if ('held' in tap) return tap.held;
  return tap.sent.length > 0 ? tap.sent : (tap.delivered ?? tap.sent);
}

/** All rows in the order in which their bytes came to the tap; those that wait are among them. */
export function wireRows(run: Run, view: Extract<View, 'both' | 'eavesdropper'> = 'both'): WireRow[] {
  const { records } = dissectionOf(run, view);
  const queues = { client: queueOf(records, 'client'), server: queueOf(records, 'server') };
  const ends = { client: 0, server: 0 };
  return [...run.records, ...run.held]
    .sort((one, other) => one.index - other.index)
    .map((tap) => {
      ends[tap.from] += bytesOf(tap).length;
      return { tap, records: queues[tap.from](ends[tap.from]) };
    });
}

/** Gives out a side's records in order, each with the row in which it begins. */
function queueOf(records: readonly RecordView[], side: Side): (end: number) => RecordView[] {
  const own = records.filter(({ from }) => from === side).sort((one, other) => one.offset - other.offset);
  let next = 0;
  return (end) => {
    const from = next;
    while ((own[next]?.offset ?? Infinity) < end) next += 1;
    return own.slice(from, next);
  };
}
