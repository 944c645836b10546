/** One page's window to the handshake log: what it asks for, and what is new while it follows. */
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { LogRow } from '../../src/core/bridge/log.ts';
import type { LogRequest } from '../../src/core/bridge/messages.ts';
import { pcapngOf } from '../log/captured.ts';
import type { LogView } from '../log/handshake-log.ts';
import type { Viewer } from '../log/owner.ts';
import type { Outbox } from './outbox.ts';

type Of<Type extends LogRequest['type']> = Extract<LogRequest, { type: Type }>;

export class LogWindow {
  readonly #log: LogView;
  readonly #viewer: Viewer;
  readonly #outbox: Outbox;
  readonly #tell: (line: string) => void;
  #stop: (() => void) | null = null;
  #hasMissed = false;

  /** @param tell is told of a fault of our own */
  constructor(log: LogView, viewer: Viewer, outbox: Outbox, tell: (line: string) => void) {
    this.#log = log;
    this.#viewer = viewer;
    this.#outbox = outbox;
    this.#tell = tell;
  }

  /** Answers a request. Never rejects. */
  async answer(request: LogRequest): Promise<void> {
    try {
      if (request.type === 'log-follow') this.#follow(request);
      else if (request.type === 'log-rows') await this.#rows(request);
      else await this.#entry(request);
    } catch (error) {
      this.#tell(`bridge: "${request.type}" failed: ${error instanceof Error ? error.message : String(error)}`);
      this.#fail(request, 'no-log', 'The handshake log cannot be read; the terminal of the server says more.');
    }
  }

  /** Stops telling what is new. May run twice. */
  close(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #follow({ id, on }: Of<'log-follow'>): void {
    this.close();
    if (on) this.#stop = this.#log.subscribe(this.#viewer, (rows) => this.#news(rows));
    this.#outbox.send({ type: 'done', re: id });
  }

  async #rows({ id, query, upTo, offset, most }: Of<'log-rows'>): Promise<void> {
    const { rows, ...page } = await this.#log.list({ query, upTo, offset, most }, this.#viewer);
    this.#outbox.send({ type: 'log-rows', re: id, ...page, rows: [...rows] });
  }

  async #entry(request: Of<'log-entry'>): Promise<void> {
    // A file is large, and a page that does not read would have many of them wait.
    if (this.#outbox.isBehind)
      return this.#fail(request, 'limit', 'Too much waits to be read by this page. Try again.');
    const entry = await this.#log.entry(request.entry, this.#viewer);
    if (entry === null)
      return this.#fail(request, 'no-such-connection', 'The log has no such connection: it may have been too old.');
    const file = pcapngOf(entry.draft);
    const bytes = file.ok ? file.value : new Uint8Array();
    const words = entry.draft.words.map(({ at, side, name, code, text }) => ({ at, side, name, code, text }));
    this.#outbox.sendFile(request.id, bytes);
    const { row } = entry;
    this.#outbox.send({ type: 'log-entry', re: request.id, row, words, fileBytes: bytes.length });
  }

  /** The newest of what has changed; a page that does not keep up looks again later. */
  #news(rows: readonly LogRow[]): void {
    if (this.#outbox.isBehind) {
      this.#hasMissed = true;
      return;
    }
    const isAll = !this.#hasMissed && rows.length <= LIMITS.logNews;
    this.#hasMissed = false;
    this.#outbox.send({ type: 'log-news', rows: rows.slice(-LIMITS.logNews), isAll });
  }

  #fail(request: LogRequest, code: 'no-log' | 'limit' | 'no-such-connection', text: string): void {
    this.#outbox.send({ type: 'error', re: request.id, code, text });
  }
}
