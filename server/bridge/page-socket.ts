/** One page's socket from its first message to its end: parsing, limits, keep-alive. What a request does is not its concern. */
import type { Writable } from 'node:stream';
import * as v from 'valibot';
import type { RawData, WebSocket } from 'ws';
import { decodeClientBytes } from '../../src/core/bridge/frames.ts';
import { CLOSE, FromPage, PROTOCOL_VERSION, type LogRequest, type Request } from '../../src/core/bridge/messages.ts';
import type { LimitName } from '../../src/core/bridge/limits.ts';
import type { Session, Sessions } from '../session/session.ts';
import { type Bucket, take } from './bucket.ts';
import type { BridgeDeps, Limits } from './deps.ts';
import { LogWindow } from './log-window.ts';
import { Outbox } from './outbox.ts';

type Hello = Extract<FromPage, { type: 'hello' }>;
/** Finds the session of whoever says hello. */
type Greet = (hello: Hello, page: PageSocket) => ReturnType<Sessions['of']>;

/** What a page gets to answer our close before its socket is cut. */
const CLOSE_MS = 500;

const HELLO_ONCE = 'A page says hello once, before everything else.';

/** What a learner reads when a limit of the socket itself is reached. */
const TOLD = {
  helloMs: 'The page did not introduce itself in time.',
  messagesPerSecond: 'The page sent too many messages at once.',
  badMessages: 'The page sent too many messages that the server does not understand. Reload it.',
  socketsPerCookie: 'Too many tabs of this browser are connected. Close one and reload this one.',
  sockets: 'Too many tabs are connected to this server. Close one and reload this one.',
} as const satisfies Partial<Record<LimitName, string>>;

export class PageSocket {
  readonly #socket: WebSocket;
  readonly #limits: Limits;
  readonly #deps: BridgeDeps;
  readonly #outbox: Outbox;
  readonly #greet: Greet;
  #session: Session | null = null;
  #stopDeskRuns: (() => void) | null = null;
  #log: LogWindow | null = null;
  #bucket: Bucket;
  #badMessages = 0;
  #unansweredPings = 0;
  readonly #helloTimer: NodeJS.Timeout;
  readonly #pingTimer: NodeJS.Timeout;

