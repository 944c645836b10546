/** One thing a bench does: a command, what is said while it runs, and what went wrong. */
import type { CommandInput } from '$core/world/commands.ts';
import { world } from '$site/state/world.svelte.ts';

export class Action {
  #isRunning = $state(false);
  #problem = $state<string | null>(null);

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Why it did not work, in plain words; null when it worked or was not tried. */
  get problem(): string | null {
    return this.#problem;
  }

  /** @returns true when it worked */
  async run(command: CommandInput): Promise<boolean> {
    if (this.#isRunning) return false;
    this.#isRunning = true;
    this.#problem = null;
    const done = await world.perform(command);
    this.#isRunning = false;
    if (done.kind === 'failed') this.#problem = done.text;
    return done.kind === 'done';
  }
}
