/**
 * The contract between the bridge and the learners' sessions. Sessions share nothing with each other and nothing with
 * the order desk on its own port.
 */
import type { Duplex } from 'node:stream';
import type { ClientBytes } from '../../src/core/bridge/frames.ts';
import type { LimitName } from '../../src/core/bridge/limits.ts';
import type { Answer, Engine, Request } from '../../src/core/bridge/messages.ts';
import type { Fact } from '../../src/core/bridge/run.ts';
import type { KeyKind } from '../../src/core/pki/keys/key-kind.ts';
import type { OpenRecorder } from '../log/recording.ts';
import type { AcceptedClient, Relay, RelayIdentity } from '../relay/relay.ts';
import type { Page } from './client-end.ts';
import type { Loopback } from './loopback.ts';

/** One learner's relay, tap, clients and log. */
export interface Session {
  /** random; another one means that the server has forgotten what it knew of this learner */
  readonly id: string;
  /** under whom the handshake log has this learner's runs */
  readonly owner: string;
  /** Answers one request of a page. Never rejects: what goes wrong is an `error` answer with a plain sentence. */
  handle(request: Request, page: Page): Promise<Answer>;
  /** Bytes of the page's own TLS client. They go nowhere when that connection is over or not this page's. */
  send(bytes: ClientBytes, page: Page): void;
  /** The page is gone, and with it every TLS client that ran in it: their connections end. */
  left(page: Page): void;
  /** The facts after `seq`, oldest first. Bounded: the oldest runs are forgotten whole. */
  since(seq: number): readonly Fact[];
  /** Calls the listener with every new fact, in order and at once; returns the way to stop. */
  subscribe(listener: (fact: Fact) => void): () => void;
  /** Ends every socket and timer of the session. May run twice. */
  close(): Promise<void>;
}

export interface Sessions {
  /**
   * The session of the tab that calls itself `learner`, made if there is none. When all places are taken, the session
   * that was quiet for longest is closed first, one without a listener before one with.
   */
  of(learner: string): { readonly session: Session; readonly isNew: boolean };
  closeAll(): Promise<void>;
}

/** An order desk of one session: its accounts and orders end with the session. */
export interface SessionDesk {
  serve(stream: Duplex, client: AcceptedClient): void;
  /** Ends the connections for which there is a reason, and tells them. */
  end(reason: (client: Pick<AcceptedClient, 'serial'>) => string | null): void;
  close(): void;
}

/** How a relay of each engine is started; an engine that this machine lacks is left out. */
export type Engines = { readonly node: OpenEngine } & { readonly [E in Engine]?: OpenEngine };
export type OpenEngine = (identity: RelayIdentity) => Relay | Promise<Relay>;

export interface SessionDeps {
  /** the relay's key of a kind, and the request over it */
  readonly identities: (kind: KeyKind) => Promise<RelayIdentity>;
  /** the engines that a learner's relay can have */
  readonly engines: Engines;
  /** what clients, tap and relay are connected by */
  readonly loopback: Loopback;
  /** Makes a desk with an empty store in memory. */
  readonly openDesk: () => SessionDesk;
  /** Makes one that takes every way of sealing, also none: the labs attack them. */
  readonly openLabDesk: () => SessionDesk;
  /** Unix time in ms */
  readonly now: () => number;
  /** is told of a fault of our own; never of a learner's material */
  readonly log: (line: string) => void;
  /** writes each run down; without it none is */
  readonly record?: OpenRecorder;
  readonly limits?: Readonly<Record<LimitName, number>>;
}
