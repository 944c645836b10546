/** What became of a run, in words, from what was on the wire and from what each side's program said. */
import type { Ending } from '$core/bridge/messages.ts';
import type { Run } from '$core/bridge/run.ts';
import { counted } from '$core/bytes/counted.ts';
import type { AlertView, Side } from '$core/tls/dissection.ts';
import type { LampState } from '$site/ui/marks/lamp.ts';
import { FORMER_RUN } from '$core/world/apply.ts';
import { dissectionOf, outcomeOf, type Reason } from '$core/world/outcome.ts';
import { wireRows } from '$core/world/wire.ts';

export type Verdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'accepted'; readonly title: string; readonly text: string }
  | { readonly kind: 'alert'; readonly code: number; readonly title: string; readonly text: string }
  | {
      readonly kind: 'closed';
      readonly how: Ending;
      readonly title: string;
      readonly text: string;
    };

/** `close_notify` and `user_canceled` end a connection in good order (RFC 8446 §6.1). */
const GOOD_ORDER: readonly number[] = [0, 90];

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** A lamp of a run; what has not lit by the end never will. */
export function lampOf(run: Run | null, side: Side): LampState {
  if (run === null) return 'unknown';
  const { kind } = outcomeOf(run).lamps[side];
  return kind === 'unknown' && hasEnded(run) ? 'never' : kind;
}

/** The first alert that refuses something; null when none was on the wire or could be read. */
export function refusalAlert(run: Run): AlertView | null {
  return dissectionOf(run).alerts.find(({ code }) => !GOOD_ORDER.includes(code)) ?? null;
}

/** Whether the tap put a record on the wire, in a side's name. */
export function isByTap(run: Run, record: number): boolean {
  const row = wireRows(run).find(({ records }) => records.some(({ index }) => index === record));
  return row !== undefined && !('held' in row.tap) && row.tap.sent.length === 0;
}

/** True when nothing more can come: both ends are closed, or the server's session of this run is gone. */
export function hasEnded(run: Run): boolean {
  return outcomeOf(run).isOver || run.id === FORMER_RUN;
}

export function verdictOf(run: Run): Verdict {
  const { accepted, reason, end } = outcomeOf(run);
  const alert = refusalAlert(run);
  if (alert !== null) return alertVerdict(run, alert);
  if (reason !== null && end !== null) return silentVerdict(run, reason);
  if (accepted !== null) return acceptedVerdict(accepted.subject, hasEnded(run));
  if (end === null || !hasEnded(run)) return { kind: 'none' };
  if (end.how === 'deadline')
    return { kind: 'closed', how: 'deadline', title: 'Time is up', text: 'The tap ended this connection.' };
  const title = `The ${end.from} closed the connection`;
  return { kind: 'closed', how: end.how, title, text: 'Neither side reported a reason.' };
}

function alertVerdict(run: Run, { code, name, from, encrypted, record }: AlertView): Verdict {
  const { reason, lamps } = outcomeOf(run);
  if (isByTap(run, record)) {
    const text = `A fatal alert that the ${from} never sent. The ${otherSide(from)} cannot tell the difference.`;
    return { kind: 'alert', code, title: `${name}, in the name of the ${from}`, text };
  }
  const other = otherSide(from);
  const how = encrypted ? 'A fatal alert in a locked record.' : 'A fatal alert in clear.';
  const late = lamps[other].kind === 'lit' ? ` The ${other} had already been content.` : '';
  const own = reason?.side === from && reason.code !== null ? ` The ${from}’s own reason: ${reason.code}.` : '';
  return { kind: 'alert', code, title: `${name}, from the ${from}`, text: how + late + own };
}

/** "No alert" is said only where every record of that side could be read. */
function silentVerdict(run: Run, { side, code, text }: Reason): Verdict {
  const how = run.closes.find(({ from }) => from === side)?.how ?? run.closes[0]?.how ?? 'FIN';
  const isReadable = dissectionOf(run).records.every(({ from, sealed }) => from !== side || sealed === undefined);
  const own = code === null ? text : `The ${side}’s own reason, which stayed on its side: ${code}.`;
  return {
    kind: 'closed',
    how,
    title: isReadable ? 'No alert was sent' : `The ${side} closed the connection`,
    text: `The ${side} refused and closed the connection${how === 'RST' ? ' with a reset' : ''}. ${own}`,
  };
}

function acceptedVerdict(subject: string, isOver: boolean): Verdict {
  const who = `The server sees ${subject}.`;
  return isOver
    ? { kind: 'accepted', title: 'Accepted, and now closed', text: who }
    : { kind: 'accepted', title: 'Both sides believe each other', text: `${who} The connection is open.` };
}

const ENDINGS = {
  FIN: 'a FIN',
  RST: 'a reset',
  deadline: 'the tap ended it',
  cut: 'the tap cut it',
} as const satisfies Record<Ending, string>;

/** `13 records, then a FIN`; `12 records, 3 held, 1 changed` */
export function countInWords(run: Run): string {
  const all = run.records.length + run.held.length;
  const changed = run.records.filter(({ sent, delivered }) => delivered !== null || sent.length === 0).length;
  const counts = [
    counted(all, 'record'),
    run.held.length > 0 ? `${run.held.length} held` : '',
    changed > 0 ? `${changed} changed` : '',
  ];
  const records = counts.filter((count) => count !== '').join(', ');
  const [close] = run.closes;
  if (close === undefined) return records;
  return `${records}, then ${ENDINGS[close.how]}`;
}
