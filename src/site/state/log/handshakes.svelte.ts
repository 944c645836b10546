/**
 * The handshake log as a list of which only a window is here. Rows are asked for in pages, one page at a time, as somebody
 * comes to look at them. New connections go to the top unless somebody is reading: then they are counted.
 */
import { WHOLE_LOG, type LogCounts, type LogNews, type LogQuery, type LogRow, type LogRows } from '$core/bridge/log.ts';
import { bridge } from '../bridge.svelte.ts';
import type { LogAsk } from '../link.ts';
import { NO_PAGES, rowAt, ROWS_ON_PAGE, withChanged, withPage } from './pages.ts';
import { followed, type LogPort } from './port.ts';

/** Between two requests: scrolling through the whole log stays far below what the bridge lets a page send. */
const BETWEEN_MS = 40;

type AskRows = Extract<LogAsk, { type: 'log-rows' }>;

/** How far a list is scrolled, in px, and the row that the keys are at. */
export interface Place {
  readonly top: number;
  readonly active: number;
}

export class Handshakes {
  readonly #port: LogPort;
  #query = $state.raw<LogQuery>(WHOLE_LOG);
  #head = $state.raw<Omit<LogRows, 'rows' | 'type' | 're'> | null>(null);
  #pages = $state.raw(NO_PAGES);
  #trouble = $state<string | null>(null);
  /** pages that somebody looks at */
  #wanted = { first: 0, last: 0 };
  #isReading = false;
  /** `head`: the newest rows are wanted; `count`: only how many have come */
  #due: 'head' | 'count' | null = null;
  #isAsking = false;
  #place: Place = { top: 0, active: 0 };

  constructor(port: LogPort) {
    this.#port = port;
  }

  get query(): LogQuery {
    return this.#query;
  }
  /** false until the first rows have come */
  get isThere(): boolean {
    return this.#head !== null;
  }
  /** how many rows the list has */
  get matching(): number {
    return this.#head?.matching ?? 0;
  }
  /** connections that fit and have come since the list was made */
  get newer(): number {
    return this.#head?.newer ?? 0;
  }
  /** of the whole log, whatever the query */
  get counts(): LogCounts | null {
    return this.#head?.counts ?? null;
  }
  /** why nothing more comes, in plain words */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** where the list was left */
  get place(): Place {
    return this.#place;
  }

  keepPlace(place: Place): void {
    this.#place = place;
  }

  /** The row at a place of the list; undefined where it has not come yet. */
  row(index: number): LogRow | undefined {
    return rowAt(this.#pages, index);
  }

  /** Keeps the list up to date; returns the way to stop. */
  follow(): () => void {
    return followed(
      this.#port,
      (news) => this.#hear(news),
      () => this.#renew(),
    );
  }

  /** Makes the list of another query, or of the same one again. */
  find(query: LogQuery): void {
    this.#query = query;
    this.#renew('head');
  }

  /** Puts what has come at the top of the list. */
  showNewer(): void {
    this.#renew('head');
  }

  /** Tells which rows are looked at. */
  look(first: number, last: number): void {
    this.#wanted = { first: Math.floor(first / ROWS_ON_PAGE), last: Math.floor(last / ROWS_ON_PAGE) };
    void this.#goOn();
  }

  /** While somebody reads, no row moves. */
  setReading(isReading: boolean): void {
    this.#isReading = isReading;
  }

  #hear({ rows, isAll }: LogNews): void {
    // Of what was not told, the rows in sight are asked for again.
    this.#pages = isAll ? withChanged(this.#pages, rows) : NO_PAGES;
    this.#renew();
  }

  #renew(due: 'head' | 'count' = this.#isReading && this.#head !== null ? 'count' : 'head'): void {
    if (this.#due !== 'head') this.#due = due;
    void this.#goOn();
  }

  /** What to ask for next. */
  #next(): AskRows | null {
    const ask = { type: 'log-rows', query: this.#query, most: ROWS_ON_PAGE } as const;
    const upTo = this.#head?.upTo ?? null;
    if (this.#due === 'head' || upTo === null) return this.#due === null ? null : { ...ask, upTo: null, offset: 0 };
    if (this.#due === 'count') return { ...ask, upTo, offset: 0, most: 1 };
    const lastPage = Math.ceil(this.matching / ROWS_ON_PAGE) - 1;
    for (let page = this.#wanted.first; page <= Math.min(this.#wanted.last, lastPage); page++)
      if (!this.#pages.has(page)) return { ...ask, upTo, offset: page * ROWS_ON_PAGE };
    return null;
  }

  async #goOn(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let ask = this.#next(); ask !== null; ask = this.#next()) {
      this.#due = null;
      try {
        const { answer } = await this.#port.askLog(ask);
        if (answer.type === 'error') throw new Error(answer.text);
        if (answer.type === 'log-rows' && this.#query === ask.query) this.#take(ask, answer);
        this.#trouble = null;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        break; // the next welcome begins anew
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
    this.#isAsking = false;
  }

  #take(ask: AskRows, { rows, upTo, matching, newer, counts }: LogRows): void {
    this.#head = { upTo, matching, newer, counts };
    if (ask.upTo === null) this.#pages = withPage(NO_PAGES, 0, rows);
    else if (ask.most === ROWS_ON_PAGE) this.#pages = withPage(this.#pages, ask.offset / ROWS_ON_PAGE, rows);
  }
}

/** One for the tab: leaving the room and coming back finds the query as it was. */
export const handshakes = new Handshakes(bridge);
