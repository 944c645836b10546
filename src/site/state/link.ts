/**
 * The tab's WebSocket to the bridge: says hello, checks every message against the schema, matches answers to requests,
 * and comes back by itself when the socket is lost. Knows nothing of Svelte, the world or the page.
 */
import * as v from 'valibot';
import { decodeFilePart, isFileFrame } from '$core/bridge/file-frames.ts';
import { clientFrames, decodeRecords } from '$core/bridge/frames.ts';
import {
  CLOSE,
  FromServer,
  PROTOCOL_VERSION,
  type Answer,
  type LogAnswer,
  type LogRequest,
  type RunFact,
  type Welcome,
} from '$core/bridge/messages.ts';
import type { Fact } from '$core/bridge/run.ts';
import type { WithoutId } from '$core/world/ports.ts';
import { retryDelayMs } from './backoff.ts';

/** Where the connection to the local server stands. */
export type LinkStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly retryAt: number }
  | { readonly kind: 'taken-over' };

/** What comes from the server without being an answer. */
export type Told = Exclude<FromServer, Answer | LogAnswer>;

export interface LinkListener {
  onStatus(status: LinkStatus): void;
  onWelcome(welcome: Welcome): void;
  onFact(fact: Fact): void;
  onTold(told: Exclude<Told, RunFact | Welcome>): void;
  /** A message that fits no schema was dropped: the page and the server are not of the same version. */
  onUnreadable(why: string): void;
}

/** What the tab has already seen: of which session, and up to which `seq`. */
export interface Seen {
  readonly session: string | null;
  readonly seq: number;
}

/** RSA of a relay's first CSR takes a second; a handshake far less. */
const ANSWER_MS = 20_000;
/** How long a request waits for a socket that is being opened, as after a reload. */
const OPENING_MS = 4_000;

export const GONE = 'The local server is not answering. What you made is safe in this tab.';

/** A request to the handshake log, before it has its number. */
export type LogAsk = LogRequest extends infer Kind ? (Kind extends LogRequest ? Omit<Kind, 'id'> : never) : never;

/** An answer of the handshake log, and the file that came before it. */
export interface LogReply {
  readonly answer: LogAnswer;
  /** in pieces; none where no file belongs to the answer */
  readonly file: readonly Uint8Array<ArrayBuffer>[];
}

interface Pending {
  /** what has come of a file */
  readonly file: Uint8Array<ArrayBuffer>[];
  resolve(answer: Answer | LogAnswer): void;
  reject(reason: Error): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Link {
  readonly #url: string;
  #learner: string;
  readonly #listener: LinkListener;
  readonly #pending = new Map<number, Pending>();
  #socket: WebSocket | null = null;
  #status: LinkStatus = { kind: 'connecting' };
  #seen: Seen = { session: null, seq: 0 };
  #failures = 0;
  #nextId = 1;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #isStopped = true;

  /** @param url `ws:` address of the bridge */
  constructor(url: string, learner: string, listener: LinkListener) {
    this.#url = url;
    this.#learner = learner;
    this.#listener = listener;
  }

  /** What this tab has seen so far; kept beside the world, so that a reload asks only for what came later. */
  get seen(): Seen {
    return this.#seen;
  }

  /** Opens the socket, and opens it again whenever it is lost. */
  start(seen: Seen): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#seen = seen;
    this.#open();
  }

