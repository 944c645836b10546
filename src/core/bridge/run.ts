/** A run: everything that was seen of one connection. Facts only; what they mean is derived. */
import type { Chunk, Side } from '../tls/dissection.ts';
import type { ClientProgram, RunClosed, RunEvent, RunFact, TlsVersion } from './messages.ts';

/** One record as it passed the tap. `delivered` is null when the peer got what was sent. */
export interface TapRecord {
  readonly seq: number;
  readonly run: number;
  readonly index: number;
  readonly from: Side;
  readonly at: number;
  readonly sent: Uint8Array;
  readonly delivered: Uint8Array | null;
}

export interface Run {
  readonly id: number;
  readonly label: string;
  readonly version: TlsVersion;
  /** who played the client */
  readonly client: ClientProgram;
  readonly serverName: string;
  readonly startedAt: number;
  readonly records: readonly TapRecord[];
  readonly keyLog: readonly { readonly side: Side; readonly line: string }[];
  readonly events: readonly RunEvent[];
  readonly closes: readonly RunClosed[];
  readonly heard: readonly { readonly side: Side; readonly at: number; readonly line: string }[];
}

/** The run after one more fact; a fact of another run leaves it as it is. */
export function withFact(run: Run, fact: Exclude<RunFact, { type: 'run' }> | TapRecord): Run {
  if (fact.run !== run.id) return run;
  if (!('type' in fact)) return { ...run, records: [...run.records, fact] };
  switch (fact.type) {
    case 'key-log':
      return { ...run, keyLog: [...run.keyLog, { side: fact.side, line: fact.line }] };
    case 'event':
      return { ...run, events: [...run.events, fact] };
    case 'closed':
      return { ...run, closes: [...run.closes, fact] };
    case 'heard':
      return { ...run, heard: [...run.heard, { side: fact.side, at: fact.at, line: fact.line }] };
  }
}

/** A run that has just begun. */
export function openedRun(fact: Extract<RunFact, { type: 'run' }>): Run {
  const { run: id, label, version, client, serverName, startedAt } = fact;
  const nothing = { records: [], keyLog: [], events: [], closes: [], heard: [] };
  return { id, label, version, client, serverName, startedAt, ...nothing };
}

/**
 * The bytes that one side knows of: what it sent itself, and what reached it.
 *
 * @param side whose view; `wire` is what was sent, by both
 */
export function viewOf(run: Run, side: Side | 'wire'): Chunk[] {
  return run.records.map(({ from, at, sent, delivered }) => ({
    from,
    at,
    bytes: side === 'wire' || from === side ? sent : (delivered ?? sent),
  }));
}

/** The key-log text of one side, or of both (`wire` has none: an eavesdropper holds no keys). */
export function keyLogOf(run: Run, side: Side | 'both'): string {
  return run.keyLog
    .filter((entry) => side === 'both' || entry.side === side)
    .map((entry) => entry.line.trim() + '\n')
    .join('');
}
