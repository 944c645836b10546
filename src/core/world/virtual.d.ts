/** The modules that `server/lessons-plugin.ts` serves. */
declare module 'virtual:lessons' {
  import type { LessonHead } from '../course/lesson.ts';
  import type { CourseLesson } from './vocabulary.ts';
  export const lessons: readonly LessonHead[];
  /** by id; each lesson is a chunk of its own */
  export const load: Readonly<Record<string, () => Promise<{ default: CourseLesson }>>>;
}

declare module 'virtual:lesson/*' {
  import type { CourseLesson } from './vocabulary.ts';
  const lesson: CourseLesson;
  export default lesson;
}
