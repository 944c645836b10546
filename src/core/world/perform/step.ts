/** What a command works with: the world as it is now, its surroundings, and the way to tell what has become true. */
import type { Refusal, Result } from '../../bytes/result.ts';
import { apply } from '../apply.ts';
import type { CommandInput } from '../commands.ts';
import type { WorldFact } from '../facts.ts';
import type { Ports } from '../ports.ts';
import type { World } from '../world.ts';

/** Null: done. Else why not, in one plain sentence. */
export type Answer = Promise<Refusal | null>;

export class Step {
  readonly ports: Ports;
  #world: World;
  readonly #emit: (fact: WorldFact) => void;
  readonly #perform: (command: CommandInput, step: Step) => Answer;

  constructor(
    world: World,
    ports: Ports,
    emit: (fact: WorldFact) => void,
    perform: (command: CommandInput, step: Step) => Answer,
  ) {
    this.#world = world;
    this.ports = ports;
    this.#emit = emit;
    this.#perform = perform;
  }

  /** The world with everything that this command has caused so far. What the bridge tells meanwhile is not in it. */
  get world(): World {
    return this.#world;
  }

  tell(fact: WorldFact): void {
    this.#world = apply(this.#world, fact);
    this.#emit(fact);
  }

  /** Carries out other commands first, until one is refused. */
  async first(...commands: readonly CommandInput[]): Answer {
    for (const command of commands) {
      const refusal = await this.#perform(command, this);
      if (refusal) return refusal;
    }
    return null;
  }
}

/** A refusal in this folder's words. */
export function no(kind: string, why: string): Refusal {
  return { kind, why };
}

/** Tells the fact that a result makes true, or hands its refusal on. */
export function told<T>(step: Step, result: Result<T>, fact: (value: T) => WorldFact): Refusal | null {
  if (!result.ok) return result.error;
  step.tell(fact(result.value));
  return null;
}
