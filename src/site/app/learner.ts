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

export function lentBytes(): number {
  return world.current.lent.bytes;
}

export async function keptNow(): Promise<Kept | null> {
  const { keys, certificates, authorities, lent } = world.current;
  return {
    place: world.place,
    keys: Object.keys(keys).length,
    certificates: Object.keys(certificates).length + Object.keys(authorities).length,
    bytes: await world.keptBytes(),
    lentBytes: lent.bytes,
  };
}

export async function forget(): Promise<void> {
  await world.forgetEverything();
}
