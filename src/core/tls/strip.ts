/** A dissection as the bars of a strip: one for each record that was on the wire. */
import type { Dissection, Protection, Side } from './dissection.ts';

export interface StripBar {
  readonly from: Side;
  /** on the wire, header included */
  readonly bytes: number;
  readonly protection: Protection;
  readonly label: string;
  /** code of the alert it carries, or null */
  readonly alert: number | null;
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

/** The bridge carries labels of at most this length. */
const LABEL_CHARACTERS = 80;

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
