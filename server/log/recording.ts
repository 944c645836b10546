/** Collects what is told of one connection, up to the size that is kept. Nothing here waits or throws. */
import { encodedBytes, RecordFrame } from '../../src/core/bridge/frames.ts';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { RunFact } from '../../src/core/bridge/messages.ts';
import type { About, Draft, KeptClose, KeptKeyLine, KeptRecord, KeptWord } from './draft.ts';
import { LOG_LIMITS } from './limits.ts';

type Bare<F extends RunFact> = F extends RunFact ? Omit<F, 'seq' | 'run'> : never;
/** What may be told of a connection besides its records; lines that were heard are in those already. */
export type Told = Bare<RunFact>;

/** Whoever carries a connection tells it here. */
export interface Recorder {
  /** A record that has been let through. */
  record(record: KeptRecord): void;
  take(fact: Told): void;
  /** Nothing more passes. What a program says afterwards is still taken. */
  over(): void;
}

/** Begins the recording of a connection. */
export type OpenRecorder = (about: About) => Recorder;

/** For connections that nobody writes down. */
export const NO_RECORDER: Recorder = { record: () => undefined, take: () => undefined, over: () => undefined };

/** The log keeps connections, not sessions. */
const NO_SESSION = { seq: 0, run: 0 };

export class Recording implements Recorder {
  readonly id: number;
  readonly #about: About;
  readonly #changed: (recording: Recording) => void;
  readonly #frame = new RecordFrame();
  readonly #keyLog: KeptKeyLine[] = [];
  readonly #words: KeptWord[] = [];
  readonly #closes: KeptClose[] = [];
  #hasRecords = false;
  #isOpen = true;
  #isCut = false;
  /** when it was told of last and written last, on the clock of its writer, and what it took then */
  heardMs = -Infinity;
  writtenMs = -Infinity;
  writtenBytes = 0;

  /** @param changed is called with each news */
  constructor(id: number, about: About, changed: (recording: Recording) => void) {
    this.id = id;
    this.#about = about;
    this.#changed = changed;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A mere knock on a port is no connection of TLS. */
  get isWorthKeeping(): boolean {
    return this.#hasRecords;
  }

  /** about what it takes, in bytes */
  get bytes(): number {
    return this.#frame.length;
  }

  record(record: KeptRecord): void {
    // Of what comes after a record that was left out nothing could be opened.
    if (this.#isCut) return;
    this.#isCut = this.#frame.length + encodedBytes(record) > LOG_LIMITS.recordBytes;
    if (!this.#isCut) {
      this.#frame.add(record, NO_SESSION);
      this.#hasRecords = true;
    }
    this.#changed(this);
  }

  take(fact: Told): void {
    if (fact.type === 'key-log') {
      const { at, side, line } = fact;
      keep(this.#keyLog, { at, side, line }, LOG_LIMITS.keyLogLines);
    } else if (fact.type === 'event') {
      const { at, side, name, code, text } = fact;
      keep(this.#words, { at, side, name, code, text }, LIMITS.logWords);
    } else if (fact.type === 'closed') {
      const { at, from, how } = fact;
      keep(this.#closes, { at, from, how }, 2);
    } else return;
    this.#changed(this);
  }

  over(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#changed(this);
  }

  draft(): Draft {
    return {
      ...this.#about,
      id: this.id,
      frame: this.#frame.bytes.slice(), // handed on to another thread
      keyLog: [...this.#keyLog],
      words: [...this.#words],
      closes: [...this.#closes],
      isOpen: this.#isOpen,
      isCut: this.#isCut,
    };
  }
}

function keep<T>(list: T[], one: T, most: number): void {
  if (list.length < most) list.push(one);
}
