import type { Bet, Lesson } from './lesson.ts';

/**
 * Whether a bet waits for a run that is still to be made: a stage for it stands behind the bet. Else it speaks about a
 * run that is there already.
 */
export function isRunToCome(lesson: Pick<Lesson, 'steps'>, { id, of }: Bet): boolean {
  const nodes = lesson.steps.flatMap((step) => step.nodes);
  const at = nodes.findIndex((node) => node.type === 'block' && node.name === 'predict' && node.params.id === id);
  return nodes
    .slice(at + 1)
    .some(
      (node) => node.type === 'block' && node.name === 'stage' && (node.params.label ?? node.params.scenario) === of,
    );
}
