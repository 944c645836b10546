import type { Welcome } from '../src/core/bridge/messages.ts';
import type { DeskRuns } from './bridge/deps.ts';
import type { Sessions } from './session/session.ts';

/** What stands behind the bridge. */
export interface Backstage {
  readonly sessions: Sessions;
  /** the order desk on its own port, as a page is told of it */
  readonly desk: Welcome['desk'];
  readonly deskRuns: DeskRuns;
  /** Ends the sessions, the desk and the store; resolves when its port is free. May run twice. */
  close(): Promise<void>;
}
