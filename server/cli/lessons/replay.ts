/** Plays a lesson from its first step to its last, and holds it to what it claims. */
import type { Check, Problem } from '../../../src/core/course/lesson.ts';
import { differences } from '../../../src/core/scenarios/judge.ts';
import { scenarioOf } from '../../../src/core/scenarios/scenarios.ts';
import type { Command } from '../../../src/core/world/commands.ts';
import { answersOf, evaluate } from '../../../src/core/world/evaluate.ts';
import { commandsFor } from '../../../src/core/world/needs.ts';
import { outcomeOf } from '../../../src/core/world/outcome.ts';
import type { CourseLesson } from '../../../src/core/world/vocabulary.ts';
import type { HeadlessLearner } from './headless-learner.ts';
import { runShell, type DeskPlace } from './shell.ts';

export interface StepReport {
  readonly id: string;
  readonly problems: readonly Problem[];
  /** shell blocks that were left out, with the program that is missing */
  readonly skipped: readonly string[];
}

type LessonStep = CourseLesson['steps'][number];

/**
 * Replays a lesson: makes what it needs, then for each step asserts that its checks are false, plays, and asserts that
 * they are true. Every bet must come to exactly one answer. Shell blocks run as written.
 *
 * @param learner with an empty world
 */
export async function replay(lesson: CourseLesson, learner: HeadlessLearner, desk: DeskPlace): Promise<StepReport[]> {
  return new Replay(lesson, learner, desk).run();
}

class Replay {
  readonly #lesson: CourseLesson;
  readonly #learner: HeadlessLearner;
  readonly #desk: DeskPlace;
  readonly #answered = new Set<string>();
  #problems: Problem[] = [];

  constructor(lesson: CourseLesson, learner: HeadlessLearner, desk: DeskPlace) {
    this.#lesson = lesson;
    this.#learner = learner;
    this.#desk = desk;
  }

  async run(): Promise<StepReport[]> {
    const { steps, needs } = this.#lesson;
    for (const command of commandsFor(needs, this.#learner.world)) await this.#perform(command as Command, 1);
    const reports: StepReport[] = [];
    for (const step of steps) {
      const skipped = await this.#step(step, step === steps.at(-1));
      reports.push({ id: step.id, problems: this.#problems, skipped });
      this.#problems = [];
    }
    return reports;
  }

  async #step(step: LessonStep, isLast: boolean): Promise<string[]> {
    for (const check of step.checks) await this.#expect(check, false);
    for (const command of step.play) await this.#perform(command, step.line);
    for (const check of step.checks) await this.#expect(check, true);
    await this.#settleBets(step, isLast);
    const skipped: string[] = [];
    for (const run of step.runs) {
      const result = await runShell(run, this.#learner.world, this.#desk);
      if (result.kind === 'skipped') skipped.push(`${this.#lesson.file}:${run.line}: ${result.program} is not installed`);
      if (result.kind === 'failed') this.#complain(run.line, `the block failed (${result.status}): ${result.output}`);
    }
    return skipped;
  }

  async #expect({ that, label, line }: Check, expected: boolean): Promise<void> {
    const { holds, saw } = await evaluate(that, this.#learner.world, this.#learner.ports);
    if (holds === expected) return;
    this.#complain(line, `"${label}" ${expected ? 'does not hold after' : 'holds before'} the step is played: ${saw}`);
  }

  async #perform(command: Command, line: number): Promise<void> {
    const refusal = await this.#learner.perform(command);
    if (refusal) return this.#complain(line, `"${command.type}" was refused: ${refusal.why}`);
    if (command.type === 'dial' && command.scenario !== undefined) this.#compare(command.scenario, line);
  }

  /** The catalogue's row must be what was seen. */
  #compare(id: string, line: number): void {
    const scenario = scenarioOf(id);
    const { runs, lastRun } = this.#learner.world;
    const run = lastRun === null ? undefined : runs[lastRun];
    if (!scenario || !run) return this.#complain(line, `scenario "${id}" made no connection`);
    for (const text of differences(scenario, run, outcomeOf(run))) this.#complain(line, text);
  }

  /** A bet is answered in the first step after which any of its choices holds; later runs may answer it anew. */
  async #settleBets(step: LessonStep, isLast: boolean): Promise<void> {
    const { steps } = this.#lesson;
    for (const bet of steps.slice(0, steps.indexOf(step) + 1).flatMap(({ bets }) => bets)) {
      if (this.#answered.has(bet.id)) continue;
      const answers = await answersOf(bet, this.#learner.world, this.#learner.ports);
      if (answers.length > 0) this.#answered.add(bet.id);
      if (answers.length > 1) this.#complain(bet.line, `of the bet "${bet.id}", choices ${answers.join(' and ')} hold at once`);
      if (answers.length === 0 && isLast) this.#complain(bet.line, `no choice of the bet "${bet.id}" ever holds`);
    }
  }

  #complain(line: number, text: string): void {
    this.#problems.push({ file: this.#lesson.file, line, text });
  }
}
