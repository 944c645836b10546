import { expect } from 'vitest';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import type { Run } from '../../src/core/bridge/run.ts';
import type { CommandInput } from '../../src/core/world/commands.ts';

/** Carries out commands one after the other; none of them may be refused. */
export async function doesAll(learner: HeadlessLearner, commands: readonly CommandInput[]): Promise<void> {
  for (const command of commands) expect((await learner.perform(command))?.why).toBeUndefined();
}

/** The run that was made last. */
export function lastRunOf({ world: { runs, lastRun } }: HeadlessLearner): Run {
  const found = runs[lastRun ?? ''];
  if (!found) throw new Error('there was no run');
  return found;
}
