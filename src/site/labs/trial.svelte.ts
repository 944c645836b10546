/** One try of a lab: whether it goes on, and what went wrong with it. */
import type { Result } from '$core/bytes/result.ts';
import { TabLabLearner } from '../state/lab-learner.ts';

export class Trial {
  #isRunning = $state(false);
  #trouble = $state<string | null>(null);

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** One sentence; null: nothing went wrong. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Runs a job with a learner of its own, whose connections end with it. Never rejects. */
  async run(job: (learner: TabLabLearner) => Promise<void>): Promise<void> {
    [this.#isRunning, this.#trouble] = [true, null];
    const learner = new TabLabLearner();
    try {
      await job(learner);
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    } finally {
      learner.close();
      this.#isRunning = false;
    }
  }
}

/** The value of a result. @throws Error with why there is none */
export function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.error.why);
  return result.value;
}
