/** What the bridge is given. It decides who is let in and carries messages; what they do is the sessions' concern. */
import type { LimitName } from '../../src/core/bridge/limits.ts';
import type { DeskRun, Engine, Welcome } from '../../src/core/bridge/messages.ts';
import type { Access } from '../http/access.ts';
import type { LogView } from '../log/handshake-log.ts';
import type { Sessions } from '../session/session.ts';

export type Limits = Readonly<Record<LimitName, number>>;

/** Connections to the order desk on its own port, for the pages that show them. */
export interface DeskRuns {
  /** the last few, oldest first */
  latest(): readonly DeskRun[];
  /** Calls the listener with each one that comes; returns the way to stop. */
  subscribe(listener: (run: DeskRun) => void): () => void;
}

export interface BridgeDeps {
  readonly access: Access;
  readonly sessions: Sessions;
  readonly desk: Welcome['desk'];
  /** what can play the server of a run */
  readonly engines: readonly Engine[];
  readonly deskRuns: DeskRuns;
  readonly handshakes: LogView;
  readonly limits: Limits;
  /** Unix time in ms */
  readonly now: () => number;
  readonly log: (line: string) => void;
}
