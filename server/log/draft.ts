/** What is known of a connection when it is written down. Plain data: it crosses threads. */
import type { Ending, RunEvent } from '../../src/core/bridge/messages.ts';
import type { TapRecord, Unplaced } from '../../src/core/bridge/run.ts';
import type { Endpoint } from '../../src/core/capture/capture.ts';
import type { Side } from '../../src/core/tls/dissection.ts';

/** Known when it begins. */
export interface About {
  /** whose run it is, by {@link ownerOf}; null: the order desk's, for everybody who may see the log */
  readonly owner: string | null;
  /** the run's label, or `desk` */
  readonly label: string;
  /** Unix time in ms */
  readonly startedAt: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
}

export type KeptRecord = Unplaced<TapRecord>;
export type KeptWord = Pick<RunEvent, 'at' | 'side' | 'name' | 'code' | 'text'>;
export interface KeptKeyLine {
  readonly at: number;
  readonly side: Side;
  readonly line: string;
}
export interface KeptClose {
  readonly at: number;
  readonly from: Side;
  readonly how: Ending;
}

export interface Draft extends About {
  readonly id: number;
  /** its records in the order in which they were let through, as a frame of the bridge: one buffer, easily handed on */
  readonly frame: Uint8Array;
  readonly keyLog: readonly KeptKeyLine[];
  readonly words: readonly KeptWord[];
  readonly closes: readonly KeptClose[];
  /** more may come */
  readonly isOpen: boolean;
  /** more passed than is kept */
  readonly isCut: boolean;
}
