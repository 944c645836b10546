/**
 * What became of a run. Derived from facts only: the lamps from what each side's own program said, alerts and endings
 * from what was on the wire. Nothing here guesses.
 */
import { keyLogOf, viewOf, type Run } from '../bridge/run.ts';
import type { Ending, RunEvent } from '../bridge/messages.ts';
import { dissect } from '../tls/dissect.ts';
import type { AlertView, Dissection, Side } from '../tls/dissection.ts';

export interface Reason {
  readonly side: Side;
  /** the program's own code, or null */
  readonly code: string | null;
  readonly text: string;
}

/** `unknown` until that side's own program has said something. */
export type Lamp =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'lit'; readonly peer: RunEvent['peer'] }
  | { readonly kind: 'refused'; readonly reason: Reason };

export interface Outcome {
  /** `client`: the client trusts the server; `server`: the server trusts the client */
  readonly lamps: { readonly [S in Side]: Lamp };
  /** who refused or found a fault first, by its own word */
  readonly noticedBy: Side | null;
  /** the message it was judging; null where that cannot be known */
  readonly at: string | null;
  readonly reason: Reason | null;
  /** the first alert on the wire that is not a goodbye (close_notify) */
  readonly alert: AlertView | null;
  /** who ended the TCP connection first, and how */
  readonly end: { readonly from: Side; readonly how: Ending } | null;
  /** no more can come */
  readonly isOver: boolean;
  /** whom each side let in, once both have; what the server saw in the client's certificate */
  readonly accepted: {
    readonly as: string;
    readonly subject: string;
    readonly serial: string;
    readonly sha256: string;
  } | null;
}

const CLOSE_NOTIFY = 0;

/** Who looks: both ends together, one of them, or somebody without keys. */
export type View = 'both' | Side | 'eavesdropper';

const dissections = {
  both: new WeakMap<Run, Dissection>(),
  client: new WeakMap<Run, Dissection>(),
  server: new WeakMap<Run, Dissection>(),
  eavesdropper: new WeakMap<Run, Dissection>(),
} as const satisfies Record<View, WeakMap<Run, Dissection>>;
const outcomes = new WeakMap<Run, Outcome>();

/**
 * The run's bytes as somebody knows them, opened with the keys that they hold. Made once per view and state of the run.
 * One side knows what it sent and what reached it; the other views see what was sent.
 */
export function dissectionOf(run: Run, view: View = 'both'): Dissection {
  return remembered(dissections[view], run, () => {
    const isSide = view === 'client' || view === 'server';
    return dissect(viewOf(run, isSide ? view : 'wire'), view === 'eavesdropper' ? '' : keyLogOf(run, view));
  });
}

/** What became of the run so far. Made once per state of the run. */
export function outcomeOf(run: Run): Outcome {
  return remembered(outcomes, run, () => derive(run));
}

/** True once nothing more can come: both directions are closed, or the tap ended the run. */
export function isOver(run: Run): boolean {
  const sides = new Set(run.closes.map(({ from }) => from));
  return sides.size === 2 || run.closes.some(({ how }) => how === 'deadline');
}

function remembered<T>(memory: WeakMap<Run, T>, run: Run, make: () => T): T {
  const known = memory.get(run);
  if (known !== undefined) return known;
  const made = make();
  memory.set(run, made);
  return made;
}

function derive(run: Run): Outcome {
  const dissection = dissectionOf(run);
  const complaint = firstOf(run.events.filter(({ name }) => name === 'refuses-peer' || name === 'fault'));
  const lamps = { client: lampOf(run, 'client'), server: lampOf(run, 'server') };
  return {
    lamps,
    noticedBy: complaint?.side ?? null,
    at: complaint ? judgedMessage(complaint, dissection) : null,
    reason: complaint ? reasonOf(complaint) : null,
    alert: dissection.alerts.find(({ code }) => code !== CLOSE_NOTIFY) ?? null,
    end: firstOf(run.closes) ?? null,
    isOver: isOver(run),
    accepted: acceptedOf(lamps),
  };
}

function firstOf<T extends { readonly at: number }>(list: readonly T[]): T | undefined {
  return list.reduce<T | undefined>((first, one) => (first && first.at <= one.at ? first : one), undefined);
}

function lampOf(run: Run, side: Side): Lamp {
  const own = run.events.filter((event) => event.side === side);
  const refusal = own.find(({ name }) => name === 'refuses-peer');
  if (refusal) return { kind: 'refused', reason: reasonOf(refusal) };
  const trust = own.find(({ name }) => name === 'trusts-peer');
  return trust ? { kind: 'lit', peer: trust.peer } : { kind: 'unknown' };
}

function reasonOf({ side, code, text }: RunEvent): Reason {
  return { side, code, text };
}

/** A certificate that was refused is the message; for any other fault it is the last one that its peer sent. */
function judgedMessage(complaint: RunEvent, { messages }: Dissection): string | null {
  if (complaint.name === 'refuses-peer') return 'Certificate';
  return messages.findLast(({ from }) => from !== complaint.side)?.name ?? null;
}

function acceptedOf({ client, server }: Outcome['lamps']): Outcome['accepted'] {
  if (client.kind !== 'lit' || server.kind !== 'lit' || !server.peer) return null;
  return { as: commonName(server.peer.subject), ...server.peer };
}

/** The common name in RFC 4514 text, or the whole text where there is none. */
export function commonName(subject: string): string {
  const value = /(?:^|[,+]\s*)CN=((?:\\.|[^,+\\])*)/i.exec(subject)?.[1];
  return value === undefined ? subject : value.replace(/\\(.)/g, '$1');
}
