/** Puts the parts together. Each part closes what it opened; here is only the order. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Backstage } from './backstage.ts';
import { createDesk } from './desk/desk.ts';
import { startFront } from './front.ts';
import { EXAMPLE_PASSPHRASE, type ServeOptions } from './options.ts';
import { ensureIdentity } from './session/identity.ts';
import { createSessions } from './session/session.ts';
import { openStore } from './store/sqlite-store.ts';

/** A running server. */
export interface Running {
  /** of the page, with the token of its link */
  readonly url: string;
  readonly deskPort: number;
  /** absolute paths of the folders in use */
  readonly certs: string;
  readonly data: string;
  /** Ends everything; resolves when the ports are free. May run twice. */
  close(): Promise<void>;
}

type Log = (line: string) => void;

/** Where `vite build` puts the site, seen from the built program. */
const SITE = fileURLToPath(new URL('../site', import.meta.url));

/**
 * Starts the site, the bridge and the order desk.
 *
 * @param log is told, line by line, what an operator should know; never a key or a password
 * @param site folder of the built site
 * @throws StartError with cause and remedy; then nothing is left open
 */
export async function startTrustwalk(options: ServeOptions, log: Log, site = SITE): Promise<Running> {
  const backstage = await startBackstage(options, log);
  try {
    const front = await startFront(options, site, { backstage, log });
    const close = async () => void (await Promise.all([front.close(), backstage.close()]));
    const { port: deskPort, certs } = backstage.desk;
    return { url: front.url, deskPort, certs, data: resolve(options.data), close };
  } catch (error) {
    await backstage.close();
    throw error;
  }
}

/**
 * Starts what stands behind the bridge: the learners' sessions, and the order desk on its own port.
 *
 * @throws StartError with cause and remedy; then nothing is left open
 */
export async function startBackstage(options: ServeOptions, log: Log): Promise<Backstage> {
  const now = Date.now;
  const random = (bytes: number) => randomBytes(bytes);
  const identity = await ensureIdentity(join(options.data, 'relay.key'));
  const sessions = createSessions({
    ...{ identity, now, random, log },
    // A lesson's desk is everybody's, and so is its passphrase.
    openDesk: () => createDesk({ passphrase: EXAMPLE_PASSPHRASE, store: openStore(':memory:'), now, random, log }),
  });
  return {
    sessions,
    desk: {
      port: options.deskPort,
      certs: resolve(options.certs),
      passphraseIsExample: options.passphrase === EXAMPLE_PASSPHRASE,
    },
    deskRuns: { latest: () => [], subscribe: () => () => undefined },
    close: () => sessions.closeAll(),
  };
}
