/** A dissection as the bars of a strip: one for each record that was on the wire. */
import type { Dissection, Protection, Side } from './dissection.ts';

/** A label is cut to this length; the bridge carries no longer one. */
export const LABEL_CHARACTERS = 80;
const BARS = { first: 36, last: 8 } as const;
/** A longer connection is not shown whole. */
export const MOST_BARS = BARS.first + BARS.last;

export interface StripBar {
  readonly from: Side;
  /** on the wire, header included */
  readonly bytes: number;
  readonly protection: Protection;
  readonly label: string;
  /** code of the alert it carries, or null */
  readonly alert: number | null;
}

/** A connection as bars. A long one loses its middle, or its end. */
export interface StripView {
  readonly bars: readonly StripBar[];
  /** `count` records stand between the bars before and after `at` */
  readonly leftOut: { readonly at: number; readonly count: number } | null;
}

/** The bars of all records, in the order in which they passed. */
export function barsOf({ records, alerts }: Pick<Dissection, 'records' | 'alerts'>): StripBar[] {
  const codes = new Map(alerts.map(({ record, code }) => [record, code]));
  return records.map(({ index, from, length, protection, label }) => ({
    from,
    bytes: length,
    protection,
    label: label.slice(0, LABEL_CHARACTERS),
    alert: codes.get(index) ?? null,
  }));
}

/**
 * The strip of all records; of more than 44 of them the first and the last.
 *
 * @param passed how many there were, where only the first of them were dissected
 */
export function stripOf(dissection: Dissection, passed = dissection.records.length): StripView {
  const bars = barsOf(dissection);
  if (passed > bars.length) {
    const first = bars.slice(0, BARS.first);
    return { bars: first, leftOut: { at: first.length, count: passed - first.length } };
  }
  const count = bars.length - MOST_BARS;
  if (count <= 0) return { bars, leftOut: null };
  return { bars: [...bars.slice(0, BARS.first), ...bars.slice(-BARS.last)], leftOut: { at: BARS.first, count } };
}

/**
 * Whoever ended first without an alert of its own, close_notify included. What stays sealed is not held against it.
 *
 * @param first the side that ended the TCP connection first, or null
 */
export function silentEndOf(
  first: Side | null,
  { alerts, records }: Pick<Dissection, 'alerts' | 'records'>,
): Side | null {
  if (first === null || alerts.some(({ from }) => from === first)) return null;
  const last = records.findLast(({ from }) => from === first);
  return last?.sealed === undefined ? first : null;
}
