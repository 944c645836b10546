/** One learner's session: answers the page's requests, and owns every socket and timer that they need. */
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type * as v from 'valibot';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { ClientBytes } from '../../src/core/bridge/frames.ts';
import type { Fact } from '../../src/core/bridge/run.ts';
import { kindOfKeyIn } from '../../src/core/pki/facts.ts';
import { KEY_KINDS } from '../../src/core/pki/keys/key-kind.ts';
import type { Answer, AskCsr, ConfigureRelay, Dial, Engine, Report, Request } from '../../src/core/bridge/messages.ts';
import { NO_RECORDER } from '../log/recording.ts';
import type { KeptSession } from '../relay/kept-session.ts';
import type { TapRun } from '../tap/tap-run.ts';
import { isRevoked, knownCrl, REVOKED } from '../desk/crl.ts';
import { failed } from './answers.ts';
import { prepareEnd, type EndNeeds, type OpenEnd, type Page, type ReadyEnd } from './client-end.ts';
import { FactLog } from './fact-log.ts';
import { KeptSessions } from './kept-sessions.ts';
import { LabLine } from './lab-line.ts';
import { actOn, OVER } from './run-actions.ts';
import { SessionRun } from './session-run.ts';
import type { Session, SessionDeps, SessionDesk } from './session.ts';
import { tappedRelay, type TappedRelay, type TappedRunListener } from './tapped-relay.ts';

type Of<Schema extends v.GenericSchema> = v.InferOutput<Schema>;

const LOOPBACK = '127.0.0.1';
const ENDED = 'This session has ended. Reload the page.';
/** A DNS name as a certificate can carry it. */
const HOST_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

export class LearnerSession implements Session {
  readonly id = randomUUID();
  readonly owner: string;
  readonly #deps: SessionDeps;
  readonly #limits: NonNullable<SessionDeps['limits']>;
  readonly #log: FactLog;
  /** runs of which something may still come */
  readonly #runs = new Map<number, SessionRun>();
  /** the last runs whose client is in a page */
  readonly #ofPages = new Map<number, { readonly run: SessionRun; readonly page: Page }>();
  #runCount = 0;
  #dialling = 0;
  readonly #relays = new Map<Engine, Promise<TappedRelay>>();
  /** of the relay that is dialled next */
  #engine: Engine = 'node';
  #desk: SessionDesk | null = null;
  readonly #lab: LabLine;
  #hasCertificate = false;
  /** whether the relay that is dialled next gives out tickets */
  #hasTickets = false;
  /** of Node's client */
  readonly #keptSessions = new KeptSessions();
  #closing: Promise<void> | null = null;

  /** @param owner under whom the handshake log has its runs */
  constructor(deps: SessionDeps, owner: string) {
    this.owner = owner;
    this.#deps = deps;
    this.#limits = deps.limits ?? LIMITS;
    this.#log = new FactLog(this.#limits);
    this.#lab = new LabLine(deps.openLabDesk);
  }

  get hasListeners(): boolean {
    return this.#log.hasListeners;
  }

  since(seq: number): readonly Fact[] {
    return this.#log.since(seq);
  }

  subscribe(listener: (fact: Fact) => void): () => void {
    return this.#log.subscribe(listener);
  }

