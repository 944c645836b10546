/** A learner without a page: the same world, the same commands, real keys, a real bridge. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Refusal } from '../../../src/core/bytes/result.ts';
import * as pki from '../../../src/core/pki/pki.ts';
import { apply } from '../../../src/core/world/apply.ts';
import type { CommandInput } from '../../../src/core/world/commands.ts';
import { KeptTickets } from '../../../src/core/world/own-client/kept-tickets.ts';
import { perform } from '../../../src/core/world/perform.ts';
import type { BridgePort, Pki, Ports } from '../../../src/core/world/ports.ts';
import { EMPTY_WORLD, type World } from '../../../src/core/world/world.ts';

export class HeadlessLearner {
  readonly ports: Ports;
  readonly #stop: () => void;
  #world: World = EMPTY_WORLD;

  constructor(bridge: BridgePort) {
    const chance = { now: Date.now, random: (bytes: number) => randomBytes(bytes), wait: quietly };
    this.ports = { pki: later(), bridge, clients: new Map(), tickets: new KeptTickets(), ...chance };
    this.#stop = bridge.onFact((fact) => (this.#world = apply(this.#world, { kind: 'run', fact })));
  }

  get world(): World {
    return this.#world;
  }

  /** Carries out one command; null when it is done, else why not. */
  perform(command: CommandInput): Promise<Refusal | null> {
    return perform(command, this.#world, this.ports, (fact) => (this.#world = apply(this.#world, fact)));
  }

  close(): void {
    this.#stop();
  }
}

/** A wait that keeps no process alive. */
const quietly = (ms: number): Promise<void> => wait(ms, undefined, { ref: false });

/** Every function of core/pki, answering later as a Worker would. */
function later(): Pki {
  const functions = Object.entries(pki as Record<string, (...args: never[]) => unknown>);
  return Object.fromEntries(functions.map(([name, call]) => [name, async (...args: never[]) => call(...args)])) as Pki;
}