  /** @param wire what `socket` writes to */
  constructor(socket: WebSocket, wire: Writable, deps: BridgeDeps, greet: Greet) {
    this.#socket = socket;
    this.#deps = deps;
    this.#limits = deps.limits;
    this.#greet = greet;
    this.#outbox = new Outbox(socket, wire, deps);
    this.#bucket = { left: deps.limits.messageBurst, at: deps.now() };
    this.#helloTimer = setTimeout(() => this.endBy('helloMs'), deps.limits.helloMs);
    this.#pingTimer = setInterval(() => this.#keepAlive(), deps.limits.pingMs);
    socket.on('message', (data, isBinary) => this.#isWithinRate() && this.#read(data, isBinary));
    socket.on('ping', () => this.#isWithinRate());
    socket.on('pong', () => {
      this.#unansweredPings = 0;
      this.#isWithinRate();
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#release());
  }

  /** Tells which limit was reached, then closes. */
  endBy(name: keyof typeof TOLD): void {
    this.#outbox.send({ type: 'limit', name, text: TOLD[name] });
    this.#end(name === 'badMessages' ? CLOSE.badMessages : CLOSE.limit);
  }

  /** Tells that a newer tab of the same learner has the session now, then closes. */
  takeOver(): void {
    this.#outbox.send({ type: 'taken-over' });
    this.#end(CLOSE.takenOver);
  }

  /** The server stops. */
  goAway(): void {
    this.#end(CLOSE.goingAway);
  }

  #end(code: number): void {
    this.#release();
    this.#socket.close(code);
    const cut = setTimeout(() => this.#socket.terminate(), CLOSE_MS);
    this.#socket.once('close', () => clearTimeout(cut));
  }

  #release(): void {
    clearTimeout(this.#helloTimer);
    clearInterval(this.#pingTimer);
    this.#stopDeskRuns?.();
    this.#stopDeskRuns = null;
    this.#log?.close();
    this.#session?.left(this);
    this.#outbox.close();
  }

  #keepAlive(): void {
    if (this.#unansweredPings >= this.#limits.missedPings) return this.#socket.terminate();
    this.#unansweredPings++;
    this.#socket.ping();
  }

  /** Pings and pongs count too: they cost us as much as a message. */
  #isWithinRate(): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return false;
    this.#bucket = take(this.#bucket, this.#deps.now(), this.#limits.messagesPerSecond, this.#limits.messageBurst);
    if (this.#bucket.left < 0) this.endBy('messagesPerSecond');
    return this.#bucket.left >= 0;
  }

  #read(data: RawData, isBinary: boolean): void {
    if (isBinary) return this.#readBytes(data);
    const message = parsed(String(data));
    const checked = v.safeParse(FromPage, message);
    if (!checked.success) return this.#refuse(whyBad(checked.issues[0]), idOf(message));
    const request = checked.output;
    if (this.#session === null && request.type === 'hello') this.#welcome(request);
    else if (this.#session === null || request.type === 'hello') this.#refuse(HELLO_ONCE, idOf(message));
    else if (isOfLog(request)) void this.#log?.answer(request);
    else this.#answer(this.#session, request);
  }

  /** Bytes of the TLS client in the page. `ws` gives a binary message as one Buffer. */
  #readBytes(data: RawData): void {
    const frame = decodeClientBytes(data as Buffer);
    if (this.#session === null) this.#refuse(HELLO_ONCE);
    else if (frame.kind === 'refused') this.#refuse(frame.text);
    else this.#session.send(frame, this);
  }

  #answer(session: Session, request: Request): void {
    session.handle(request, this).then(
      (answer) => this.#outbox.send(answer),
      (bug: unknown) => {
        this.#deps.log(`bridge: "${request.type}" failed: ${bug instanceof Error ? bug.stack : String(bug)}`);
        const text = 'The server made a mistake here; its terminal says more.';
        this.#outbox.send({ type: 'error', re: request.id, code: 'internal', text });
      },
    );
  }

  #welcome(hello: Hello): void {
    clearTimeout(this.#helloTimer);
    const { session, isNew } = this.#greet(hello, this);
    const { desk, engines, deskRuns, handshakes, log } = this.#deps;
    this.#session = session;
    const viewer = { kind: 'page', owner: session.owner } as const;
    this.#log = new LogWindow(handshakes, viewer, this.#outbox, log);
    this.#outbox.send({
      ...{ type: 'welcome', version: PROTOCOL_VERSION, session: session.id, isNew },
      ...{ desk, engines: [...engines] },
    });
    for (const run of deskRuns.latest()) this.#outbox.send(run);
    this.#stopDeskRuns = deskRuns.subscribe((run) => this.#outbox.send(run));
    this.#outbox.follow(session, isNew ? 0 : hello.since);
  }

  #refuse(text: string, re: number | null = null): void {
    this.#badMessages++;
    if (this.#badMessages >= this.#limits.badMessages) return this.endBy('badMessages');
    this.#outbox.send({ type: 'error', re, code: 'bad-message', text });
  }
}

function isOfLog(request: Request | LogRequest): request is LogRequest {
  return request.type === 'log-rows' || request.type === 'log-follow' || request.type === 'log-entry';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no message of ours, which the schema says next
  }
}

/** The id of a request that could not be read, so that whoever waits for its answer gets one. */
function idOf(message: unknown): number | null {
  const known = v.safeParse(v.object({ id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) }), message);
  return known.success ? known.output.id : null;
}

/** Names the place, never the value: it may hold a key. */
function whyBad(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue)?.slice(0, 100);
  if (place === 'version') return 'The page and the server are of different versions. Reload the page.';
  return place === undefined ? 'This is not a message of the bridge.' : `The message does not fit at "${place}".`;
}