  async handle(request: Request, page: Page): Promise<Answer> {
    try {
      if (this.#closing) return failed(request, 'internal', ENDED);
      return await this.#answer(request, page);
    } catch (error) {
      this.#deps.log(`session: ${request.type} failed: ${error instanceof Error ? error.message : 'unknown'}`);
      return failed(request, 'internal', 'The server has failed at this request. Try it again.');
    }
  }

  send({ run, bytes }: ClientBytes, page: Page): void {
    const end = this.#runs.get(run)?.end;
    if (end?.program === 'page' && end.page === page) end.client.send(bytes);
  }

  left(page: Page): void {
    for (const run of this.#runs.values()) {
      const { end, tap, isShut } = run;
      if (end?.program !== 'page' || end.page !== page) continue;
      // Nobody is there any more to let through what waits, nor the goodbye behind it.
      if (isShut) tap.cut('FIN');
      else end.client.hangUp();
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#end());
  }

  #answer(request: Request, page: Page): Answer | Promise<Answer> {
    switch (request.type) {
      case 'csr':
        return this.#csr(request);
      case 'relay':
        return this.#configure(request);
      case 'dial':
        return this.#dial(request, page);
      case 'report':
        return this.#report(request, page);
      case 'lab-open':
        return this.#lab.open(request);
      case 'lab-say':
        return this.#lab.say(request);
      default: {
        const run = this.#runs.get(request.run);
        return run ? actOn(run, request) : this.#noRun(request, request.run);
      }
    }
  }

  async #csr({ id, kind = KEY_KINDS[0] }: Of<typeof AskCsr>): Promise<Answer> {
    return { type: 'csr', re: id, pem: (await this.#deps.identities(kind)).csr };
  }

  async #configure(request: Of<typeof ConfigureRelay>): Promise<Answer> {
    const { engine, certificate, trust, crls, suites, groups, tickets } = request;
    if (!this.#deps.engines[engine]) {
      return failed(request, 'no-engine', `The local server does not find ${engine} on its machine.`);
    }
    const relay = await this.#opened(engine);
    const kind = (certificate === null ? null : kindOfKeyIn(certificate)) ?? KEY_KINDS[0];
    const { privateKey } = await this.#deps.identities(kind);
    const result = relay.load({ certificate, trust, crls, privateKey, settings: { suites, groups, tickets } });
    if (result.kind === 'refused') return failed(request, result.code, result.text);
    this.#endRevoked(crls, trust);
    this.#engine = engine;
    this.#hasCertificate = certificate !== null;
    this.#hasTickets = tickets;
    return { type: 'relay-ready', re: request.id, certificate: result.certificate, trust: [...result.trust] };
  }

  /** As at the desk's own port: a list holds for connections that are open, too. */
  #endRevoked(crls: readonly string[], trust: readonly string[]): void {
    const lists = crls.flatMap((pem) => trust.flatMap((ca) => knownCrl(pem, ca) ?? []));
    if (lists.length === 0) return;
    this.#desk?.end(({ serial }) => (lists.some((list) => isRevoked(list, serial)) ? REVOKED : null));
  }

  async #dial(request: Dial, page: Page): Promise<Answer> {
    const { serverName } = request;
    if (!this.#hasCertificate) {
      return failed(request, 'no-certificate', 'The desk has no certificate yet. Sign its request first.');
    }
    if (isIP(serverName) === 0 && !HOST_NAME.test(serverName)) {
      return failed(request, 'bad-message', 'The server name is neither a host name nor an address.');
    }
    if (this.#runs.size + this.#dialling >= this.#limits.connectionsPerSession) {
      const text = `${this.#limits.connectionsPerSession} connections are open. Hang one up first.`;
      return failed(request, 'limit', text);
    }
    const kept = this.#keptFor(request);
    if (typeof kept === 'string') return failed(request, 'no-ticket', kept);
    const bufferedBytes = this.#limits.clientBufferedBytes;
    const sessions = { resumed: kept, onSession: this.#keeperOf(request), now: this.#deps.now };
    const ready = prepareEnd(request, { page, loopback: this.#deps.loopback, bufferedBytes, ...sessions });
    if (ready.kind === 'refused') return failed(request, ready.code, ready.text);

    const run = await this.#joined(request, ready);
    if (run === null) return failed(request, 'internal', ENDED);
    if (run.end?.program === 'page') this.#remember(run, page);
    return { type: 'dialled', re: request.id, run: run.id };
  }

  /** The client brought to the relay, which is the only address that a session ever dials; null: the session has ended. */
  async #joined(request: Dial, ready: ReadyEnd): Promise<SessionRun | null> {
    this.#dialling += 1;
    try {
      const engine = this.#engine;
      const relay = await this.#opened(engine);
      const { atTap, start } = await ready.open();
      let run: SessionRun | null = null;
      await relay.join(atTap, (tapRun) => {
        const opened = this.#opensRun(request, engine, tapRun);
        run = opened;
        return this.#listenerOf(opened);
      });
      return run && this.#begun(run, atTap, start);
    } finally {
      this.#dialling -= 1;
    }
  }

  #begun(run: SessionRun, atTap: OpenEnd['atTap'], start: OpenEnd['start']): SessionRun {
    run.end = start((report) => run.fromClient(report));
    atTap.once('close', () => (run.end = null));
    return run;
  }

