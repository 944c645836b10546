/**
 * One connection through the tap: two sockets and the gate between them. It does what the gate says and decides only
 * what sockets force upon it: back-pressure, and the deadline.
 */
import type { Duplex } from 'node:stream';
import type { Side } from '../../src/core/tls/dissection.ts';
import {
  holderOf,
  openGate,
  step,
  waitingAt,
  type Ending,
  type GateCommand,
  type GateEvent,
  type GateMode,
} from './gate.ts';
import { RecordSplitter } from './records.ts';

/** A record that waits, numbered in the order of both directions. */
export interface HeldRecord {
  readonly index: number;
  readonly from: Side;
  readonly sent: Uint8Array;
}

/**
 * A record that has been let through. `delivered` is null when it is what was sent, and empty when nothing reached the
 * peer; `sent` is empty when nobody sent it.
 */
export interface PassedRecord {
  readonly index: number;
  readonly from: Side;
  readonly sent: Uint8Array;
  readonly delivered: Uint8Array | null;
}

/** Who is told what a run does. None of these may throw. */
export interface TapObserver {
  /** a record has come and waits at the gate */
  held(record: HeldRecord): void;
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

/** One end of a run: a socket, or a stream in its place. */
export interface TapEnd extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localPort?: number | undefined;
  resetAndDestroy(): unknown;
}

/** What the owner of a tap may do with one of its runs. */
export interface TapRun {
  /** the client's own end of the connection; '' and 0 where it is no socket */
  readonly peerAddress: string;
  readonly peerPort: number;
  /** the port from which the tap has connected to the target: the target sees the run under it; 0 where it is no socket */
  readonly localPort: number;
  /** the target's, likewise */
  readonly remotePort: number;
  /** `hold` keeps every record until it is let through; `run` lets everything through. */
  setMode(mode: GateMode): void;
  /**
   * Lets one held record through, before others of its direction if they come later in the calls.
   *
   * @param delivered what its peer gets instead, nothing to drop it; null: what was sent
   * @returns whether such a record waits
   */
  pass(index: number, delivered: Uint8Array | null): boolean;
  /** Sends bytes to the peer of `from` as if `from` had; false when that direction has ended. */
  inject(from: Side, bytes: Uint8Array): boolean;
  /** Ends both directions at once, in good order or with a reset. What waits is lost. */
  cut(how: Ending): void;
  /** Ends the run at once; sides that are still open are reported as ended by the tap. */
  end(): void;
}

/** Bytes of one direction that wait at the gate, or in a socket, before the tap stops reading the sender. */
const HELD_BYTES = 256 * 1024;
/** Records of one direction that wait at the gate before the tap stops reading the sender. */
const HELD_RECORDS = 1000;

const OTHER: { readonly [S in Side]: Side } = { client: 'server', server: 'client' };

/**
 * Joins two connections that may be half open and were not read from, and owns them from here on.
 *
 * @param onRun is called before any byte is read, so that the owner can find the run by its ports first
 */
export function joinRun(
  sockets: { readonly client: TapEnd; readonly server: TapEnd },
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
    get localPort() {
      return sockets.server.localPort ?? 0;
    },
    get remotePort() {
      return sockets.server.remotePort ?? 0;
    },
    setMode: (mode) => feed({ kind: 'mode', mode }),
    pass: (index, delivered) => {
      if (holderOf(gate, index) === null) return false;
      feed({ kind: 'pass', index, delivered });
      return true;
    },
    inject: (from, bytes) => {
      if (gate.lanes[from].isOver) return false;
      feed({ kind: 'inject', from, bytes });
      return true;
    },
    cut,
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
    feed(...pieces.map((bytes) => ({ kind: 'record', from, bytes }) as const));
  }

  function ended(from: Side, how: Ending): void {
    read(from, splitters[from].flush());
    feed({ kind: 'ended', from, how });
  }

  /**
   * What is let through at one time leaves in one write. It is cheaper, and it is safer: the first write to a peer that
   * has gone only brings its reset, a second one fails, and Node then drops the peer's last words unread.
   */
  function feed(...events: readonly GateEvent[]): void {
    if (isEnded) return;
    const isOneWrite = events.length === 1 && events[0]?.kind === 'record'; // corks would only make it dearer
    const corked = isOneWrite ? [] : [sockets.client, sockets.server];
    for (const end of corked) end.cork();
    for (const event of events) {
      if (isEnded) break; // by whoever was told of the one before
      const [next, commands] = step(gate, event);
      gate = next;
      for (const command of commands) carryOut(command);
    }
    for (const end of corked) end.uncork();
    flow();
  }

  function carryOut(command: GateCommand): void {
    const target = sockets[OTHER[command.from]];
    switch (command.kind) {
      case 'hold': {
        const { index, from, sent } = command;
        return observer.held({ index, from, sent });
      }
      case 'deliver': {
        const { index, from, sent, delivered } = command;
        observer.record({ index, from, sent, delivered });
        const bytes = delivered ?? sent;
        if (target.writable && bytes.length > 0) target.write(bytes);
        return;
      }
      case 'end':
        observer.closed(command.from, command.how);
        if (command.how === 'FIN') target.end();
        else reset(target);
    }
  }

  function cut(how: Ending): void {
    stopped('cut', (socket) => {
      if (how === 'RST') reset(socket);
      else socket.end(() => socket.destroy());
    });
  }

  /** Resets a socket after what is queued in it has left. */
  function reset(target: TapEnd): void {
    if (target.writable) target.write('', () => target.resetAndDestroy());
    else target.resetAndDestroy();
  }

  /** Reads from each side only while the other can take it. */
  function flow(): void {
    for (const side of ['client', 'server'] as const) {
      const target = sockets[OTHER[side]];
      const { records, bytes } = waitingAt(gate, side);
      const isFull = target.writableLength > HELD_BYTES || bytes > HELD_BYTES || records > HELD_RECORDS;
      if (isFull) sockets[side].pause();
      else if (sockets[side].isPaused()) sockets[side].resume();
    }
  }

  function end(): void {
    stopped('deadline', (socket) => socket.destroy());
  }

  /** The tap itself ends the run; a side whose own end was told before is not told again. */
  function stopped(how: 'cut' | 'deadline', close: (socket: TapEnd) => void): void {
    if (isEnded) return;
    isEnded = true;
    for (const side of ['client', 'server'] as const) {
      if (!gate.lanes[side].isOver) observer.closed(side, how);
      close(sockets[side]);
    }
  }

  function closed(side: Side): void {
    openSockets -= 1;
    const other = OTHER[side];
    // A side that is gone after its FIN answers with resets; its peer must not go on talking to nobody.
    if (openSockets > 0 && gate.lanes[side].isOver && !gate.lanes[other].ending) reset(sockets[other]);
    if (openSockets > 0) return;
    stopped('cut', () => undefined);
    clearTimeout(deadline);
    observer.over();
  }
}
