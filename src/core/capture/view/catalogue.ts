/**
 * The connections of a capture, each looked at when somebody asks. A dissection is many times as large as its bytes:
 * of each connection a few facts are kept, everything only of the one shown last and of the one looked at last.
 */
import type { Capture } from '../capture.ts';
import { inspect, type InspectedConnection } from '../inspection.ts';
import { randomsIn } from '../key-log.ts';
import type { Outcome } from '../outcome.ts';
import { withResumed } from '../resumed.ts';
import { isOpen, matches, type Query } from './search.ts';
import { detailOf, pageOf, shownOf, type RecordDetail, type RecordPage, type ShownConnection } from './shown.ts';
import { stripOf, type StripView } from '../../tls/strip.ts';
import { isKeyed, summaryOf, type ConnectionSummary } from './summary.ts';

export interface ConnectionRow {
  readonly summary: ConnectionSummary;
  readonly strip: StripView;
  /** the key logs have secrets of it */
  readonly isKeyed: boolean;
}

export interface ConnectionList {
  readonly total: number;
  /** how many have been looked at: a query finds no others */
  readonly known: number;
  /** how many fit the query */
  readonly matching: number;
  /** of those that have been looked at */
  readonly outcomes: { readonly [O in Outcome]: number };
  /** the first of those that fit */
  readonly rows: readonly ConnectionRow[];
}

/** Strips that are kept: several pages of a list. An older one is drawn again when it is asked for. */
const MOST_STRIPS = 400;

interface Inspected {
  readonly index: number;
  readonly inspected: InspectedConnection;
}

export class Catalogue {
  readonly #capture: Capture;
  #keyLog: string;
  #randoms: ReadonlySet<string>;
  readonly #summaries = new Map<number, ConnectionSummary>();
  readonly #strips = new Map<number, StripView>();
  #next = 0;
  #shown: Inspected | null = null;
  #recent: Inspected | null = null;

  constructor(capture: Capture) {
    this.#capture = capture;
    this.#keyLog = withResumed(capture.connections, capture.keyLog);
    this.#randoms = randomsIn(this.#keyLog);
  }

  get total(): number {
    return this.#capture.connections.length;
  }

  /** How many connections have been looked at. */
  get known(): number {
    return this.#summaries.size;
  }

  /** How many connections the key logs have secrets of. */
  get keyed(): number {
    return this.#keyedBy(this.#randoms);
  }

  /** How many connections this key log has secrets of. */
  keyedBy(keyLog: string): number {
    return this.#keyedBy(randomsIn(keyLog));
  }

  #keyedBy(randoms: ReadonlySet<string>): number {
    if (randoms.size === 0) return 0;
    return this.#capture.connections.filter((connection) => isKeyed(connection, randoms)).length;
  }

  /** Reads with this key log and the capture's own from now on. What was known is looked at again. */
  useKeyLog(keyLog: string): void {
    this.#keyLog = withResumed(this.#capture.connections, `${this.#capture.keyLog}\n${keyLog}`);
    this.#randoms = randomsIn(this.#keyLog);
    this.#summaries.clear();
    this.#strips.clear();
    this.#next = 0;
    [this.#shown, this.#recent] = [null, null];
  }

  /** Looks at one more connection. @returns false when there is none left */
  lookAtNext(): boolean {
    while (this.#summaries.has(this.#next)) this.#next += 1;
    const inspected = this.#inspect(this.#next);
    if (inspected) this.#summarise(this.#next, inspected);
    return inspected !== null;
  }

  /** @param most rows at once */
  list(query: Query, most: number): ConnectionList {
    const outcomes = { established: 0, refused: 0, incomplete: 0 };
    for (const { outcome } of this.#summaries.values()) outcomes[outcome] += 1;
    const found = isOpen(query) ? Array.from({ length: this.total }, (_, index) => index) : this.#fitting(query);
    const rows = found.slice(0, most).flatMap((index) => this.#row(index) ?? []);
    return { total: this.total, known: this.known, matching: found.length, outcomes, rows };
  }

  #fitting(query: Query): number[] {
    const fitting = [...this.#summaries].filter(([, summary]) => matches(summary, query));
    return fitting.map(([index]) => index).sort((one, other) => one - other);
  }

  #row(index: number): ConnectionRow | null {
    const connection = this.#capture.connections[index];
    let [summary, strip] = [this.#summaries.get(index), this.#strips.get(index)];
    if (!summary || !strip) {
      const inspected = this.#inspect(index);
      if (!inspected) return null;
      summary ??= this.#summarise(index, inspected);
      strip = this.#keep(index, stripOf(inspected.dissection));
    }
    return { summary, strip, isKeyed: connection !== undefined && isKeyed(connection, this.#randoms) };
  }

  #summarise(index: number, inspected: InspectedConnection): ConnectionSummary {
    const summary = summaryOf(inspected, index);
    this.#summaries.set(index, summary);
    return summary;
  }

  /** A map keeps the order in which things came. */
  #keep(index: number, strip: StripView): StripView {
    this.#strips.set(index, strip);
    const [oldest] = this.#strips.keys();
    if (this.#strips.size > MOST_STRIPS && oldest !== undefined) this.#strips.delete(oldest);
    return strip;
  }

  #inspect(index: number): InspectedConnection | null {
    const known = [this.#shown, this.#recent].find((one) => one?.index === index);
    if (known) return known.inspected;
    const inspected = inspect(this.#capture, index, this.#keyLog);
    this.#recent = inspected && { index, inspected };
    return inspected;
  }

  /** Everything of one connection that fits a page; null where there is none of this index. */
  show(index: number): ({ readonly row: ConnectionRow } & ShownConnection) | null {
    const inspected = this.#inspect(index);
    if (!inspected) return null;
    this.#shown = { index, inspected };
    const row = this.#row(index);
    return row && { row, ...shownOf(inspected, row.isKeyed) };
  }

  /** More records of a connection. */
  records(index: number, from: number): RecordPage | null {
    const inspected = this.#inspect(index);
    return inspected && pageOf(inspected, from);
  }

  /** One record of a connection, to the byte. */
  record(index: number, record: number): RecordDetail | null {
    const inspected = this.#inspect(index);
    return (inspected && detailOf(inspected, record)) ?? null;
  }
}
