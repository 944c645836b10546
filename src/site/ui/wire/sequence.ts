import type { Ending } from '$core/bridge/messages.ts';
import type { AlertView, RecordView, Side } from '$core/tls/dissection.ts';
import { PROTECTIONS } from '../marks/protection.ts';

/** One side's end of the TCP connection, as `closed` of the bridge tells it. */
export interface End {
  readonly from: Side;
  readonly how: Ending;
  /** ms from the connection's start */
  readonly at: number;
}

/** A record as the sequence draws it: without its field trees. */
export type SequenceRecord = Omit<RecordView, 'fields' | 'opened'>;

/** What is selected: a record by its index in the dissection, or an end by its index in the list of ends. */
export type Selection = { readonly kind: 'record' | 'end'; readonly index: number };

export type SequenceRow =
  | {
      readonly kind: 'record';
      readonly index: number;
      readonly record: SequenceRecord;
      readonly alert: AlertView | null;
    }
  | { readonly kind: 'end'; readonly index: number; readonly end: End; readonly text: string; readonly after: number };

/**
 * Records and ends in the order in which they passed. An end stands after every record that passed by then.
 *
 * @param records all of a connection, or some of them in a row
 */
export function sequenceRows(
  records: readonly SequenceRecord[],
  alerts: readonly AlertView[],
  ends: readonly End[],
): SequenceRow[] {
  const rows: { at: number; row: SequenceRow }[] = records.map((record) => ({
    at: record.at,
    row: {
      kind: 'record',
      index: record.index,
      record,
      alert: alerts.find((alert) => alert.record === record.index) ?? null,
    },
  }));
  for (const [index, end] of ends.entries()) {
    const before = records.filter((record) => record.at <= end.at);
    const text = endWords(end, before, alerts);
    const after = (before.at(-1)?.index ?? -1) + 1;
    rows.push({ at: end.at, row: { kind: 'end', index, end, text, after } });
  }
  return rows.toSorted((a, b) => a.at - b.at || rank(a.row) - rank(b.row)).map(({ row }) => row);
}

const rank = (row: SequenceRow) => (row.kind === 'record' ? row.index : Number.MAX_SAFE_INTEGER);

/** An absent alert is claimed only when every record of that side could be read, and is here to be asked. */
function endWords({ from, how }: End, before: readonly SequenceRecord[], alerts: readonly AlertView[]): string {
  if (how === 'deadline') return 'Closed by the tap: time is up';
  if (how === 'cut') return 'Cut by the tap: the other side was gone';
  const spoke = alerts.some((alert) => before.some((record) => record.index === alert.record));
  const isWhole = before[0] === undefined || before[0].index === 0;
  const isReadable = isWhole && before.every((record) => record.from !== from || record.sealed === undefined);
  return spoke || !isReadable ? how : `${how}, no alert was sent`;
}

/** Milliseconds as a learner reads them: `0.4 ms`, `12 ms`, `1.8 s`. */
export function elapsed(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

/** What a screen reader says of a row. */
export function rowName(row: SequenceRow): string {
  if (row.kind === 'end') return `After record ${String(row.after)}, from the ${row.end.from}: ${row.text}`;
  const { record } = row;
  const way = record.from === 'client' ? 'client to server' : 'server to client';
  const size = `${record.length.toLocaleString('en')} bytes`;
  const number = `Record ${String(record.index + 1)}`;
  return [number, way, record.label, size, PROTECTIONS[record.protection].words, `after ${elapsed(record.at)}`].join(
    ', ',
  );
}

/** The selection after a key of the listbox pattern, or null when the key means nothing here. */
export function moved(rows: readonly SequenceRow[], selected: Selection | null, key: string): Selection | null {
  const at = rows.findIndex((row) => row.kind === selected?.kind && row.index === selected.index);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? rows.length - 1 : at - 1, Home: 0, End: rows.length - 1 }[key];
  if (to === undefined) return null;
  const row = rows[Math.max(0, Math.min(to, rows.length - 1))];
  return row === undefined ? null : { kind: row.kind, index: row.index };
}
