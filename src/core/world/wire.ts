/** What was seen at the tap, row by row, each with the records of TLS that its bytes are. */
import type { Run, WireRecord } from '../bridge/run.ts';
import type { RecordView, Side } from '../tls/dissection.ts';
import { dissectionOf, type View } from './outcome.ts';

/** One record at the tap. Its bytes are one record of TLS; none or several where somebody changed them by hand. */
export interface WireRow {
  readonly tap: WireRecord;
  readonly records: readonly RecordView[];
}

/** The bytes that stand on the wire for a row: what was sent, or what the tap itself sent. */
export function wireBytes(tap: WireRecord): Uint8Array {
  if ('held' in tap) return tap.held;
  return tap.sent.length > 0 ? tap.sent : (tap.delivered ?? tap.sent);
}

/** All rows in the order in which their bytes came to the tap; those that wait are among them. */
export function wireRows(run: Run, view: Extract<View, 'both' | 'eavesdropper'> = 'both'): WireRow[] {
  const { records } = dissectionOf(run, view);
  const given = { client: inOrder(records, 'client'), server: inOrder(records, 'server') };
  return [...run.records, ...run.held]
    .sort((one, other) => one.index - other.index)
    .map((tap) => ({ tap, records: given[tap.from](wireBytes(tap).length) }));
}

/**
 * What reached a side, by the index of the row at the tap, as that side could read it.
 *
 * @param side who received it; the records are those of its own view
 */
export function arrivals(run: Run, side: Side): ReadonlyMap<number, readonly RecordView[]> {
  const from = side === 'client' ? 'server' : 'client';
  const given = inOrder(dissectionOf(run, side).records, from);
  const arrived = run.records.filter((record) => record.from === from).sort((one, other) => one.at - other.at);
  return new Map(arrived.map(({ index, sent, delivered }) => [index, given((delivered ?? sent).length)]));
}

/**
 * What a side has sent, by the index of the row at the tap, as that side itself knows it.
 *
 * @param side who sent it; the records are those of its own view
 */
export function departures(run: Run, side: Side): ReadonlyMap<number, readonly RecordView[]> {
  const given = inOrder(dissectionOf(run, side).records, side);
  const own = [...run.records, ...run.held].filter((tap) => tap.from === side && isSent(tap));
  return new Map(
    own.sort((one, other) => one.index - other.index).map((tap) => [tap.index, given(wireBytes(tap).length)]),
  );
}

const isSent = (tap: WireRecord): boolean => 'held' in tap || tap.sent.length > 0;

/** Gives out a side's records in the order of its stream: those that begin in its next bytes. */
function inOrder(records: readonly RecordView[], side: Side): (bytes: number) => RecordView[] {
  const own = records.filter(({ from }) => from === side).sort((one, other) => one.offset - other.offset);
  let next = 0;
  let end = 0;
  return (bytes) => {
    end += bytes;
    const from = next;
    while ((own[next]?.offset ?? Infinity) < end) next += 1;
    return own.slice(from, next);
  };
}
