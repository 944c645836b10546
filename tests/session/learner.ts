/** A learner for tests: speaks to a session as the page does, and waits for facts instead of sleeping. */
import { Secret } from '../../src/core/bytes/secret.ts';
import * as v from 'valibot';
import { FromPage, type Answer, type Request } from '../../src/core/bridge/messages.ts';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import { openedRun, withFact, type Fact, type Run } from '../../src/core/bridge/run.ts';
import type { WithoutId } from '../../src/core/world/ports.ts';
import type { Session, SessionDeps } from '../../server/session/session.ts';
import { openNodeRelay } from '../../server/relay/node-relay.ts';
import { createLoopback } from '../../server/session/loopback.ts';
import { createSessions } from '../../server/session/sessions.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { anAuthority, aRequest, issuedBy, signed, type Made } from './openssl-pki.ts';

/** Everything that a learner has made, with openssl. */
export interface Pki {
  readonly ca: Made;
  readonly foreignCa: Made;
  readonly identity: { readonly key: string; readonly csr: string };
  readonly desk: string;
  readonly alice: Made;
}

export function aPki(): Pki {
  const ca = anAuthority();
  const identity = aRequest('/O=Order Desk/CN=localhost');
  return {
    ca,
    foreignCa: anAuthority(),
    identity,
    desk: signed(ca, identity.csr, { for: 'server', names: 'DNS:localhost,IP:127.0.0.1' }),
    alice: issuedBy(ca, { subject: '/O=Order Desk/CN=alice', for: 'client' }),
  };
}

/** A desk that greets and repeats lines: what it says is not under test here. */
const anEchoingDesk = (): ReturnType<SessionDeps['openDesk']> => ({
  serve: (stream, peer) => {
    stream.on('error', () => stream.destroy());
    stream.write(`hello ${peer.subject}\n`);
    const cutter = new LineCutter(LIMITS.lineBytes);
    stream.on('data', (bytes: Buffer) => {
      const lines = cutter.push(bytes);
      if (lines !== 'too-large') for (const line of lines) stream.write(Buffer.from([...line, 10]));
    });
  },
  end: () => undefined,
  close: () => undefined,
});

/** One for all of a file's tests, like a server's. */
const loopback = createLoopback();

export function sessionsFor(pki: Pki, change: Partial<SessionDeps> = {}) {
  return createSessions({
    engines: { node: (identity) => openNodeRelay({ identity, handshakeMs: 60_000 }) },
    loopback,
    identities: () => Promise.resolve({ privateKey: new Secret(pki.identity.key), csr: pki.identity.csr }),
    openDesk: anEchoingDesk,
    openLabDesk: anEchoingDesk,
    now: Date.now,
    log: (line) => {
      throw new Error(`the session reported a fault of its own: ${line}`);
    },
    ...change,
  });
}

export const limits = (change: Partial<Record<keyof typeof LIMITS, number>>) => ({ ...LIMITS, ...change });

export class Learner {
  readonly session: Session;
  readonly pki: Pki;
  readonly facts: Fact[] = [];
  /** stands for the page that this learner looks at */
  readonly page = {};
  readonly #waiting = new Set<() => void>();
  #id = 0;

  constructor(session: Session, pki: Pki) {
    this.session = session;
    this.pki = pki;
    session.subscribe((fact) => {
      this.facts.push(fact);
      for (const look of this.#waiting) look();
    });
  }

  ask(request: WithoutId): Promise<Answer> {
    const whole = v.parse(FromPage, { ...request, id: ++this.#id }) as Request; // as the bridge does
    return this.session.handle(whole, this.page);
  }

  /** Loads the desk's certificate and the learner's authority into the relay. */
  configure(change: Partial<Extract<WithoutId, { type: 'relay' }>> = {}): Promise<Answer> {
    const { desk, ca } = this.pki;
    return this.ask({ type: 'relay', engine: 'node', certificate: desk, trust: [ca.certificate], ...change });
  }

  /** Dials as `who`; fails when the answer is no run. */
  async dial(
    who: Made | null,
    change: Partial<Extract<WithoutId, { type: 'dial'; client: 'node' }>> = {},
  ): Promise<number> {
    const answer = await this.tryDial(who, change);
    if (answer.type !== 'dialled') throw new Error(JSON.stringify(answer));
    return answer.run;
  }

  tryDial(
    who: Made | null,
    change: Partial<Extract<WithoutId, { type: 'dial'; client: 'node' }>> = {},
  ): Promise<Answer> {
    return this.ask({
      type: 'dial',
      client: 'node',
      label: 'good',
      version: '1.3',
      serverName: 'localhost',
      trust: [this.pki.ca.certificate],
      certificate: who?.certificate ?? null,
      lentKey: who?.key ?? null,
      ...change,
    });
  }

  /** Resolves when the run's facts satisfy `holds`. */
  until(run: number, holds: (run: Run) => boolean): Promise<Run> {
    return new Promise((resolve) => {
      const look = () => {
        const seen = this.run(run);
        if (!seen || !holds(seen)) return;
        this.#waiting.delete(look);
        resolve(seen);
      };
      this.#waiting.add(look);
      look();
    });
  }

  run(id: number): Run | null {
    let run: Run | null = null;
    for (const fact of this.facts) {
      if ('type' in fact && fact.type === 'run') run = fact.run === id ? openedRun(fact) : run;
      else if (run) run = withFact(run, fact);
    }
    return run;
  }
}

/** `server trusts-peer`, `client ended`, … in the order they were told. */
export const eventsOf = (run: Run): string[] =>
  run.events.map(({ side, name, code }) => [side, name, code].filter(Boolean).join(' '));

export const said = (run: Run, side: 'client' | 'server', name: string): boolean =>
  run.events.some((event) => event.side === side && event.name === name);
