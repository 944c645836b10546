/** Reads lessons, plays those that can be read, and says of each whether it holds. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Parsed, Problem } from '../../../src/core/course/lesson.ts';
import { parseLesson } from '../../../src/core/course/parse-lesson.ts';
import type { Command } from '../../../src/core/world/commands.ts';
import { VOCABULARY, type CourseLesson } from '../../../src/core/world/vocabulary.ts';
import { openClassroom, type Classroom } from './classroom.ts';
import { replay } from './replay.ts';

type Print = (line: string) => void;

/**
 * @param files paths of lessons
 * @param print gets a line per lesson, and one per problem with file and line
 * @returns whether every lesson holds
 */
export async function checkLessons(files: readonly string[], print: Print): Promise<boolean> {
  const parsed = files.map((file) => parseLesson(readFileSync(file, 'utf8'), relative('.', file), VOCABULARY));
  const problems = await playAll(files, parsed, print);
  const holding = problems.filter((found) => found.length === 0).length;
  print(`${holding} of ${files.length} lessons hold`);
  return holding === files.length;
}

async function playAll(
  files: readonly string[],
  parsed: readonly Parsed<Command>[],
  print: Print,
): Promise<(readonly Problem[])[]> {
  const needsServer = parsed.some(({ kind }) => kind === 'lesson');
  const classroom = needsServer ? await openClassroom() : null;
  try {
    const found: (readonly Problem[])[] = [];
    for (const [index, one] of parsed.entries()) {
      const file = files[index] ?? '';
      if (one.kind === 'problems') found.push(report(file, one.problems, print));
      else if (classroom) found.push(await play(file, one.lesson, classroom, print));
    }
    return found;
  } finally {
    await classroom?.close();
  }
}

async function play(
  file: string,
  lesson: CourseLesson,
  classroom: Classroom,
  print: Print,
): Promise<readonly Problem[]> {
  const startedAt = performance.now();
  const reports = await replay(lesson, await classroom.enter(), classroom.desk);
  const problems = reports.flatMap((step) => step.problems);
  if (problems.length > 0) return report(file, problems, print);
  const checks = lesson.steps.reduce((sum, step) => sum + step.checks.length, 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`holds   ${file}  ${lesson.steps.length} steps, ${checks} checks, ${seconds} s`);
  for (const skipped of reports.flatMap((step) => step.skipped)) print(`skipped ${skipped}`);
  return problems;
}

function report(file: string, problems: readonly Problem[], print: Print): readonly Problem[] {
  print(`broken  ${file}`);
  for (const { file: where, line, text } of problems) print(`        ${where}:${line}: ${text}`);
  return problems;
}
