/** What a learner had bet on a run, and what came of it. */
import { lessons, load } from 'virtual:lessons';
import type { Run } from '$core/bridge/run.ts';
import type { Bet, Inline, Node } from '$core/course/lesson.ts';
import { isRunToCome } from '$core/course/run-to-come.ts';
import type { Prediction } from '$core/proof/proof.ts';
import type { CourseLesson } from '$core/world/vocabulary.ts';
import { findRun, markOf } from '$core/world/run-label.ts';
import { progress } from './progress.svelte.ts';
import { world } from './world.svelte.ts';

/** The bets of all lessons that are about this run, in the order of the course. Rejects where a lesson does not come. */
export async function predictionsOf(run: Run): Promise<Prediction[]> {
  const bet = lessons.filter(({ id }) => Object.keys(progress.of(id).betBefore).length > 0);
  const loaded = await Promise.all(bet.map(({ id }) => load[id]?.()));
  const all = loaded.flatMap((module) => (module ? betsOn(run, module.default) : []));
  return Promise.all(all.map(({ lesson, bet: one }) => predictionOf(lesson, one, run)));
}

function betsOn(run: Run, lesson: CourseLesson): { readonly lesson: CourseLesson; readonly bet: Bet }[] {
  const placed = progress.of(lesson.id).betBefore;
  return lesson.steps
    .flatMap(({ bets }) => bets)
    .filter(({ id, of }) => of !== null && id in placed && world.current.bets[id] !== undefined)
    .filter(({ of }) => markOf(findRun(world.current, of, null)) === markOf(run))
    .map((bet) => ({ lesson, bet }));
}

async function predictionOf(lesson: CourseLesson, bet: Bet, run: Run): Promise<Prediction> {
  const isTooEarly = isRunToCome(lesson, bet) && progress.of(lesson.id).betBefore[bet.id] === markOf(run);
  const [only, ...others] = isTooEarly ? [] : await world.answers(bet);
  return {
    lesson: lesson.title,
    question: questionOf(lesson, bet.id),
    choices: bet.choices.map(({ label }) => label),
    predicted: world.current.bets[bet.id] ?? 0,
    happened: others.length > 0 ? null : (only ?? null),
  };
}

function questionOf({ steps }: CourseLesson, id: string): string {
  const blocks = steps.flatMap(({ nodes }) => nodes);
  const asked = blocks.find((node) => node.type === 'block' && node.name === 'predict' && node.params.id === id);
  return asked?.type === 'block' ? asked.children.map(wordsOf).filter(Boolean).join(' ') : '';
}

function wordsOf(node: Node): string {
  return node.type === 'paragraph' || node.type === 'heading' ? node.children.map(inlineWords).join('') : '';
}

function inlineWords(inline: Inline): string {
  if ('value' in inline) return inline.value;
  return 'children' in inline ? inline.children.map(inlineWords).join('') : ' ';
}