  /** What Node's client goes on from; a sentence where it is asked to and cannot. */
  #keptFor(request: Dial): KeptSession | null | string {
    if (request.client === 'page' || !request.resume) return null;
    return this.#keptSessions.take(request, this.#engine, this.#deps.now());
  }

  /** Without tickets at the relay, what it sends in their place opens nothing later: it is not worth keeping. */
  #keeperOf(request: Dial): EndNeeds['onSession'] {
    if (request.client === 'page' || !this.#hasTickets) return null;
    const engine = this.#engine;
    return (kept) => this.#keptSessions.keep(request, engine, kept);
  }

  /** A page may still speak of the last few runs it has dialled: what it says of an end comes after the end. */
  #remember(run: SessionRun, page: Page): void {
    this.#ofPages.set(run.id, { run, page });
    const [oldest] = this.#ofPages.keys();
    if (oldest !== undefined && this.#ofPages.size > 2 * this.#limits.connectionsPerSession)
      this.#ofPages.delete(oldest);
  }

  /** Registers the run before any byte of it has passed. */
  #opensRun(request: Dial, engine: Engine, tapRun: TapRun): SessionRun {
    const startedAt = this.#deps.now();
    const { peerPort, localPort, remotePort } = tapRun;
    const recorder = this.#deps.record?.({
      ...{ owner: this.owner, label: request.label, startedAt },
      client: { address: LOOPBACK, port: peerPort || localPort },
      server: { address: LOOPBACK, port: remotePort },
    });
    const logs = { facts: this.#log, recorder: recorder ?? NO_RECORDER };
    const run = new SessionRun(++this.#runCount, logs, request, { engine, startedAt, tap: tapRun });
    this.#runs.set(run.id, run);
    return run;
  }

  #report({ id, run, reports }: Of<typeof Report>, page: Page): Answer {
    const known = this.#ofPages.get(run);
    if (known?.page !== page) return this.#noRun({ id }, run);
    for (const report of reports) known.run.fromClient(report);
    return { type: 'done', re: id };
  }

  #forget(run: SessionRun): void {
    run.over();
    // A page ends its side itself, but it may have left, or take the tap's end for its own.
    if (run.end?.program === 'page') run.end.client.hangUp();
    this.#runs.delete(run.id);
  }

  #noRun(request: { readonly id: number }, run: number): Answer {
    if (run >= 1 && run <= this.#runCount) return failed(request, 'run-over', OVER);
    return failed(request, 'no-such-run', 'There is no such connection.');
  }

  /** The relay of an engine, behind a tap of its own; started by the first call. */
  #opened(engine: Engine): Promise<TappedRelay> {
    const known = this.#relays.get(engine);
    if (known) return known;
    const { identities, engines, loopback } = this.#deps;
    const open = engines[engine] ?? engines.node;
    const started = (async () => {
      const relay = await open(await identities(KEY_KINDS[0]));
      return tappedRelay({ relay, link: () => loopback.pair(), deadlineMs: this.#limits.connectionMs });
    })();
    this.#relays.set(engine, started);
    started.catch(() => this.#relays.delete(engine));
    return started;
  }

  #listenerOf(run: SessionRun): TappedRunListener {
    return {
      held: (record) => run.held(record),
      record: (record) => run.record(record),
      closed: (from, how) => run.closed(from, how),
      notTls: () => undefined, // the dissection says so itself
      report: (report) => run.fromRelay(report),
      plaintext: (stream, peer) => {
        this.#desk ??= this.#deps.openDesk();
        this.#desk.serve(stream, peer);
        stream.on('data', run.deskReader()); // beside the desk, which reads it already
      },
      over: () => this.#forget(run),
    };
  }

  async #end(): Promise<void> {
    for (const run of this.#runs.values()) {
      run.end?.client.destroy();
      run.over();
    }
    this.#runs.clear();
    const relays = await Promise.all([...this.#relays.values()].map((relay) => relay.catch(() => null)));
    await Promise.all(relays.map((relay) => relay?.close()));
    this.#desk?.close();
    this.#lab.close();
  }
}
