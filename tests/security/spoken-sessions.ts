import { randomBytes } from 'node:crypto';
import type { ClientBytes } from '../../src/core/bridge/frames.ts';
import type { Answer, Request } from '../../src/core/bridge/messages.ts';
import type { Fact } from '../../src/core/bridge/run.ts';
import { ownerOf } from '../../server/log/owner.ts';
import type { Session, Sessions } from '../../server/session/session.ts';

/** A fact before its session has numbered it. */
export type Unnumbered = Fact extends infer Kind ? (Kind extends Fact ? Omit<Kind, 'seq'> : never) : never;

/** A session whose facts a test speaks itself, so that the bridge's order, replay and limits can be tested exactly. */
export class SpokenSession implements Session {
  readonly id = randomBytes(8).toString('hex');
  readonly owner: string;
  readonly requests: Request[] = [];
  readonly sent: ClientBytes[] = [];
  farewells = 0;
  readonly #facts: Fact[] = [];
  readonly #listeners = new Set<(fact: Fact) => void>();

  constructor(learner: string) {
    this.owner = ownerOf(learner);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  say(fact: Unnumbered): void {
    const numbered = { ...fact, seq: this.#facts.length + 1 } as Fact;
    this.#facts.push(numbered);
    for (const listener of this.#listeners) listener(numbered);
  }

  handle(request: Request): Promise<Answer> {
    this.requests.push(request);
    return Promise.resolve({ type: 'done', re: request.id });
  }

  send(bytes: ClientBytes): void {
    this.sent.push(bytes);
  }

  left(): void {
    this.farewells += 1;
  }

  since(seq: number): readonly Fact[] {
    return this.#facts.filter((fact) => fact.seq > seq);
  }

  subscribe(listener: (fact: Fact) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class SpokenSessions implements Sessions {
  readonly #sessions = new Map<string, SpokenSession>();

  of(learner: string): { session: SpokenSession; isNew: boolean } {
    const known = this.#sessions.get(learner);
    const session = known ?? new SpokenSession(learner);
    this.#sessions.set(learner, session);
    return { session, isNew: known === undefined };
  }

  closeAll(): Promise<void> {
    return Promise.resolve();
  }
}
