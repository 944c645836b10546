/** How far the learner has come: what stays in the browser beside the world, and is no fact about keys or wires. */
import * as v from 'valibot';
import type { Store } from './storage.ts';

const LessonProgress = v.object({
  /** checks that have been true, and how many there are */
  done: v.number(),
  total: v.number(),
  /** checks that were true at some moment of this lesson, as `step/position`: a later step may undo them on purpose */
  reached: v.optional(v.array(v.string()), []),
  /** steps whose commands "Show me" has carried out */
  shown: v.array(v.string()),
  /** recall questions whose answer was looked at, by id: did the learner know it */
  recalled: v.record(v.string(), v.boolean()),
  /** own words, by id of the `say` block */
  said: v.record(v.string(), v.string()),
  /** for each bet, the run it could already have looked at when it was made: `id startedAt`, or '' for none */
  betBefore: v.record(v.string(), v.string()),
});
const Saved = v.object({ lessons: v.record(v.string(), LessonProgress), latest: v.nullable(v.string()) });

export type LessonProgress = v.InferOutput<typeof LessonProgress>;
type Saved = v.InferOutput<typeof Saved>;

const NAME = 'progress';
const NONE: Saved = { lessons: {}, latest: null };
const UNTOUCHED: LessonProgress = { done: 0, total: 0, reached: [], shown: [], recalled: {}, said: {}, betBefore: {} };

export class Progress {
  #saved = $state.raw<Saved>(NONE);
  #store: Store | null = null;

  /** Id of the lesson that was open last; null before the first. */
  get latest(): string | null {
    return this.#saved.latest;
  }

  /** What is known of one lesson; all zero before it was opened. */
  of(lesson: string): LessonProgress {
    return this.#saved.lessons[lesson] ?? UNTOUCHED;
  }

  /** Reads what was kept; anything unreadable counts as nothing. */
  async restore(store: Store): Promise<void> {
    this.#store = store;
    const text = await store.read(NAME);
    const parsed = v.safeParse(Saved, text === null ? null : fromJson(text));
    this.#saved = parsed.success ? parsed.output : NONE;
  }

  /** Remembers that a lesson is open, and how many of its checks are true. */
  opened(lesson: string): void {
    this.#change(lesson, {}, lesson);
  }

  /** Adds the checks that are true now to those that have been. */
  reached(lesson: string, keys: readonly string[], total: number): void {
    const known = this.of(lesson);
    const fresh = keys.filter((key) => !known.reached.includes(key));
    if (fresh.length === 0 && known.total === total) return;
    const reached = [...known.reached, ...fresh];
    this.#change(lesson, { reached, done: reached.length, total });
  }

  shown(lesson: string, step: string): void {
    const { shown } = this.of(lesson);
    if (!shown.includes(step)) this.#change(lesson, { shown: [...shown, step] });
  }

  recalled(lesson: string, id: string, knew: boolean): void {
    this.#change(lesson, { recalled: { ...this.of(lesson).recalled, [id]: knew } });
  }

  said(lesson: string, id: string, words: string): void {
    this.#change(lesson, { said: { ...this.of(lesson).said, [id]: words } });
  }

  betPlaced(lesson: string, bet: string, before: string): void {
    this.#change(lesson, { betBefore: { ...this.of(lesson).betBefore, [bet]: before } });
  }

  /** Back to the beginning; the store itself is cleared by whoever owns it. */
  forget(): void {
    this.#saved = NONE;
  }

  #change(lesson: string, news: Partial<LessonProgress>, latest = this.#saved.latest): void {
    const lessons = { ...this.#saved.lessons, [lesson]: { ...this.of(lesson), ...news } };
    this.#saved = { lessons, latest };
    // What the browser does not keep lasts as long as the tab; the page says where things are.
    void this.#store?.write(NAME, JSON.stringify(this.#saved)).catch(() => undefined);
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const progress = new Progress();
