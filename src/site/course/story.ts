/** How a lesson is laid out: what is read on the left, what is done on the right, and where a bet stops the story. */
import type { Block, Check, Node } from '$core/course/lesson.ts';
import type { CourseLesson } from '$core/world/vocabulary.ts';

/** Blocks that stand beside the text, on the bench. */
const BENCH = ['workbench', 'trust', 'stage', 'desk'] as const;
export type BenchName = (typeof BENCH)[number];
export type BenchBlock = Extract<Block, { name: BenchName }>;

/** True for a block that stands on the bench. */
export function isBench(node: Node): node is BenchBlock {
  return node.type === 'block' && (BENCH as readonly string[]).includes(node.name);
}

export type CourseStep = CourseLesson['steps'][number];

export interface StepStory {
  readonly step: CourseStep;
  /** what is read, with bets and questions where they stand */
  readonly prose: readonly Node[];
  readonly bench: readonly BenchBlock[];
  /** the checks that stand in the part that may be seen */
  readonly checks: readonly Check[];
  /** more of this step comes after a bet that is still open */
  readonly waitsForBet: string | null;
}

/**
 * The part of a lesson that may be seen. A bet without an answer is the last thing shown.
 *
 * @param bets the learner's bets by id, the number of a choice from 1
 */
export function storyOf(lesson: CourseLesson, bets: Readonly<Record<string, number>>): StepStory[] {
  const story: StepStory[] = [];
  for (const step of lesson.steps) {
    const open = step.nodes.findIndex((node) => isOpenBet(node, bets));
    const seen = open < 0 ? step.nodes : step.nodes.slice(0, open + 1);
    const bet = open < 0 ? null : step.nodes[open];
    story.push({
      step,
      prose: seen.filter((node) => !isBench(node) && !isCheck(node)),
      bench: seen.filter(isBench),
      checks: step.checks.slice(0, seen.filter(isCheck).length),
      waitsForBet: bet?.type === 'block' && bet.name === 'predict' ? bet.params.id : null,
    });
    if (open >= 0) break;
  }
  return story;
}

const isCheck = (node: Node): boolean => node.type === 'block' && node.name === 'check';

function isOpenBet(node: Node, bets: Readonly<Record<string, number>>): boolean {
  return node.type === 'block' && node.name === 'predict' && bets[node.params.id] === undefined;
}

/** Checks of the whole lesson, in order, each with the name under which its progress is kept. */
export function checksOf(lesson: CourseLesson) {
  return lesson.steps.flatMap((step) => step.checks.map((check, index) => ({ key: `${step.id}/${index}`, check })));
}

/** The lessons before and after one, by number. */
export function neighbours<L extends { readonly id: string }>(
  lessons: readonly L[],
  id: string,
): { readonly before: L | null; readonly after: L | null; readonly position: number } {
  const at = lessons.findIndex((lesson) => lesson.id === id);
  return { before: lessons[at - 1] ?? null, after: at < 0 ? null : (lessons[at + 1] ?? null), position: at + 1 };
}

/** Findings by check. Built here, in plain TypeScript: it is replaced whole, so it need not be reactive inside. */
export const findingsBy = <Found>(findings: readonly (readonly [Check, Found])[]): ReadonlyMap<Check, Found> =>
  new Map(findings);
