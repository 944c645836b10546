/** What a world needs from its surroundings: a page gives a Worker and a WebSocket, the headless player Node's own. */
import type * as pki from '../pki/pki.ts';
import type { Answer, RequestInput } from '../bridge/messages.ts';
import type { Fact } from '../bridge/run.ts';
import type { KeptTickets } from './own-client/kept-tickets.ts';
import type { OwnClient } from './own-client/own-client.ts';

/** The same functions, each answering later: RSA takes its time, so the page runs them in a Worker. */
export type Later<Module> = {
  readonly [Name in keyof Module]: Module[Name] extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : never;
};

export type Pki = Later<typeof pki>;

/** `Omit` that keeps the variants of a union apart. */
export type WithoutId<R extends RequestInput = RequestInput> = R extends RequestInput ? Omit<R, 'id'> : never;

export interface BridgePort {
  /** Sends a request and resolves with its answer; rejects with an `Error` in plain words when the bridge is gone. */
  ask(request: WithoutId): Promise<Answer>;
  /**
   * Carries bytes of this learner's own TLS client to the server, in the order of the calls.
   *
   * @param bytes any number
   * @returns when they are on their way; rejects with an `Error` when the bridge is gone
   */
  send(run: number, bytes: Uint8Array): Promise<void>;
  /** Everything that happens in runs, in order; returns the way to stop listening. */
  onFact(listener: (fact: Fact) => void): () => void;
}

/** Kept beside the world: a client is a thing that runs, not a fact. A number is given anew with each session. */
export type OwnClients = Map<number, OwnClient>;

export interface Ports {
  readonly pki: Pki;
  readonly bridge: BridgePort;
  /** TLS clients of this learner, by the number of their run */
  readonly clients: OwnClients;
  /** of the learner's own client */
  readonly tickets: KeptTickets;
  /** Unix time in ms */
  now(): number;
  random(bytes: number): Uint8Array;
  /** Resolves after that many milliseconds: what a command waits for at most, when the other side stays silent. */
  wait(ms: number): Promise<void>;
}
