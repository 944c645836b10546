/** Who carries out a lab's connections: a learner with a world of their own, in the page or without one. */
import type { Run } from '../bridge/run.ts';
import { done, type Refusal, type Result } from '../bytes/result.ts';
import type { CommandInput } from '../world/commands.ts';
import type { World } from '../world/world.ts';
import { LAB_RUN } from './lab-run.ts';
import type { Message } from './desk-line.ts';

export interface LabLearner {
  readonly world: World;
  perform(command: CommandInput): Promise<Refusal | null>;
  /** Resolves after that many milliseconds. */
  wait(ms: number): Promise<void>;
}

type Dial = Extract<CommandInput, { type: 'dial' }>;

/** A connection of a lab; curves, because nobody wants to wait for a lab's keys. */
export const dialled = (name: string, more: Partial<Dial> = {}): Dial => ({
  ...{ type: 'dial', scenario: 'good', label: `${LAB_RUN}${name}`, keys: 'p256' },
  ...more,
});

/** Carries commands out in turn, up to the first that is refused. */
export async function doAll(learner: LabLearner, commands: readonly CommandInput[]): Promise<Refusal | null> {
  for (const command of commands) {
    const refusal = await learner.perform(command);
    if (refusal) return refusal;
  }
  return null;
}

/** The newest run of a lab's connection. */
export const runOf = ({ world }: LabLearner, name: string): Run | undefined => world.runs[`${LAB_RUN}${name}`];

/** What the desk answered to a request; a refusal of the desk is an answer. */
export async function asked(
  learner: LabLearner,
  request: Extract<CommandInput, { type: 'desk' }>,
): Promise<Result<Message>> {
  const refusal = await learner.perform(request);
  if (refusal) return { ok: false, error: refusal };
  return done(learner.world.deskLines.findLast(({ from }) => from === 'server')?.message ?? {});
}

const LOOK_MS = 20;

/** Waits for something to be seen. @returns whether it was, in that time */
export async function seen(learner: LabLearner, isThere: () => boolean, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += LOOK_MS) {
    if (isThere()) return true;
    await learner.wait(LOOK_MS);
  }
  return isThere();
}
