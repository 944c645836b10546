/** The bench of this tab: a PKI that is made step by step. It lasts as long as the tab; nothing of it is kept or sent. */
import { carriedOut, EMPTY_BENCH, type Bench, type Step } from '$core/pki/bench/bench.ts';
import { pki } from './pki.ts';

class TabBench {
  #bench = $state.raw<Bench>(EMPTY_BENCH);
  #isBusy = $state(false);

  get current(): Bench {
    return this.#bench;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Carries out a step. @returns null; else one sentence that says why not */
  async perform(step: Step): Promise<string | null> {
    this.#isBusy = true;
    try {
      const after = await carriedOut(step, this.#bench, pki, Date.now());
      if (!after.ok) return after.error.why;
      this.#bench = after.value;
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#isBusy = false;
    }
  }

  clear(): void {
    this.#bench = EMPTY_BENCH;
  }
}

export const bench = new TabBench();
