import type { Engine, Welcome } from '../src/core/bridge/messages.ts';
import type { DeskRuns } from './bridge/deps.ts';
import type { LogView } from './log/handshake-log.ts';
import type { Sessions } from './session/session.ts';

/** What stands behind the bridge. */
export interface Backstage {
  readonly sessions: Sessions;
  /** the order desk on its own port, as a page is told of it */
  readonly desk: Welcome['desk'];
  /** what can play the server of a learner's run here */
  readonly engines: readonly Engine[];
  readonly deskRuns: DeskRuns;
  readonly handshakes: LogView;
  /** Ends the sessions, the desk and the store; resolves when its port is free. May run twice. */
  close(): Promise<void>;
}
