/** One capture that is open: its list of connections, the selected one, the selected record. The worker has the rest. */
import type { ConnectionList, ConnectionRow } from '$core/capture/view/catalogue.ts';
import type { Query } from '$core/capture/view/search.ts';
import { RECORDS_ON_PAGE, type RecordDetail, type RecordPage } from '$core/capture/view/shown.ts';
import { noticing } from './noticing.ts';
import type { CaptureFacts, CaptureReader, ShownConnection } from './reader.ts';

/** A record, or one of the connection's ends, by its index. */
export interface Selected {
  readonly kind: 'record' | 'end';
  readonly index: number;
}

/** The selected connection, as far as it has been looked at. */
export interface Showing {
  readonly connection: ShownConnection;
  readonly page: RecordPage;
  readonly selected: Selected | null;
  readonly detail: RecordDetail | null;
}

/** Rows of the list. They come a few at a time: drawing many strips at once would take the page's breath. */
const ROWS = { atOnce: 8, first: 24, more: 24 } as const;
const BETWEEN_LISTS_MS = 250;
const EVERYTHING: Query = { text: '', outcome: null };

export class OpenCapture {
  readonly name: string;
  readonly bytes: number;
  readonly facts: CaptureFacts;
  readonly #reader: CaptureReader;
  #keyed = $state(0);
  #list = $state.raw<ConnectionList | null>(null);
  #query = $state.raw<Query>(EVERYTHING);
  #most: number = ROWS.first;
  #index = $state(0);
  #showing = $state.raw<Showing | null>(null);
  #isWaiting = $state(false);
  #trouble = $state<string | null>(null);

  /** @param reader that has opened it */
  constructor(name: string, bytes: number, facts: CaptureFacts, reader: CaptureReader) {
    this.name = name;
    this.bytes = bytes;
    this.facts = facts;
    this.#reader = reader;
    this.#keyed = facts.keyed;
  }

  /** connections that the key logs have secrets of */
  get keyed(): number {
    return this.#keyed;
  }
  /** null until the first rows have come */
  get list(): ConnectionList | null {
    return this.#list;
  }
  get query(): Query {
    return this.#query;
  }
  /** position of the selected connection; it may not be shown yet */
  get index(): number {
    return this.#index;
  }
  get showing(): Showing | null {
    return this.#showing;
  }
  /** the selected connection takes a while */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }
  /** why nothing more comes */
  get trouble(): string | null {
    return this.#trouble;
  }

  /**
   * Fetches the first rows of the list. Call {@link goOn} afterwards.
   *
   * @throws the reason for which its worker ended meanwhile
   */
  async begin(): Promise<void> {
    this.#take(await this.#reader.list(this.#query, ROWS.atOnce), []);
  }

  /** Leaves the machine to others. What is asked for is still answered. */
  rest(): void {
    void this.#trying(() => this.#reader.rest());
  }

  /** Shows the selected connection, and goes on looking at all of them, for the search. */
  goOn(): void {
    void this.#trying(async () => {
      if (this.#showing === null) await this.#show(this.#index);
      await this.#refresh();
      await this.#lookAtAll();
    });
  }

  async find(query: Query): Promise<void> {
    this.#query = query;
    this.#most = ROWS.first;
    await this.#trying(() => this.#refresh());
  }

  /** More rows of the list. */
  async more(): Promise<void> {
    this.#most += ROWS.more;
    await this.#trying(() => this.#refresh());
  }

  async select(index: number): Promise<void> {
    if (index === this.#index && this.#showing?.connection.row.summary.index === index) return;
    this.#index = index;
    await this.#trying(() => this.#show(index));
  }

  /** Turns to the page of records that begins at an index. */
  async turnTo(from: number): Promise<void> {
    await this.#trying(async () => {
      const page = await this.#reader.records(this.#index, from);
      if (page !== null && this.#showing !== null)
        this.#showing = { ...this.#showing, page, selected: null, detail: null };
    });
  }

  /** Selects a record, and fetches it to the byte. */
  async choose(selected: Selected): Promise<void> {
    if (this.#showing === null) return;
    this.#showing = { ...this.#showing, selected, ...(selected.kind === 'end' ? { detail: null } : {}) };
    if (selected.kind === 'end') return;
    await this.#trying(async () => {
      const detail = await this.#reader.record(this.#index, selected.index);
      const isStill = this.#showing?.selected === selected;
      if (isStill && this.#showing !== null) this.#showing = { ...this.#showing, detail };
    });
  }

  /** How many connections this key log has secrets of. */
  fits(keyLog: Blob): Promise<number> {
    return this.#reader.fits(keyLog);
  }

  /** Reads everything again with these key logs. What is selected stays selected. */
  async useKeyLogs(keyLogs: readonly Blob[]): Promise<void> {
    await this.#trying(async () => {
      this.#keyed = await this.#reader.useKeyLogs(keyLogs);
      const before = this.#showing;
      await this.#refresh([]);
      await this.#show(this.#index);
      if (before === null) return;
      if (before.page.from >= RECORDS_ON_PAGE) await this.turnTo(before.page.from);
      if (before.selected !== null) await this.choose(before.selected);
    });
    this.goOn();
  }

  /** @param before rows that are there already: they are not drawn again */
  async #refresh(before: readonly ConnectionRow[] = this.#list?.rows ?? []): Promise<void> {
    const [query, shown] = [this.#query, this.#list?.rows.length ?? 0];
    for (let most = Math.min(shown + ROWS.atOnce, this.#most); ; most = Math.min(most + ROWS.atOnce, this.#most)) {
      const list = await this.#reader.list(query, most);
      if (this.#query !== query) return; // another question was asked, and its answer comes
      this.#take(list, before);
      before = this.#list?.rows ?? [];
      if (most >= this.#most || list.rows.length < most) return;
    }
  }

  #take(list: ConnectionList, before: readonly ConnectionRow[]): void {
    const same = (row: ConnectionRow) => before.find(({ summary }) => summary.index === row.summary.index);
    this.#list = { ...list, rows: list.rows.map((row) => same(row) ?? row) };
  }

  async #show(index: number): Promise<void> {
    const connection = await noticing(this.#reader.show(index), (isWaiting) => (this.#isWaiting = isWaiting));
    // Answers come in the order of their questions: a later question means that another answer follows.
    if (connection !== null && index === this.#index)
      this.#showing = { connection, page: connection.page, selected: null, detail: null };
  }

  /** The list is drawn again now and then, as more connections are known. */
  async #lookAtAll(): Promise<void> {
    let last = performance.now();
    await this.#reader.lookAtAll(() => {
      if (performance.now() - last < BETWEEN_LISTS_MS) return;
      last = performance.now();
      void this.#trying(() => this.#refresh());
    });
    await this.#refresh();
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#trouble ??= error instanceof Error ? error.message : String(error);
    }
  }
}
