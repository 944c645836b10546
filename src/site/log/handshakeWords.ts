/** What the room says of a connection in the handshake log. Pure. */
import type { LogCounts, LogQuery, LogRow } from '$core/bridge/log.ts';
import { counted, inDigits } from '$core/bytes/counted.ts';
import { momentOf, placeOf } from './words.ts';

/** Whose connection it is, as the list says it. */
export function whoseWords({ whose, label }: Pick<LogRow, 'whose' | 'label'>): string {
  return whose === 'desk' ? 'order desk' : `your run, ${label}`;
}

/** How it went, in one word or two. */
export function outcomeWord({ outcome, isOpen }: Pick<LogRow, 'outcome' | 'isOpen'>): string {
  if (!isOpen) return outcome;
  return outcome === 'incomplete' ? 'going on' : `${outcome}, open`;
}

/** Why, in short: an alert, a silent end, or a program's own words. */
export function whyWords({ alert, silentEnd, reason, outcome }: LogRow): string | null {
  if (alert) return `alert ${alert.code} ${alert.name}`;
  if (outcome === 'established') return null;
  if (reason !== null) return reason;
  return silentEnd === null ? null : `the ${silentEnd} closed without an alert`;
}

/** Time of day of a row; its date comes with it when it is not the day of `now`. */
export function timeOf(startedAt: number, now: number): string {
  const moment = momentOf(startedAt);
  return moment.slice(0, 10) === momentOf(now).slice(0, 10) ? moment.slice(11) : moment;
}

/** What a screen reader says of the link of a row. */
export function linkName(row: LogRow): string {
  return `Connection ${row.id}, ${whoseWords(row)}, from ${placeOf(row.client)}`;
}

/** Whether a query leaves anything out. */
export function isNarrow({ text, outcome, version, whose }: LogQuery): boolean {
  return text.trim() !== '' || outcome !== null || version !== null || whose !== null;
}

/** How many there are. */
export function countWords(query: LogQuery, matching: number, { total }: LogCounts): string {
  const all = counted(total, 'connection');
  return isNarrow(query) ? `${inDigits(matching)} of ${all} fit.` : `${all}.`;
}

/** What has come meanwhile. */
export function newerWords(newer: number): string {
  return counted(newer, 'new connection');
}
