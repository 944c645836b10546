/**
 * What goes to one page, in order. Records that come close together share a frame; a JSON fact never overtakes a
 * record. When the page does not read, the outbox stops taking facts and fetches them from the session's log later, so
 * a page that never reads costs a bounded amount of memory.
 */
import * as v from 'valibot';
import type { WebSocket } from 'ws';
import { fileFrames } from '../../src/core/bridge/file-frames.ts';
import { encodedBytes, encodeRecords } from '../../src/core/bridge/frames.ts';
import { FromServer } from '../../src/core/bridge/messages.ts';
import type { Fact, WireRecord } from '../../src/core/bridge/run.ts';
import type { Session } from '../session/session.ts';
import type { Limits } from './deps.ts';

/** A frame starts with the byte that names its kind. */
const FRAME_HEAD_BYTES = 1;

export class Outbox {
  readonly #socket: WebSocket;
  readonly #limits: Limits;
  readonly #log: (line: string) => void;
  #session: Session | null = null;
  #unsubscribe: (() => void) | null = null;
  #lastSeq = 0;
  #batch: WireRecord[] = [];
  #batchBytes = FRAME_HEAD_BYTES;
  /** Records of one turn of the event loop share a frame: under load that is many, and a single one does not wait. */
  #due: NodeJS.Immediate | null = null;

  constructor(socket: WebSocket, limits: Limits, log: (line: string) => void) {
    this.#socket = socket;
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
    this.#batch = [];
    if (this.#due) clearImmediate(this.#due);
    this.#due = null;
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
    const bytes = encodedBytes(record);
    if (this.#batchBytes + bytes > this.#limits.frameBytes) this.#flush();
    this.#batch.push(record);
    this.#batchBytes += bytes;
    this.#due ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#due) clearImmediate(this.#due);
    this.#due = null;
    if (this.#batch.length === 0) return;
    const frame = encodeRecords(this.#batch);
    this.#batch = [];
    this.#batchBytes = FRAME_HEAD_BYTES;
    this.#write(frame);
  }

  #write(data: string | Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(data, () => {
      if (this.#socket.bufferedAmount <= this.#limits.bufferedPauseBytes / 2) this.#catchUp();
    });
    if (this.#socket.bufferedAmount > this.#limits.bufferedCloseBytes) this.#socket.terminate();
  }
}
