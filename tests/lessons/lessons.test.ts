/** The course, played from beginning to end on real sockets: one test per step of each lesson. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import { replay, type StepReport } from '../../server/cli/lessons/replay.ts';
import { readLessons } from '../../server/lessons-plugin.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LESSONS = readLessons(join(ROOT, 'lessons'), ROOT);
/** Processor time, so that a busy machine does not fail a lesson. */
const BUDGET_S = 5;

let classroom: Classroom;
beforeAll(async () => {
  classroom = await openClassroom();
});
afterAll(() => classroom.close());

describe.each(LESSONS.map((lesson) => [lesson.file, lesson] as const))('%s', (_file, lesson) => {
  const reports = new Map<string, StepReport>();
  let tookS = 0;
  beforeAll(async () => {
    const before = process.cpuUsage();
    for (const report of await replay(lesson, await classroom.enter(), classroom.desk)) reports.set(report.id, report);
    const { user, system } = process.cpuUsage(before);
    tookS = (user + system) / 1e6;
  });

  test.each(lesson.steps.map((step) => [step.id] as const))('step %s does what it says', (id) => {
    const problems = reports.get(id)?.problems.map(({ file, line, text }) => `${file}:${line}: ${text}`);
    expect(problems).toEqual([]);
  });

  test(`plays within ${BUDGET_S} s of processor time`, () => expect(tookS).toBeLessThan(BUDGET_S));
});
