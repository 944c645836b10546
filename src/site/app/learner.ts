/** What the shell asks of the learner's state, in one place. */
import type { LessonHead } from '$core/course/lesson.ts';
import { progress } from '../state/progress.svelte.ts';
import { world } from '../state/world.svelte.ts';
import type { Progress } from '../ui/learn/courseMap.ts';
import type { Kept } from './kept.ts';

/** How far the learner is in each lesson. */
export function progressOf(lessons: readonly LessonHead[]): Progress {
  return Object.fromEntries(lessons.map(({ id }) => [id, progress.of(id)]));
}

/** Counts what is kept now. */
export async function keptNow(): Promise<Kept> {
  const bytes = await world.keptBytes();
  const { keys, authorities, certificates, lent } = world.current;
  return {
    place: world.place,
    keys: Object.keys(keys).length,
    certificates: Object.keys(authorities).length + Object.keys(certificates).length,
    bytes,
    lentBytes: lent.bytes,
  };
}
