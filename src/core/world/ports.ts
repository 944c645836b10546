/** What a world needs from its surroundings: a page gives a Worker and a WebSocket, the headless player Node's own. */
import type * as pki from '../pki/pki.ts';
import type { Answer, Request, RunFact } from '../bridge/messages.ts';
import type { TapRecord } from '../bridge/run.ts';

/** The same functions, each answering later: RSA takes its time, so the page runs them in a Worker. */
export type Later<Module> = {
  readonly [Name in keyof Module]: Module[Name] extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : never;
};

export type Pki = Later<typeof pki>;

/** `Omit` that keeps the variants of a union apart. */
export type WithoutId<R extends Request = Request> = R extends Request ? Omit<R, 'id'> : never;

export interface BridgePort {
  /** Sends a request and resolves with its answer; rejects with an `Error` in plain words when the bridge is gone. */
  ask(request: WithoutId): Promise<Answer>;
  /** Everything that happens in runs, in order; returns the way to stop listening. */
  onFact(listener: (fact: RunFact | TapRecord) => void): () => void;
}

export interface Ports {
  readonly pki: Pki;
  readonly bridge: BridgePort;
  /** Unix time in ms */
  now(): number;
  random(bytes: number): Uint8Array;
  /** Resolves after that many milliseconds: what a command waits for at most, when the other side stays silent. */
  wait(ms: number): Promise<void>;
}
