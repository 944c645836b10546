/**
 * What the tap decides, without any socket: events in, commands out. A record that has come is given its index at
 * once, so that the log tells the order on the wire even when records are held. Time is the log's business.
 */
import type { Side } from '../../src/core/tls/dissection.ts';

export type Ending = 'FIN' | 'RST';

/** `run` passes everything on as it comes; `hold` keeps every record until it is let through. */
export type GateMode = 'run' | 'hold';

interface Held {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** One direction, named after the side that sends in it. */
interface Lane {
  readonly held: readonly Held[];
  /** how the sender ended its direction; waits here for the records before it */
  readonly ending: Ending | null;
  readonly isOver: boolean;
}

export interface Gate {
  readonly mode: GateMode;
  readonly nextIndex: number;
  readonly lanes: { readonly [S in Side]: Lane };
}

export type GateEvent =
  | { readonly kind: 'record'; readonly from: Side; readonly bytes: Uint8Array }
  | { readonly kind: 'ended'; readonly from: Side; readonly how: Ending }
  | { readonly kind: 'mode'; readonly mode: GateMode }
  /**
   * Lets one held record through, whatever waits before it; the others keep their places. `delivered`: other bytes for
   * the peer, none to drop it; null passes it as it was sent.
   */
  | { readonly kind: 'pass'; readonly index: number; readonly delivered: Uint8Array | null }
  /** Bytes for the peer of `from`, at once, that `from` never sent. */
  | { readonly kind: 'inject'; readonly from: Side; readonly bytes: Uint8Array };

export type GateCommand =
  /** a record has come and waits */
  | { readonly kind: 'hold'; readonly from: Side; readonly index: number; readonly sent: Uint8Array }
  /** passes a record on to the peer of `from`; `delivered` is null when it is what was sent */
  | {
      readonly kind: 'deliver';
      readonly from: Side;
      readonly index: number;
      readonly sent: Uint8Array;
      readonly delivered: Uint8Array | null;
    }
  /** passes the end of a direction on to the peer of `from` */
  | { readonly kind: 'end'; readonly from: Side; readonly how: Ending };

const SIDES = ['client', 'server'] as const;
const EMPTY_LANE: Lane = { held: [], ending: null, isOver: false };
const NOTHING = new Uint8Array(0);

/** A gate through which nothing has passed yet. */
export function openGate(mode: GateMode = 'run'): Gate {
  return { mode, nextIndex: 0, lanes: { client: EMPTY_LANE, server: EMPTY_LANE } };
}

/** What of one direction waits at the gate. */
export function waitingAt({ lanes }: Gate, from: Side): { readonly records: number; readonly bytes: number } {
  const { held } = lanes[from];
  return { records: held.length, bytes: held.reduce((sum, { bytes }) => sum + bytes.length, 0) };
}

/** Whose record of this index waits at the gate; null: no such record does. */
export function holderOf({ lanes }: Gate, index: number): Side | null {
  return SIDES.find((side) => lanes[side].held.some((one) => one.index === index)) ?? null;
}

/** The gate after one event, and what its owner has to do now, in this order. */
export function step(gate: Gate, event: GateEvent): [Gate, GateCommand[]] {
  switch (event.kind) {
    case 'record':
      return taken(gate, event.from, event.bytes);
    case 'ended': {
      // Only the first end counts: a reset that answers data sent to a closed socket says nothing new.
      const lane = gate.lanes[event.from];
      if (lane.ending) return [gate, []];
      return ended(withLane(gate, event.from, { ...lane, ending: event.how }), event.from);
    }
    case 'mode':
      return event.mode === 'hold' ? [{ ...gate, mode: 'hold' }, []] : released({ ...gate, mode: 'run' });
    case 'pass':
      return passed(gate, event.index, event.delivered);
    case 'inject': {
      const { from, bytes } = event;
      if (gate.lanes[from].isOver) return [gate, []];
      const index = gate.nextIndex;
      return [{ ...gate, nextIndex: index + 1 }, [{ kind: 'deliver', from, index, sent: NOTHING, delivered: bytes }]];
    }
  }
}

const withLane = (gate: Gate, from: Side, lane: Lane): Gate => ({ ...gate, lanes: { ...gate.lanes, [from]: lane } });

function taken(gate: Gate, from: Side, sent: Uint8Array): [Gate, GateCommand[]] {
  const lane = gate.lanes[from];
  if (lane.ending) return [gate, []];
  const index = gate.nextIndex;
  const next = { mode: gate.mode, nextIndex: index + 1, lanes: gate.lanes };
  if (gate.mode === 'run') return [next, [{ kind: 'deliver', from, index, sent, delivered: null }]];
  const held = [...lane.held, { index, bytes: sent }];
  return [withLane(next, from, { ...lane, held }), [{ kind: 'hold', from, index, sent }]];
}

function passed(gate: Gate, index: number, delivered: Uint8Array | null): [Gate, GateCommand[]] {
  const from = holderOf(gate, index);
  if (from === null) return [gate, []];
  const lane = gate.lanes[from];
  const record = lane.held.find((one) => one.index === index);
  if (!record) return [gate, []];
  const left = withLane(gate, from, { ...lane, held: lane.held.filter((one) => one !== record) });
  const [next, end] = ended(left, from);
  return [next, [{ kind: 'deliver', from, index, sent: record.bytes, delivered }, ...end]];
}

/** Everything that waits goes on, in the order in which it came. */
function released(gate: Gate): [Gate, GateCommand[]] {
  const { client, server } = gate.lanes;
  const waiting = SIDES.flatMap((from) => gate.lanes[from].held.map((one) => ({ ...one, from })));
  const commands = waiting
    .sort((one, other) => one.index - other.index)
    .map(({ from, index, bytes }): GateCommand => ({ kind: 'deliver', from, index, sent: bytes, delivered: null }));
  const empty = { ...gate, lanes: { client: { ...client, held: [] }, server: { ...server, held: [] } } };
  const [fromClient, first] = ended(empty, 'client');
  const [both, second] = ended(fromClient, 'server');
  return [both, [...commands, ...first, ...second]];
}

/** The end of a direction goes on once nothing waits before it: it never overtakes a record. */
function ended(gate: Gate, from: Side): [Gate, GateCommand[]] {
  const lane = gate.lanes[from];
  if (lane.isOver || lane.ending === null || lane.held.length > 0) return [gate, []];
  return [withLane(gate, from, { ...lane, isOver: true }), [{ kind: 'end', from, how: lane.ending }]];
}
