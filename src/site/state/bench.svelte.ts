/** The bench of this tab: a PKI that is made step by step. It lasts as long as the tab; nothing of it is kept or sent. */
import { done, type Result } from '$core/bytes/result.ts';
import { stepsToBring, type Source } from '$core/pki/bench/brought.ts';
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
  perform(step: Step): Promise<string | null> {
    return this.#perform(() => Promise.resolve(done([step])));
  }

  /** Brings files from elsewhere, all of what is in them or nothing. @returns null; else why not */
  bring(source: Source): Promise<string | null> {
    return this.#perform(() => stepsToBring(source, this.#bench, pki));
  }

  async #perform(planned: () => Promise<Result<readonly Step[]>>): Promise<string | null> {
    this.#isBusy = true;
    try {
      const steps = await planned();
      if (!steps.ok) return steps.error.why;
      let bench = this.#bench;
      for (const step of steps.value) {
        const after = await carriedOut(step, bench, pki, Date.now());
        if (!after.ok) return after.error.why;
        bench = after.value;
      }
      this.#bench = bench;
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
