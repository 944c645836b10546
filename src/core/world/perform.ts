/** Carries out commands: the only place where facts are caused. */
import * as v from 'valibot';
import { Command, type CommandInput, type CommandOf } from './commands.ts';
import type { WorldFact } from './facts.ts';
import { askDesk } from './perform/desk.ts';
import { act } from './perform/act.ts';
import { dial } from './perform/dial.ts';
import { moveGate } from './perform/gate.ts';
import { hangUp } from './perform/hang-up.ts';
import { editMessage, makeAuthority, makeKey, makeRequest, signMessage, signRequest } from './perform/make.ts';
import { no, Step, type Answer } from './perform/step.ts';
import type { Ports } from './ports.ts';
import type { World } from './world.ts';

/**
 * Carries out one command.
 *
 * @param world as it is now
 * @param emit told every fact as it becomes true; what happens in a run comes from the bridge itself, not from here
 * @returns null when it is done, else why not in one plain sentence; rejects only when a port of the page does, as when
 *   the learner stops a key that is being made
 */
export async function perform(
  command: CommandInput,
  world: World,
  ports: Ports,
  emit: (fact: WorldFact) => void,
): Answer {
  return carryOut(command, new Step(world, ports, emit, carryOut));
}

async function carryOut(input: CommandInput, step: Step): Answer {
  const parsed = v.safeParse(Command, input);
  if (!parsed.success) return no('badCommand', parsed.issues[0].message);
  const command = parsed.output;
  switch (command.type) {
    case 'key':
      return makeKey(command, step);
    case 'ca':
      return makeAuthority(command, step);
    case 'csr':
      return makeRequest(command, step);
    case 'sign':
      return signRequest(command, step);
    case 'sign-message':
      return signMessage(command, step);
    case 'edit-message':
      return editMessage(command, step);
    case 'trust':
      return trust(command, step);
    case 'dial':
      return dial(command, step);
    case 'gate':
      return moveGate(command, step);
    case 'act':
      return act(command, step);
    case 'desk':
      return askDesk(command, step);
    case 'hang-up':
      return hangUp(step);
    case 'predict':
      step.tell({ kind: 'bet', id: command.id, choice: command.choice });
      return null;
  }
}

async function trust({ side, ca }: CommandOf<'trust'>, step: Step): Answer {
  if (ca !== 'none' && !step.world.authorities[ca])
    return no('noAuthority', `There is no CA called ${ca} yet. Make it first.`);
  step.tell({ kind: 'trust', side, names: ca === 'none' ? [] : [ca] });
  return null;
}
