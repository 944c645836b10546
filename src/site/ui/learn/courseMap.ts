/** A lesson as the course map shows it. */
export interface LessonCard {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly minutes: number;
  readonly question?: string;
  /** heading under which it stands; lessons without one stand together */
  readonly part?: string;
}

/** Checks of a lesson that are true, and how many it has. */
export interface LessonProgress {
  readonly done: number;
  readonly total: number;
}

export type Progress = Readonly<Record<string, LessonProgress>>;

export interface Part {
  readonly title: string | null;
  readonly lessons: readonly LessonCard[];
}

/** Lessons under their headings, both in the order in which they come. */
export function parts(lessons: readonly LessonCard[]): Part[] {
  const byTitle = new Map<string | null, LessonCard[]>();
  for (const lesson of lessons) {
    const title = lesson.part ?? null;
    byTitle.set(title, [...(byTitle.get(title) ?? []), lesson]);
  }
  return [...byTitle].map(([title, members]) => ({ title, lessons: members }));
}

export type Standing = 'new' | 'begun' | 'done';

export function standing(progress: LessonProgress | undefined): Standing {
  if (progress === undefined || progress.done === 0) return 'new';
  return progress.total > 0 && progress.done >= progress.total ? 'done' : 'begun';
}

/** Where to go on: the first lesson that is begun, else the first that is not done; null when all are. */
export function nextLesson(lessons: readonly LessonCard[], progress: Progress): LessonCard | null {
  const at = (wanted: Standing) => lessons.find(({ id }) => standing(progress[id]) === wanted);
  return at('begun') ?? at('new') ?? null;
}
