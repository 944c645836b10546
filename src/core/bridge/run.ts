/** A run: everything that was seen of one connection. Facts only; what they mean is derived. */
import type { Chunk, Side } from '../tls/dissection.ts';
import type { ClientProgram, Engine, RunClosed, RunEvent, RunFact, TlsVersion } from './messages.ts';

/** One record as it passed the tap. */
export interface TapRecord {
  readonly seq: number;
  readonly run: number;
  /** position in the order in which the records of both sides came to the tap */
  readonly index: number;
  readonly from: Side;
  /** when it came to the tap, and when it was let through: ms from the run's start */
  readonly sentAt: number;
  readonly at: number;
  /** nothing, where the tap itself put it on the wire */
  readonly sent: Uint8Array;
  /** what reached the peer instead, nothing where it was dropped; null: what was sent */
  readonly delivered: Uint8Array | null;
}

/** One record that waits at the tap. */
export interface HeldRecord {
  readonly seq: number;
  readonly run: number;
  readonly index: number;
  readonly from: Side;
  readonly at: number;
  /** what was sent */
  readonly held: Uint8Array;
}

/** A record that was seen at the tap: it has passed, or it waits. */
export type WireRecord = TapRecord | HeldRecord;

/** A record without its place in a session. */
export type Unplaced<R extends WireRecord = WireRecord> = R extends WireRecord ? Omit<R, 'seq' | 'run'> : never;

/** Anything that is told of a run; `seq` rises by one from fact to fact of a session. */
export type Fact = RunFact | WireRecord;

export interface Run {
  readonly id: number;
  readonly label: string;
  readonly version: TlsVersion;
  /** who played the client */
  readonly client: ClientProgram;
  /** who played the server */
  readonly engine: Engine;
  readonly serverName: string;
  readonly startedAt: number;
  /** in the order in which they were let through */
  readonly records: readonly TapRecord[];
  /** at the gate now, in the order in which they came */
  readonly held: readonly HeldRecord[];
  readonly keyLog: readonly { readonly side: Side; readonly at: number; readonly line: string }[];
  readonly events: readonly RunEvent[];
  readonly closes: readonly RunClosed[];
  readonly heard: readonly { readonly side: Side; readonly at: number; readonly line: string }[];
}

/** The run after one more fact; a fact of another run leaves it as it is. */
export function withFact(run: Run, fact: Exclude<Fact, { type: 'run' }>): Run {
  if (fact.run !== run.id) return run;
  if ('held' in fact) return { ...run, held: [...run.held, fact] };
  if (!('type' in fact)) {
    const held = run.held.filter(({ index }) => index !== fact.index);
    return { ...run, records: [...run.records, fact], held };
  }
  switch (fact.type) {
    case 'key-log':
      return { ...run, keyLog: [...run.keyLog, { side: fact.side, at: fact.at, line: fact.line }] };
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
  const { run: id, label, version, client, engine, serverName, startedAt } = fact;
  const nothing = { records: [], held: [], keyLog: [], events: [], closes: [], heard: [] };
  return { id, label, version, client, engine, serverName, startedAt, ...nothing };
}

/** The run as it was at a moment, ms from its start: what had not come by then is left out. */
export function runAt(run: Run, ms: number): Run {
  const until = <T extends { readonly at: number }>(facts: readonly T[]) => facts.filter(({ at }) => at <= ms);
  const waiting = run.records.filter(({ sentAt, at, sent }) => sentAt <= ms && at > ms && sent.length > 0);
  const held = waiting.map(({ seq, run: id, index, from, sentAt, sent }) => ({
    ...{ seq, run: id, index, from, at: sentAt },
    held: sent,
  }));
  return {
    ...run,
    records: until(run.records),
    held: [...held, ...until(run.held)].sort((one, other) => one.index - other.index),
    keyLog: until(run.keyLog),
    events: until(run.events),
    closes: until(run.closes),
    heard: until(run.heard),
  };
}

/** The moments at which something was told of a run, in order and each once: ms from its start. */
export function momentsOf({ records, held, events, closes, heard }: Run): number[] {
  const moments = [
    records.flatMap(({ sentAt, at }) => [sentAt, at]),
    [held, events, closes, heard].flat().map(({ at }) => at),
  ];
  return [...new Set(moments.flat())].sort((one, other) => one - other);
}

/**
 * The bytes that somebody knows of, in the order in which they knew them.
 *
 * @param side what it sent itself, and what reached it. `wire`: what was sent by both, in the order in which it came to
 *   the tap, and what the tap itself sent
 */
export function viewOf({ records, held }: Run, side: Side | 'wire'): Chunk[] {
  const sent = [...records, ...held.map((one) => ({ ...one, sentAt: one.at, sent: one.held, delivered: null }))];
  const seen = (side === 'wire' ? sent : records).flatMap((record): Seen[] => {
    const { from, index, at, sentAt, sent: own, delivered } = record;
    if (side === 'wire') return [{ from, index, at: sentAt, bytes: own.length > 0 ? own : (delivered ?? own) }];
    return from === side ? [] : [{ from, index, at, bytes: delivered ?? own }];
  });
  const own = sent
    .filter(({ from }) => from === side)
    .map(({ from, index, sentAt, sent: bytes }) => ({ from, index, at: sentAt, bytes }));
  const all = [...seen, ...own].filter(({ bytes }) => bytes.length > 0);
  const order = side === 'wire' ? byIndex : byTime;
  return all.sort(order).map(({ from, at, bytes }) => ({ from, at, bytes }));
}

interface Seen extends Chunk {
  readonly index: number;
}
const byIndex = (one: Seen, other: Seen): number => one.index - other.index;
const byTime = (one: Seen, other: Seen): number => one.at - other.at;

/** The key-log text of one side, or of both (`wire` has none: an eavesdropper holds no keys). */
export function keyLogOf(run: Run, side: Side | 'both'): string {
  return run.keyLog
    .filter((entry) => side === 'both' || entry.side === side)
    .map((entry) => entry.line.trim() + '\n')
    .join('');
}
