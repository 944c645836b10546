/** One connection of the handshake log: fetched as a capture with its secrets, and read by the worker that reads those. */
import type { LogRow, LogWord } from '$core/bridge/log.ts';
import { newDesk } from '../capture/desk.ts';
import { noticing } from '../capture/noticing.ts';
import { OpenCapture, type Showing } from '../capture/open-capture.svelte.ts';
import type { CaptureReader } from '../capture/reader.ts';
import { followed, type LogPort } from './port.ts';

/** A worker of its own: a capture that is open in the tab keeps its two. */
const desk = newDesk();

export class OneHandshake {
  readonly id: number;
  readonly #port: LogPort;
  readonly #reader: CaptureReader;
  #row = $state.raw<LogRow | null>(null);
  #words = $state.raw<readonly LogWord[]>([]);
  #file = $state.raw<Blob | null>(null);
  #capture = $state.raw<OpenCapture | null>(null);
  #trouble = $state<string | null>(null);
  #isWaiting = $state(false);
  #isFetching = false;
  #isOld = false;

  constructor(id: number, port: LogPort, reader: CaptureReader = desk.reader) {
    this.id = id;
    this.#port = port;
    this.#reader = reader;
  }

  /** null until it has come */
  get row(): LogRow | null {
    return this.#row;
  }
  /** what its programs said, beside the wire */
  get words(): readonly LogWord[] {
    return this.#words;
  }
  /** a pcapng file with its secrets */
  get file(): Blob | null {
    return this.#file;
  }
  /** null where there is no TLS in it, or not yet */
  get capture(): OpenCapture | null {
    return this.#capture;
  }
  get trouble(): string | null {
    return this.#trouble;
  }
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** What is shown, with the log's own word on how it went: the server knows what no byte tells. */
  readonly showing: Showing | null = $derived.by(() => {
    const showing = this.#capture?.showing ?? null;
    if (showing === null || this.#row === null) return null;
    const { connection } = showing;
    const { outcome, silentEnd } = this.#row;
    const summary = { ...connection.row.summary, outcome, silentEnd };
    return { ...showing, connection: { ...connection, row: { ...connection.row, summary } } };
  });

  /** Fetches it, and again whenever more of it has come; returns the way to stop. */
  follow(): () => void {
    const onNews = ({ rows, isAll }: { rows: readonly LogRow[]; isAll: boolean }) => {
      const isOpen = this.#row?.isOpen ?? true;
      if (rows.some(({ id }) => id === this.id) || (!isAll && isOpen)) void this.#fetch();
    };
    return followed(this.#port, onNews, () => void this.#fetch());
  }

  async #fetch(): Promise<void> {
    this.#isOld = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      while (this.#isOld) {
        this.#isOld = false;
        await noticing(this.#read(), (isWaiting) => (this.#isWaiting = isWaiting));
        this.#trouble = null;
      }
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    } finally {
      this.#isFetching = false;
    }
  }

  async #read(): Promise<void> {
    const { answer, file: parts } = await this.#port.askLog({ type: 'log-entry', entry: this.id });
    if (answer.type === 'error') throw new Error(answer.text);
    if (answer.type !== 'log-entry') throw new Error(`The local server answered "${answer.type}".`);
    const file = new Blob([...parts], { type: 'application/vnd.tcpdump.pcap' });
    const opening = await this.#reader.open(file, [], () => undefined);
    const capture =
      opening.kind === 'opened' ? new OpenCapture(`Connection ${this.id}`, file.size, opening, this.#reader) : null;
    const before = this.#capture?.showing ?? null;
    await capture?.select(0);
    // What was selected stays selected, when there is more now.
    if (before !== null && before.page.from > 0) await capture?.turnTo(before.page.from);
    if (before?.selected) await capture?.choose(before.selected);
    this.#row = answer.row;
    this.#words = answer.words;
    this.#file = file;
    this.#capture = capture;
  }
}
