/** Runs of labs are told from the learner's own by their label. */
import type { Fact } from '../bridge/run.ts';

export const LAB_RUN = 'lab-';

/** The runs of labs among all that is told. */
export class LabRuns {
  readonly #runs = new Set<number>();

  /** their numbers, as far as they were told of */
  get all(): Iterable<number> {
    return this.#runs;
  }

  /** Whether a fact is about one of them. Every fact is to be asked about, in its order. */
  has(fact: Fact): boolean {
    if ('type' in fact && fact.type === 'run' && fact.label.startsWith(LAB_RUN)) this.#runs.add(fact.run);
    return this.#runs.has(fact.run);
  }
}
