import { expect, test } from 'vitest';
import { nextLesson, parts, standing, type LessonCard } from './courseMap.ts';

const aLesson = (number: number, part?: string): LessonCard => ({
  id: `lesson-${String(number)}`,
  number,
  title: `Lesson ${String(number)}`,
  minutes: 10,
  ...(part === undefined ? {} : { part }),
});
const lessons = [aLesson(2, 'Identity'), aLesson(3, 'Identity'), aLesson(7, 'The handshake')];

test('a lesson that is begun comes before one that is new', () => {
  expect(nextLesson(lessons, { 'lesson-3': { done: 1, total: 4 } })?.number).toBe(3);
});

test('after a finished lesson comes the first that is not done; after all, none', () => {
  const done = { done: 4, total: 4 };
  expect(nextLesson(lessons, { 'lesson-2': done })?.number).toBe(3);
  expect(nextLesson(lessons, { 'lesson-2': done, 'lesson-3': done, 'lesson-7': done })).toBeNull();
});

test('a lesson that was opened without a true check is still new', () => {
  expect(standing({ done: 0, total: 4 })).toBe('new');
  expect(standing({ done: 0, total: 0 })).toBe('new');
  expect(standing({ done: 4, total: 4 })).toBe('done');
});

test('lessons stand under their headings in the order in which they come', () => {
  expect(parts(lessons).map(({ title, lessons: members }) => [title, members.length])).toEqual([
    ['Identity', 2],
    ['The handshake', 1],
  ]);
});
