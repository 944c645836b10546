/** The bridge as the page sees it: where the connection stands, the desk's address, its latest handshakes, notices. */
import type { LogNews } from '$core/bridge/log.ts';
import type { Answer, DeskRun, LimitReached, Welcome } from '$core/bridge/messages.ts';
import type { Fact } from '$core/bridge/run.ts';
import type { BridgePort, WithoutId } from '$core/world/ports.ts';
import type { InferOutput } from 'valibot';
import { learnerId } from './learner.ts';
import { Listeners } from './listeners.ts';
import { Link, type LinkStatus, type LogAsk, type LogReply, type Seen } from './link.ts';

export type LimitNotice = InferOutput<typeof LimitReached>;

/** Runs of the order desk that home shows. */
const KEPT_DESK_RUNS = 50;

export class Bridge implements BridgePort {
  #status = $state.raw<LinkStatus>({ kind: 'connecting' });
  #desk = $state.raw<Welcome['desk'] | null>(null);
  #session = $state.raw<string | null>(null);
  #engines = $state.raw<Welcome['engines']>([]);
  #deskRuns = $state.raw<readonly DeskRun[]>([]);
  #limit = $state.raw<LimitNotice | null>(null);
  #unreadable = $state.raw<string | null>(null);
  #nowMs = $state(Date.now());
  #catchUp: () => Promise<Seen> = () => Promise.resolve(this.seen);
  #clock: ReturnType<typeof setInterval> | undefined;
  readonly #facts = new Listeners<Fact>();
  readonly #logNews = new Listeners<LogNews>();
  readonly #welcomes = new Listeners<Welcome>();
  readonly #link: Link;

  /** Whole seconds until the next attempt; null unless the connection is lost. */
  readonly retryInS = $derived(
    this.#status.kind === 'lost' ? Math.max(0, Math.ceil((this.#status.retryAt - this.#nowMs) / 1000)) : null,
  );

  constructor(url: string, learner: string) {
    this.#link = new Link(url, learner, {
      onStatus: (status) => this.#setStatus(status),
      onWelcome: (welcome) => this.#welcome(welcome),
      onFact: (fact) => this.#facts.tell(fact),
      onTold: (told) => {
        if (told.type === 'limit') this.#limit = told;
        if (told.type === 'log-news') this.#logNews.tell(told);
        if (told.type === 'desk-run') this.#deskRuns = withDeskRun(this.#deskRuns, told);
      },
      onUnreadable: (why) => (this.#unreadable = why),
    });
  }

  get status(): LinkStatus {
    return this.#status;
  }

  /** Where the order desk listens and its certificates lie; null until the bridge has answered once. */
  get desk(): Welcome['desk'] | null {
    return this.#desk;
  }

  /** Name of the server's session of this learner. */
  get session(): string | null {
    return this.#session;
  }

  /** The programs that can play the server here; none until the bridge has answered once. */
  get engines(): Welcome['engines'] {
    return this.#engines;
  }

  /** The desk's latest connections, newest first. */
  get deskRuns(): readonly DeskRun[] {
    return this.#deskRuns;
  }

  /** The limit that was reached last, until it is dismissed. */
  get limit(): LimitNotice | null {
    return this.#limit;
  }

  /** What was seen so far; kept beside the world. */
  get seen(): Seen {
    return this.#link.seen;
  }

  /** What was wrong with a message that had to be dropped; a page older than the server sees this. */
  get unreadable(): string | null {
    return this.#unreadable;
  }

  dismissLimit(): void {
    this.#limit = null;
  }

  /** Connects, and stays connected. Waking from sleep or regaining a network counts as a reason to try at once. */
  start(seen: Seen): void {
    this.#link.start(seen);
    const wake = () => document.visibilityState === 'visible' && this.#status.kind === 'lost' && this.#link.now();
    addEventListener('online', wake);
    addEventListener('pageshow', wake);
    document.addEventListener('visibilitychange', wake);
  }

  /** Connects as another learner, who has seen nothing yet. */
  startAnew(learner: string): void {
    this.#link.startAnew(learner);
  }

  stop(): void {
    clearInterval(this.#clock);
    this.#link.stop();
  }

  /** Tries again at once; where another tab had taken over, after catching up with what it did. */
  async retry(): Promise<void> {
    this.#link.now(this.#status.kind === 'taken-over' ? await this.#catchUp() : undefined);
  }

  /** @param catchUp reads what another tab has kept meanwhile, and says up to where it had seen */
  onReturn(catchUp: () => Promise<Seen>): void {
    this.#catchUp = catchUp;
  }

  ask(request: WithoutId): Promise<Answer> {
    return this.#link.ask(request);
  }

  /** Asks the handshake log; rejects as {@link ask} does. */
  askLog(request: LogAsk): Promise<LogReply> {
    return this.#link.askLog(request);
  }

  /** What is new in the log, while it is followed; returns the way to stop listening. */
  onLogNews(listener: (news: LogNews) => void): () => void {
    return this.#logNews.add(listener);
  }

  send(run: number, bytes: Uint8Array): Promise<void> {
    return this.#link.send(run, bytes);
  }

  onFact(listener: (fact: Fact) => void): () => void {
    return this.#facts.add(listener);
  }

  /** Called after each `welcome`, before what happened in the meantime is replayed. */
  onWelcome(listener: (welcome: Welcome) => void): () => void {
    return this.#welcomes.add(listener);
  }

  #setStatus(status: LinkStatus): void {
    this.#status = status;
    clearInterval(this.#clock);
    if (status.kind !== 'lost') return;
    this.#nowMs = Date.now();
    this.#clock = setInterval(() => (this.#nowMs = Date.now()), 250);
  }

  #welcome(welcome: Welcome): void {
    this.#desk = welcome.desk;
    this.#session = welcome.session;
    this.#engines = welcome.engines;
    this.#welcomes.tell(welcome);
  }
}

/** The list with one more connection, or with a newer word about one that it has. */
function withDeskRun(runs: readonly DeskRun[], run: DeskRun): readonly DeskRun[] {
  return [run, ...runs.filter(({ id }) => id !== run.id)].sort((a, b) => b.id - a.id).slice(0, KEPT_DESK_RUNS);
}

/** Same origin as the page: http gives ws, https gives wss. */
function bridgeUrl(): string {
  const { protocol, host } = location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/bridge`;
}

export const bridge = new Bridge(bridgeUrl(), learnerId());
