/** What is said to a screen reader when records come: the newest one in words, and how many came with it. */
import type { RecordRow } from '$site/ui/wire/sequence.ts';

/** @param fresh the rows that are new, in their order; at least one */
export function newsOf(fresh: readonly RecordRow[]): string {
  const last = fresh.at(-1);
  if (last === undefined) return '';
  const { index, label, from, passage } = last;
  const waits = passage === 'held' || passage === 'queued' ? ', held' : '';
  const others = fresh.length > 1 ? `${fresh.length} records. The last: ` : '';
  return `${others}record ${index + 1}, ${label}, from the ${from}${waits}`;
}
