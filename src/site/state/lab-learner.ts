/** A lab's learner in this tab: real keys, real connections, and a world of its own that nothing keeps. */
import { toHex } from '$core/bytes/hex.ts';
import type { LabLine } from '$core/labs/desk-line.ts';
import type { LabLearner } from '$core/labs/lab-learner.ts';
import { LabRuns } from '$core/labs/lab-run.ts';
import { apply } from '$core/world/apply.ts';
import type { CommandInput } from '$core/world/commands.ts';
import { KeptTickets } from '$core/world/own-client/kept-tickets.ts';
import type { Ports } from '$core/world/ports.ts';
import { EMPTY_WORLD, type World } from '$core/world/world.ts';
import { bridge } from './bridge.svelte.ts';
import { pki } from './pki.ts';

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Random bytes as hex: a password that nobody knows. */
export const aPassword = (): string => toHex(random(12));

export class TabLabLearner implements LabLearner {
  readonly #ports: Ports = {
    ...{ pki, bridge, clients: new Map(), tickets: new KeptTickets() },
    ...{ now: () => Date.now(), random, wait },
  };
  readonly #runs = new LabRuns();
  readonly #stop: () => void;
  #world: World = EMPTY_WORLD;

  /** @param changed is called with each news of its connections */
  constructor(changed: (world: World) => void = () => undefined) {
    this.#stop = bridge.onFact((fact) => {
      if (!this.#runs.has(fact)) return;
      this.#world = apply(this.#world, { kind: 'run', fact });
      changed(this.#world);
    });
  }

  get world(): World {
    return this.#world;
  }

  async perform(command: CommandInput) {
    const { perform } = await import('$core/world/perform.ts');
    return perform(command, this.#world, this.#ports, (fact) => (this.#world = apply(this.#world, fact)));
  }

  wait(ms: number): Promise<void> {
    return wait(ms);
  }

  /** Hangs up what is open. */
  close(): void {
    this.#stop();
    for (const run of this.#runs.all) void bridge.ask({ type: 'hang-up', run }).catch(() => undefined);
  }
}

/** The line to the desk of the labs, through the bridge. */
export const labLine: LabLine = {
  open: (isNew) => heard(bridge.ask({ type: 'lab-open', isNew })),
  say: (line) => heard(bridge.ask({ type: 'lab-say', line })),
};

async function heard(asked: ReturnType<typeof bridge.ask>): Promise<string | null> {
  const answer = await asked;
  if (answer.type === 'error') throw new Error(answer.text);
  return answer.type === 'lab-heard' ? answer.line : null;
}

export { random };
