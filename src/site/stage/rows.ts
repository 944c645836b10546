/** The rows of a run's diagram: what was sent, where it is now, and whether anybody read it. */
import type { Run, WireRecord } from '$core/bridge/run.ts';
import type { RecordView } from '$core/tls/dissection.ts';
import { dissectionOf } from '$core/world/outcome.ts';
import type { Prepared } from '$core/world/world.ts';
import { arrivals, wireBytes, wireRows } from '$core/world/wire.ts';
import type { Passage, RecordRow } from '$site/ui/wire/sequence.ts';

/**
 * One row for each record at the tap, in the order in which they came; a row's index is the record's at the tap.
 *
 * @param prepared what waits to be done to held ones
 */
export function rowsOf(run: Run, prepared: readonly Prepared[]): RecordRow[] {
  const { alerts } = dissectionOf(run);
  const next = run.held[0]?.index;
  const arrived = { client: arrivals(run, 'server'), server: arrivals(run, 'client') };
  return wireRows(run).map(({ tap, records }) => {
    const { index, from } = tap;
    const [first] = records;
    const isOf = (alert: { readonly record: number }) => records.some((record) => record.index === alert.record);
    return {
      ...{ kind: 'record', index, from, label: labelOf(records) },
      length: wireBytes(tap).length,
      protection: first?.protection ?? 'clear',
      type: first?.type ?? 0,
      at: tap.at,
      alert: alerts.find(isOf) ?? null,
      passage: passageOf(tap, next),
      prepared: prepared.find(({ record }) => record === index)?.change.do ?? null,
      isSealed: records.some(({ sealed }) => sealed !== undefined),
      isUnread: isUnread(arrived[from].get(index)),
    };
  });
}

function labelOf(records: readonly RecordView[]): string {
  return records.length === 0 ? 'Bytes that are no record' : records.map(({ label }) => label).join(' + ');
}

function passageOf(tap: WireRecord, next: number | undefined): Passage {
  if ('held' in tap) return tap.index === next ? 'held' : 'queued';
  if (tap.sent.length === 0) return 'injected';
  if (tap.delivered === null) return 'passed';
  return tap.delivered.length === 0 ? 'dropped' : 'changed';
}

function isUnread(records: readonly RecordView[] | undefined): boolean {
  return records !== undefined && records.length > 0 && records.every(({ unread }) => unread !== undefined);
}
