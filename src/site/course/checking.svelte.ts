/** The checks and bets of an open lesson, read from the world again whenever it changes. Never from a click. */
import type { Bet, Check } from '$core/course/lesson.ts';
import type { CourseLesson } from '$core/world/vocabulary.ts';
import { isRunToCome } from '$core/course/run-to-come.ts';
import { findRun, markOf } from '$core/world/run-label.ts';
import { progress } from '$site/state/progress.svelte.ts';
import { world, type Finding } from '$site/state/world.svelte.ts';
import { checksOf, findingsBy } from './story.ts';

export type { Finding };

/** What became of a bet: still open, waiting for its run, or answered by it. */
export type BetState =
  | { readonly kind: 'open' }
  | { readonly kind: 'placed'; readonly choice: number }
  | { readonly kind: 'answered'; readonly choice: number; readonly right: number };

export class LessonChecks {
  readonly #lesson: CourseLesson;
  readonly #all: ReturnType<typeof checksOf>;
  #findings = $state.raw<ReadonlyMap<Check, Finding>>(findingsBy<Finding>([]));
  #answers = $state.raw<Readonly<Record<string, number>>>({});
  #isReading = false;
  #isStale = false;
  readonly #stop: () => void;

  readonly total: number;
  /** which checks are true, or were when their step was done; in order */
  readonly lit = $derived.by(() => this.#all.map(({ check }) => this.isLit(check)));

  constructor(lesson: CourseLesson) {
    this.#lesson = lesson;
    this.#all = checksOf(lesson);
    this.total = this.#all.length;
    this.#stop = world.onChange(() => void this.read());
  }

  close(): void {
    this.#stop();
  }

  /** What a check saw last; undefined until it was read for the first time. */
  of(check: Check): Finding | undefined {
    return this.#findings.get(check);
  }

  /** True now, or at some moment of this lesson: a later step may undo on purpose what an earlier one did. */
  isLit(check: Check): boolean {
    if (this.of(check)?.holds === true) return true;
    const key = this.#all.find((one) => one.check === check)?.key;
    return key !== undefined && progress.of(this.#lesson.id).reached.includes(key);
  }

  /** Where a bet stands. Its run answers it, and only a run that came after it was placed. */
  bet(id: string): BetState {
    const choice = world.current.bets[id];
    if (choice === undefined) return { kind: 'open' };
    const right = this.#answers[id];
    const bet = this.#betOf(id);
    if (right === undefined || bet === undefined || !this.#hasRun(bet)) return { kind: 'placed', choice };
    return { kind: 'answered', choice, right };
  }

  /** Reads everything again; a change during the reading starts another one. */
  async read(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.#readOnce();
    }
    this.#isReading = false;
  }

  async #readOnce(): Promise<void> {
    const findings = await Promise.all(
      this.#all.map(async ({ check }) => [check, await world.evaluate(check.that)] as const),
    );
    const bets = this.#lesson.steps
      .flatMap((step) => step.bets)
      .filter(({ id }) => world.current.bets[id] !== undefined);
    const answers = await Promise.all(bets.map(async (bet) => [bet.id, await answerOf(bet)] as const));
    this.#findings = findingsBy(findings);
    this.#answers = Object.fromEntries(
      answers.flatMap(([id, right]) => (right === null ? [] : [[id, right] as const])),
    );
    const isTrue = this.#all.filter(({ check }) => this.of(check)?.holds === true).map(({ key }) => key);
    progress.reached(this.#lesson.id, isTrue, this.total);
  }

  #betOf(id: string): Bet | undefined {
    return this.#lesson.steps.flatMap((step) => step.bets).find((bet) => bet.id === id);
  }

  #hasRun(bet: Bet): boolean {
    const { id, of } = bet;
    if (of === null) return true;
    if (!isRunToCome(this.#lesson, bet)) return findRun(world.current, of, null) !== null;
    const before = progress.of(this.#lesson.id).betBefore[id];
    const now = markOf(findRun(world.current, of, null));
    return now !== '' && now !== before;
  }
}

/** The one choice that is true, from 1; null while none is, or more than one. */
async function answerOf(bet: Bet): Promise<number | null> {
  const [only, ...others] = await world.answers(bet);
  return only === undefined || others.length > 0 ? null : only;
}
