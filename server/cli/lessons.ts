/** `trustwalk lessons check [FILE…]`: validates lessons and replays them on real sockets. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Problem } from '../../src/core/course/lesson.ts';
import { parseLesson } from '../../src/core/course/parse-lesson.ts';
import { VOCABULARY } from '../../src/core/world/vocabulary.ts';
import { openClassroom, type Classroom } from './lessons/classroom.ts';
import { replay } from './lessons/replay.ts';

const FOLDER = 'lessons';
export const USAGE = `usage: trustwalk lessons check [FILE…]
Validates lessons and replays them without a browser, on real sockets. Without FILE: every lesson in lessons/.`;

type Print = (line: string) => void;

/**
 * @param args what follows `trustwalk lessons`
 * @returns exit status: 0 every lesson holds, 1 one does not, 2 wrong usage
 */
export async function lessons(args: readonly string[], print: Print = console.log): Promise<number> {
  const [verb, ...files] = args;
  if (verb === '--help' || files.includes('--help')) return (print(USAGE), 0);
  if (verb !== 'check') return (print(USAGE), 2);
  const wanted = files.length > 0 ? files : everyLesson();
  const absent = wanted.find((file) => !existsSync(file));
  if (absent !== undefined) return (print(`There is no file ${absent}.`), 2);
  if (wanted.length === 0) return (print(`There is no lesson in ${FOLDER}/.`), 2);
  const classroom = await openClassroom();
  try {
    let failed = 0;
    for (const file of wanted) failed += (await checkOne(file, classroom, print)) ? 0 : 1;
    print(`${wanted.length - failed} of ${wanted.length} lessons hold`);
    return failed === 0 ? 0 : 1;
  } finally {
    await classroom.close();
  }
}

function everyLesson(): string[] {
  if (!existsSync(FOLDER)) return [];
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return names.sort().map((name) => join(FOLDER, name));
}

async function checkOne(file: string, classroom: Classroom, print: Print): Promise<boolean> {
  const startedAt = performance.now();
  const parsed = parseLesson(readFileSync(file, 'utf8'), relative('.', file), VOCABULARY);
  if (parsed.kind === 'problems') return report(file, parsed.problems, print);
  const reports = await replay(parsed.lesson, await classroom.enter());
  const problems = reports.flatMap((step) => step.problems);
  if (problems.length > 0) return report(file, problems, print);
  const { steps } = parsed.lesson;
  const checks = steps.reduce((sum, step) => sum + step.checks.length, 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`holds   ${file}  ${steps.length} steps, ${checks} checks, ${seconds} s`);
  for (const skipped of reports.flatMap((step) => step.skipped)) print(`skipped ${skipped}`);
  return true;
}

function report(file: string, problems: readonly Problem[], print: Print): false {
  print(`broken  ${file}`);
  for (const { file: where, line, text } of problems) print(`        ${where}:${line}: ${text}`);
  return false;
}