  /** Leaves the session as it is and opens one of another learner. */
  startAnew(learner: string): void {
    const old = this.#socket;
    clearTimeout(this.#retry);
    this.#drop();
    old?.close();
    this.#learner = learner;
    this.#seen = { session: null, seq: 0 };
    this.#open();
  }

  /** Ends the connection for good. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.#drop();
  }

  /** Tries at once instead of waiting. `seen`: takes the session back from another tab, which saw more. */
  now(seen: Seen = this.#seen): void {
    if (this.#isStopped || this.#socket !== null) return;
    this.#seen = seen;
    clearTimeout(this.#retry);
    this.#open();
  }

  /**
   * Sends a request.
   *
   * @returns its answer, which may be an `error`; rejects in plain words when the bridge is gone or silent
   */
  async ask(request: WithoutId): Promise<Answer> {
    return (await this.#ask(request)).answer as Answer; // the server answers a session's request with one of these
  }

  /** Asks the handshake log; as {@link ask}. */
  async askLog(request: LogAsk): Promise<LogReply> {
    return (await this.#ask(request)) as LogReply;
  }

  async #ask(
    request: WithoutId | LogAsk,
  ): Promise<{ readonly answer: Answer | LogAnswer; readonly file: Pending['file'] }> {
    await this.#opened();
    const socket = this.#socket;
    if (socket === null || this.#status.kind !== 'open') throw new Error(GONE);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`The local server did not answer within ${ANSWER_MS / 1000} s.`));
      }, ANSWER_MS);
      const file: Pending['file'] = [];
      this.#pending.set(id, { file, resolve: (answer) => resolve({ answer, file }), reject, timer });
      socket.send(JSON.stringify({ ...request, id }));
    });
  }

  /** Sends bytes of the page's own TLS client; rejects in plain words when the bridge is gone. */
  async send(run: number, bytes: Uint8Array): Promise<void> {
    await this.#opened();
    const socket = this.#socket;
    if (socket === null || this.#status.kind !== 'open') throw new Error(GONE);
    for (const frame of clientFrames({ run, bytes })) socket.send(frame);
  }

  #set(status: LinkStatus): void {
    this.#status = status;
    this.#listener.onStatus(status);
  }

  async #opened(): Promise<void> {
    const deadline = performance.now() + OPENING_MS;
    while (this.#status.kind === 'connecting' && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 25));
  }

  #open(): void {
    this.#set({ kind: 'connecting' });
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    const { session, seq } = this.#seen;
    socket.onopen = () =>
      socket.send(
        JSON.stringify({
          type: 'hello',
          version: PROTOCOL_VERSION,
          learner: this.#learner,
          since: session === null ? 0 : seq,
        }),
      );
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#read(data);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#drop();
      if (this.#isStopped) return;
      if (code === CLOSE.takenOver || this.#status.kind === 'taken-over') this.#set({ kind: 'taken-over' });
      else this.#wait();
    };
  }

  #wait(): void {
    const delay = retryDelayMs(this.#failures++, Math.random());
    this.#set({ kind: 'lost', retryAt: Date.now() + delay });
    this.#retry = setTimeout(() => this.now(), delay);
  }

  #drop(): void {
    this.#socket = null;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Error(GONE));
    }
    this.#pending.clear();
  }

  #read(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      if (isFileFrame(bytes)) return this.#part(bytes);
      const frame = decodeRecords(bytes);
      if (frame.kind === 'refused') return this.#listener.onUnreadable(frame.text);
      frame.records.forEach((record) => this.#fact(record));
      return;
    }
    const parsed = v.safeParse(FromServer, fromJson(data));
    if (parsed.success) this.#take(parsed.output);
    else this.#listener.onUnreadable(parsed.issues[0].message);
  }

  /** A part of a file that nobody waits for any more is dropped. */
  #part(frame: Uint8Array): void {
    const part = decodeFilePart(frame);
    if (part === null) return this.#listener.onUnreadable('A part of a file is none.');
    this.#pending.get(part.re)?.file.push(Uint8Array.from(part.bytes));
  }

  #take(message: FromServer): void {
    switch (message.type) {
      case 'welcome':
        this.#failures = 0;
        if (message.session !== this.#seen.session) this.#seen = { session: message.session, seq: 0 };
        this.#listener.onWelcome(message);
        return this.#set({ kind: 'open' });
      case 'done':
      case 'csr':
      case 'relay-ready':
      case 'dialled':
      case 'lab-heard':
      case 'log-rows':
      case 'log-entry':
        return this.#answer(message.re, message);
      case 'error':
        return message.re === null ? undefined : this.#answer(message.re, message);
      case 'taken-over':
        this.#set({ kind: 'taken-over' });
        return this.#listener.onTold(message);
      case 'limit':
      case 'desk-run':
      case 'log-news':
        return this.#listener.onTold(message);
      default:
        return this.#fact(message);
    }
  }

  #fact(fact: Fact): void {
    if (fact.seq <= this.#seen.seq) return; // replayed, and already known
    this.#seen = { ...this.#seen, seq: fact.seq };
    this.#listener.onFact(fact);
  }

  #answer(id: number, answer: Answer | LogAnswer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return; // answered after its deadline
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.resolve(answer);
  }
}

function fromJson(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return null; // not JSON: the schema then refuses it
  }
}
