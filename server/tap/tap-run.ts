/**
 * One connection through the tap: two sockets and the gate between them. It does what the gate says and decides only
 * what sockets force upon it: back-pressure, and the deadline.
 */
import type { Socket } from 'node:net';
import type { Side } from '../../src/core/tls/dissection.ts';
import { heldBytes, openGate, step, type Ending, type GateCommand, type GateEvent, type GateMode } from './gate.ts';
import { RecordSplitter } from './records.ts';

/** A record on its way, in the order of both directions. `delivered` is null when it is what was sent. */
export interface PassedRecord {
  readonly index: number;
  readonly from: Side;
  readonly sent: Uint8Array;
  readonly delivered: Uint8Array | null;
}

/** Who is told what a run does. None of these may throw. */
export interface TapObserver {
  record(record: PassedRecord): void;
  /**
   * One side's end of its TCP connection: by itself, by the tap because time was up, or cut by the tap because nobody was
   * left on the other side. Once for each side of a run that is over.
   */
  closed(from: Side, how: Ending | 'deadline' | 'cut'): void;
  /** This direction does not carry TLS records; its bytes pass on in pieces. */
  notTls(from: Side): void;
  /** Both sockets are closed. The last call. */
  over(): void;
}

/** What the owner of a tap may do with one of its runs. */
export interface TapRun {
  /** the client's own end of the connection */
  readonly peerAddress: string;
  readonly peerPort: number;
  /** the port from which the tap has connected to the target: the target sees the run under it */
  readonly localPort: number;
  setMode(mode: GateMode): void;
  /** Ends the run at once; sides that are still open are reported as ended by the tap. */
  end(): void;
}

/** Bytes of one direction that wait at the gate, or in a socket, before the tap stops reading the sender. */
const HELD_BYTES = 256 * 1024;

const OTHER: { readonly [S in Side]: Side } = { client: 'server', server: 'client' };

/**
 * Joins two connected sockets that were opened with `allowHalfOpen` and not read from, and owns them from here on.
 *
 * @param onRun is called before any byte is read, so that the owner can find the run by its ports first
 */
export function joinRun(
  sockets: { readonly [S in Side]: Socket },
  deadlineMs: number,
  onRun: (run: TapRun) => TapObserver,
): void {
  const splitters = { client: new RecordSplitter(), server: new RecordSplitter() };
  const told = new Set<Side>();
  let gate = openGate();
  let openSockets = 2;
  let isEnded = false;

  const observer = onRun({
    peerAddress: sockets.client.remoteAddress ?? '',
    peerPort: sockets.client.remotePort ?? 0,
    localPort: sockets.server.localPort ?? 0,
    setMode: (mode) => feed({ kind: 'mode', mode }),
    end,
  });
  const deadline = setTimeout(end, deadlineMs);

  for (const side of ['client', 'server'] as const) {
    const socket = sockets[side];
    socket.on('data', (bytes: Uint8Array) => read(side, splitters[side].push(bytes)));
    socket.on('end', () => ended(side, 'FIN'));
    socket.on('error', () => ended(side, 'RST'));
    socket.on('drain', flow);
    socket.on('close', () => closed(side));
  }
  flow();

  function read(from: Side, pieces: readonly Uint8Array[]): void {
    if (splitters[from].isRaw && !told.has(from)) {
      told.add(from);
      observer.notTls(from);
    }
    for (const bytes of pieces) feed({ kind: 'record', from, bytes });
  }

  function ended(from: Side, how: Ending): void {
    read(from, splitters[from].flush());
    feed({ kind: 'ended', from, how });
  }

  function feed(event: GateEvent): void {
    const [next, commands] = step(gate, event);
    gate = next;
    commands.forEach(carryOut);
    flow();
  }

  function carryOut(command: GateCommand): void {
    const target = sockets[OTHER[command.from]];
    if (command.kind === 'deliver') {
      const { index, from, sent, delivered } = command;
      observer.record({ index, from, sent, delivered });
      if (target.writable) target.write(delivered ?? sent);
      return;
    }
    observer.closed(command.from, command.how);
    if (command.how === 'FIN') target.end();
    else reset(target);
  }

  /** Resets a socket after what is queued in it has left. */
  function reset(target: Socket): void {
    if (target.writable) target.write('', () => target.resetAndDestroy());
    else target.resetAndDestroy();
  }

  /** Reads from each side only while the other can take it. */
  function flow(): void {
    for (const side of ['client', 'server'] as const) {
      const target = sockets[OTHER[side]];
      const isFull = target.writableLength > HELD_BYTES || heldBytes(gate, side) > HELD_BYTES;
      if (isFull) sockets[side].pause();
      else if (sockets[side].isPaused()) sockets[side].resume();
    }
  }

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    for (const side of ['client', 'server'] as const) {
      if (!gate.lanes[side].ending) observer.closed(side, 'deadline');
      sockets[side].destroy();
    }
  }

  function closed(side: Side): void {
    openSockets -= 1;
    const other = OTHER[side];
    // A side that is gone after its FIN answers with resets; its peer must not go on talking to nobody.
    if (openSockets > 0 && gate.lanes[side].isOver && !gate.lanes[other].ending) reset(sockets[other]);
    if (openSockets > 0) return;
    for (const left of ['client', 'server'] as const) {
      if (!isEnded && !gate.lanes[left].ending) observer.closed(left, 'cut');
    }
    clearTimeout(deadline);
    observer.over();
  }
}
