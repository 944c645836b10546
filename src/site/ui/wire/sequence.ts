import type { Ending } from '$core/bridge/messages.ts';
import { counted } from '$core/bytes/counted.ts';
import type { AlertView, Protection, RecordView, Side } from '$core/tls/dissection.ts';
import { PROTECTIONS } from '../marks/protection.ts';

/** One side's end of the TCP connection, as `closed` of the bridge tells it. */
export interface End {
  readonly from: Side;
  readonly how: Ending;
  /** ms from the connection's start */
  readonly at: number;
}

/** What is selected: a record or an end, by its index among those. */
export interface Selection {
  readonly kind: 'record' | 'end';
  readonly index: number;
}

/**
 * Where a record is. `held`: it waits at the gate and goes next; `queued`: it waits behind that one. `changed`: its peer
 * got other bytes; `dropped`: nothing; `injected`: the tap sent it, in a side's name.
 */
export type Passage = 'passed' | 'held' | 'queued' | 'changed' | 'dropped' | 'injected';

export interface RecordRow {
  readonly kind: 'record';
  readonly index: number;
  readonly from: Side;
  readonly label: string;
  /** bytes on the wire, header included */
  readonly length: number;
  readonly protection: Protection;
  /** content type in its header */
  readonly type: number;
  readonly at: number;
  readonly alert: AlertView | null;
  readonly passage: Passage;
  /** what waits to be done to it when it is let through */
  readonly prepared: keyof typeof INTENTS | null;
  /** it could not be opened */
  readonly isSealed: boolean;
  /** its peer had given up before */
  readonly isUnread: boolean;
}

export interface EndRow {
  readonly kind: 'end';
  readonly index: number;
  readonly from: Side;
  readonly at: number;
  readonly text: string;
  /** number of the record before it, from 1; 0 where there is none */
  readonly after: number;
}

export type SequenceRow = RecordRow | EndRow;

/** What a row needs of a record; the field trees may stay elsewhere. */
export type SequenceRecord = Omit<RecordView, 'fields' | 'opened'>;

/** The rows of records of which none was held or changed: all of a connection, or some of them in a row. */
export function recordRows(records: readonly SequenceRecord[], alerts: readonly AlertView[]): RecordRow[] {
  return records.map(({ index, from, label, length, protection, type, at, sealed, unread }) => ({
    ...{ kind: 'record', index, from, label, length, protection, type, at },
    alert: alerts.find((alert) => alert.record === index) ?? null,
    ...{ passage: 'passed', prepared: null, isSealed: sealed !== undefined, isUnread: unread !== undefined },
  }));
}

/** Records as they were sent, and each end behind every record that had passed by then. */
export function sequenceRows(records: readonly RecordRow[], ends: readonly End[]): SequenceRow[] {
  const rows: SequenceRow[] = [...records];
  for (const [index, { from, how, at }] of ends.entries()) {
    const hasPassed = (row: SequenceRow) => row.at <= at && (row.kind === 'end' || !isWaiting(row));
    const place = rows.findLastIndex(hasPassed) + 1;
    const before = rows.slice(0, place).filter((row) => row.kind === 'record');
    const after = (before.at(-1)?.index ?? -1) + 1;
    rows.splice(place, 0, { kind: 'end', index, from, at, text: endWords(from, how, before), after });
  }
  return rows;
}

export const isWaiting = ({ passage }: RecordRow): boolean => passage === 'held' || passage === 'queued';

/** An absent alert is claimed only when every record of that side could be read, and is here to be asked. */
function endWords(from: Side, how: Ending, before: readonly RecordRow[]): string {
  if (how === 'deadline') return 'Closed by the tap: time is up';
  if (how === 'cut') return 'Cut by the tap';
  const spoke = before.some(({ alert }) => alert !== null);
  const isWhole = before[0] === undefined || before[0].index === 0;
  const isReadable = isWhole && before.every((record) => record.from !== from || !record.isSealed);
  return spoke || !isReadable ? how : `${how}, no alert was sent`;
}

/** Milliseconds as a learner reads them: `0.4 ms`, `12 ms`, `1.8 s`. */
export function elapsed(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

const other = (side: Side): Side => (side === 'client' ? 'server' : 'client');

const PASSAGES: Readonly<Record<Passage, (from: Side) => string | null>> = {
  passed: () => null,
  held: () => 'held at the tap',
  queued: () => 'waiting behind it',
  changed: () => 'changed at the tap',
  dropped: (from) => `dropped at the tap: the ${other(from)} got nothing`,
  injected: (from) => `sent by the tap, not by the ${from}`,
};

/** What waits to be done to a held record, as its row says it. */
export const INTENTS = {
  drop: 'to be dropped',
  duplicate: 'to be sent twice',
  swap: 'to go after the next',
  flip: 'one bit to be flipped',
  replace: 'to be changed',
  edit: 'to be changed',
} as const;

/** What a screen reader says of a row. */
export function rowName(row: SequenceRow): string {
  if (row.kind === 'end') return `After record ${String(row.after)}, from the ${row.from}: ${row.text}`;
  const { index, from, label, length, protection, at, passage, prepared, isUnread } = row;
  const parts = [
    `Record ${String(index + 1)}`,
    from === 'client' ? 'client to server' : 'server to client',
    label,
    counted(length, 'byte'),
    PROTECTIONS[protection].words,
    `after ${elapsed(at)}`,
    PASSAGES[passage](from),
    prepared && INTENTS[prepared],
    isUnread ? `never read by the ${other(from)}` : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** The selection after a key of the listbox pattern, or null when the key means nothing here. */
export function moved(rows: readonly SequenceRow[], selected: Selection | null, key: string): Selection | null {
  const at = rows.findIndex((row) => row.kind === selected?.kind && row.index === selected.index);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? rows.length - 1 : at - 1, Home: 0, End: rows.length - 1 }[key];
  if (to === undefined) return null;
  const row = rows[Math.max(0, Math.min(to, rows.length - 1))];
  return row === undefined ? null : { kind: row.kind, index: row.index };
}
