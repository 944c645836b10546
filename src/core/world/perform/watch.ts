/** Watches runs on the bridge, so that a command can wait for what it has caused. */

import { type Fact, type Run, openedRun, withFact } from '../../bridge/run.ts';
import type { Ports } from '../ports.ts';

export class Watch {
  readonly #runs = new Map<number, Run>();
  readonly #ports: Ports;
  readonly #stop: () => void;
  #wake: () => void = () => undefined;

  /** Sees what happens from now on; `known` is a run that began before. */
  constructor(ports: Ports, known: Run | null = null) {
    this.#ports = ports;
    if (known) this.#runs.set(known.id, known);
    this.#stop = ports.bridge.onFact((fact) => this.#take(fact));
  }

  stop(): void {
    this.#stop();
  }

  /** The run as it is now; null while nothing was told of it. */
  run(id: number): Run | null {
    return this.#runs.get(id) ?? null;
  }

  /**
   * Waits until the run is as wished.
   *
   * @returns the run, or null when `timeoutMs` have passed
   */
  async until(id: number, isWished: (run: Run) => boolean, timeoutMs: number): Promise<Run | null> {
    let isLate = false;
    void this.#ports.wait(timeoutMs).then(() => {
      isLate = true;
      this.#wake();
    });
    for (;;) {
      const run = this.#runs.get(id);
      if (run && isWished(run)) return run;
      if (isLate) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(fact: Fact): void {
    if ('type' in fact && fact.type === 'run') this.#runs.set(fact.run, openedRun(fact));
    else {
      const run = this.#runs.get(fact.run);
      if (run) this.#runs.set(fact.run, withFact(run, fact));
    }
    this.#wake();
  }
}
