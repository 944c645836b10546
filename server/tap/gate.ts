/**
 * What the tap decides, without any socket: events in, commands out. A record that has come is given its index at
 * once, so that the log tells the order on the wire even when records are held. Time is the log's business.
 */
import type { Side } from '../../src/core/tls/dissection.ts';

export type Ending = 'FIN' | 'RST';

/** `run` passes everything on as it comes; `hold` keeps it until the mode is `run` again. */
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
  | { readonly kind: 'mode'; readonly mode: GateMode };

export type GateCommand =
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

const EMPTY_LANE: Lane = { held: [], ending: null, isOver: false };

/** A gate through which nothing has passed yet. */
export function openGate(mode: GateMode = 'run'): Gate {
  return { mode, nextIndex: 0, lanes: { client: EMPTY_LANE, server: EMPTY_LANE } };
}

/** Bytes of one direction that wait at the gate. */
export function heldBytes(gate: Gate, from: Side): number {
  return gate.lanes[from].held.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** The gate after one event, and what its owner has to do now, in this order. */
export function step(gate: Gate, event: GateEvent): [Gate, GateCommand[]] {
  switch (event.kind) {
    case 'record': {
      const { held, ...lane } = gate.lanes[event.from];
      if (lane.ending) return [gate, []];
      const next = { ...lane, held: [...held, { index: gate.nextIndex, bytes: event.bytes }] };
      return released(withLane({ ...gate, nextIndex: gate.nextIndex + 1 }, event.from, next), event.from);
    }
    case 'ended': {
      // Only the first end counts: a reset that answers data sent to a closed socket says nothing new.
      const lane = gate.lanes[event.from];
      if (lane.ending) return [gate, []];
      return released(withLane(gate, event.from, { ...lane, ending: event.how }), event.from);
    }
    case 'mode': {
      const [fromClient, first] = released({ ...gate, mode: event.mode }, 'client');
      const [both, second] = released(fromClient, 'server');
      return [both, [...first, ...second]];
    }
  }
}

const withLane = (gate: Gate, from: Side, lane: Lane): Gate => ({ ...gate, lanes: { ...gate.lanes, [from]: lane } });

/** Lets through what may go. The end of a direction never overtakes the records that came before it. */
function released(gate: Gate, from: Side): [Gate, GateCommand[]] {
  const lane = gate.lanes[from];
  if (gate.mode === 'hold' || lane.isOver) return [gate, []];
  const commands: GateCommand[] = lane.held.map(({ index, bytes }) => ({
    kind: 'deliver',
    from,
    index,
    sent: bytes,
    delivered: null,
  }));
  if (lane.ending) commands.push({ kind: 'end', from, how: lane.ending });
  return [withLane(gate, from, { ...lane, held: [], isOver: lane.ending !== null }), commands];
}
