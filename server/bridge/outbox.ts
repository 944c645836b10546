/**
 * What goes to one page, in order. Records that come close together share a frame; a JSON fact never overtakes a
 * record. When the page does not read, the outbox stops taking facts and fetches them from the session's log later, so
 * a page that never reads costs a bounded amount of memory.
 */
import type { Writable } from 'node:stream';
import * as v from 'valibot';
import type { WebSocket } from 'ws';
import { fileFrames } from '../../src/core/bridge/file-frames.ts';
import { encodedBytes, RecordFrame } from '../../src/core/bridge/frames.ts';
import { FromServer } from '../../src/core/bridge/messages.ts';
import type { Fact, WireRecord } from '../../src/core/bridge/run.ts';
import type { Session } from '../session/session.ts';
import type { BridgeDeps, Limits } from './deps.ts';

/** Frames that are kept for the next ones: while one is on its way, others are filled. */
const SPARES = 3;
/** Frames in a row that hardly use their room, after which smaller ones do. */
const LIGHT_FRAMES = 16;

export class Outbox {
  readonly #socket: WebSocket;
  readonly #wire: Writable;
  readonly #limits: Limits;
  readonly #log: (line: string) => void;
  #session: Session | null = null;
  #unsubscribe: (() => void) | null = null;
  #lastSeq = 0;
  #frame = new RecordFrame();
  /** those that have been sent, for their room */
  readonly #spares: RecordFrame[] = [];
  /** how many frames in a row have hardly used their room */
  #light = 0;
  /** At the end of a turn of the event loop its records leave in one frame, and all that was said in one write. */
  #turn: NodeJS.Immediate | null = null;
  #isCorked = false;

  /** @param wire what `socket` writes to */
  constructor(socket: WebSocket, wire: Writable, { limits, log }: Pick<BridgeDeps, 'limits' | 'log'>) {
    this.#socket = socket;
    this.#wire = wire;
    this.#limits = limits;
    this.#log = log;
  }

  /** Sends one JSON message, after the records that came before it. */
  send(message: FromServer): void {
    this.#flush();
    const checked = v.safeParse(FromServer, message);
    if (checked.success) this.#write(JSON.stringify(checked.output));
    // A message that the page would refuse is a bug of ours; its values may be secrets, so only its place is told.
    else this.#log(`bridge: "${message.type}" does not fit its schema at ${v.getDotPath(checked.issues[0]) ?? '?'}`);
  }

  /** Sends a file; the answer that it belongs to comes next. */
  sendFile(re: number, bytes: Uint8Array): void {
    this.#flush();
    for (const frame of fileFrames({ re, bytes })) this.#write(frame);
  }

  /** The page does not read as fast as it is written to: what can wait or be left out should be. */
  get isBehind(): boolean {
    return this.#socket.bufferedAmount > this.#limits.bufferedPauseBytes;
  }

  /** Sends what the session knows after `seq`, and from then on everything new. */
  follow(session: Session, seq: number): void {
    this.#session = session;
    this.#lastSeq = seq;
    this.#catchUp();
  }

  /** Stops following. What was sent stays sent; may run twice. */
  close(): void {
    this.#pause();
    this.#session = null;
    this.#frame.clear();
    if (this.#turn) clearImmediate(this.#turn);
    this.#turn = null;
    this.#uncork();
  }

  #catchUp(): void {
    if (this.#session === null || this.#unsubscribe !== null) return;
    // Subscribed first: a fact that is too much while replaying is left in the log, and this runs again.
    this.#unsubscribe = this.#session.subscribe((fact) => this.#take(fact));
    for (const fact of this.#session.since(this.#lastSeq)) {
      if (this.#unsubscribe === null) return;
      this.#take(fact);
    }
  }

  #pause(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  #take(fact: Fact): void {
    if (fact.seq <= this.#lastSeq) return;
    this.#lastSeq = fact.seq;
    if ('type' in fact) this.send(fact);
    else this.#collect(fact);
    if (this.isBehind) this.#pause();
  }

  #collect(record: WireRecord): void {
    if (this.#frame.length + encodedBytes(record) > this.#limits.frameBytes) this.#flush();
    this.#frame.add(record, record);
    this.#sendSoon();
  }

  #sendSoon(): void {
    this.#turn ??= setImmediate(() => {
      this.#flush();
      this.#uncork();
      this.#turn = null;
    });
  }

  #uncork(): void {
    if (this.#isCorked) this.#wire.uncork();
    this.#isCorked = false;
  }

  #flush(): void {
    const frame = this.#frame;
    if (frame.isEmpty) return;
    // Under load, making new ones would keep the garbage collector busy; large ones that are hardly used are let go.
    this.#light = frame.length > frame.room / 4 ? 0 : this.#light + 1;
    const isKept = this.#light < LIGHT_FRAMES;
    this.#frame = this.#spares.pop() ?? new RecordFrame(isKept ? frame.room : undefined);
    this.#write(frame.bytes, () => {
      frame.clear();
      if (isKept && this.#spares.length < SPARES) this.#spares.push(frame);
    });
  }

  /** @param isSent is called when nobody needs the data any more */
  #write(data: string | Uint8Array, isSent?: () => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (!this.#isCorked) this.#wire.cork();
    this.#isCorked = true;
    this.#sendSoon();
    this.#socket.send(data, () => {
      isSent?.();
      if (this.#socket.bufferedAmount <= this.#limits.bufferedPauseBytes / 2) this.#catchUp();
    });
    if (this.#socket.bufferedAmount > this.#limits.bufferedCloseBytes) this.#socket.terminate();
  }
}
