/** The log of one session: numbers every fact, tells the listeners at once, and forgets the oldest runs whole. */
import type { Fact } from '../../src/core/bridge/run.ts';

/** A fact before it has its number. */
export type Unnumbered<F extends Fact = Fact> = F extends Fact ? Omit<F, 'seq'> : never;

export interface LogLimits {
  readonly loggedMessages: number;
  readonly loggedBytes: number;
}

/** What a fact takes in memory besides its bytes and lines, roughly. */
const OVERHEAD_BYTES = 100;

export class FactLog {
  readonly #limits: LogLimits;
  readonly #listeners = new Set<(fact: Fact) => void>();
  readonly #runs = new Map<number, { facts: Fact[]; bytes: number }>();
  #seq = 0;
  #messages = 0;
  #bytes = 0;

  constructor(limits: LogLimits) {
    this.#limits = limits;
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  add(unnumbered: Unnumbered): void {
    const fact: Fact = { ...unnumbered, seq: ++this.#seq };
    this.#keep(fact);
    for (const listener of this.#listeners) listener(fact);
  }

  /** The facts after `seq` that are still known, oldest first. */
  since(seq: number): readonly Fact[] {
    const later = [...this.#runs.values()].flatMap(({ facts }) => facts.filter((fact) => fact.seq > seq));
    return later.sort((one, other) => one.seq - other.seq);
  }

  subscribe(listener: (fact: Fact) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A run is kept from its first fact; of a run that was forgotten nothing is kept any more. */
  #keep(fact: Fact): void {
    if ('type' in fact && fact.type === 'run') this.#runs.set(fact.run, { facts: [], bytes: 0 });
    const run = this.#runs.get(fact.run);
    if (!run) return;
    const bytes = bytesOf(fact);
    run.facts.push(fact);
    run.bytes += bytes;
    this.#messages += 1;
    this.#bytes += bytes;
    while (this.#messages > this.#limits.loggedMessages || this.#bytes > this.#limits.loggedBytes) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#runs;
    if (!oldest) return;
    const [id, { facts, bytes }] = oldest;
    this.#runs.delete(id);
    this.#messages -= facts.length;
    this.#bytes -= bytes;
  }
}

function bytesOf(fact: Fact): number {
  if ('held' in fact) return OVERHEAD_BYTES + fact.held.length;
  if (!('type' in fact)) return OVERHEAD_BYTES + fact.sent.length + (fact.delivered?.length ?? 0);
  switch (fact.type) {
    case 'key-log':
    case 'heard':
      return OVERHEAD_BYTES + fact.line.length;
    case 'event':
      return OVERHEAD_BYTES + fact.text.length;
    case 'run':
    case 'closed':
      return OVERHEAD_BYTES;
  }
}
