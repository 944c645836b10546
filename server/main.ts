/** Puts the parts together. Each part closes what it opened; here is only the order. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LAB_MODES } from '../src/core/aes/envelope.ts';
import { LIMITS } from '../src/core/bridge/limits.ts';
import type { Engine } from '../src/core/bridge/messages.ts';
import { EXAMPLE_PASSPHRASE } from '../src/core/desk/example-passphrase.ts';
import { KEY_KINDS } from '../src/core/pki/keys/key-kind.ts';
import type { Backstage } from './backstage.ts';
import { ensureCerts } from './desk/certs.ts';
import { createDesk } from './desk/desk.ts';
import { type DeskPort, LAST_CRL, openDeskPort } from './desk-port.ts';
import { startFront } from './front.ts';
import { needPort } from './http/listen.ts';
import { LOG_FILE } from './log/book.ts';
import { type HandshakeLog, openHandshakeLog } from './log/handshake-log.ts';
import { STORE_FILE, type ServeOptions } from './options.ts';
import { findEngines } from './session/engines.ts';
import { createRandom } from './random.ts';
import { keptIdentities } from './session/identity.ts';
import { createLoopback } from './session/loopback.ts';
import { createSessions } from './session/sessions.ts';
import { openStore } from './store/sqlite-store.ts';
import type { Store } from './store/store.ts';

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

const now = Date.now;
const random = createRandom();

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
  await needPort(options.host, options.port, '--port');
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
  await needPort(options.host, options.deskPort, '--desk-port');
  const identities = keptIdentities(options.data);
  await identities(KEY_KINDS[0]);
  const handshakes = await openHandshakeLog(join(options.data, LOG_FILE), log);
  const loopback = createLoopback();
  const port = await openPort(options, { handshakes, log });
  // A lesson's desk is everybody's, and so is its passphrase. It waits for as long as a learner may read.
  const lesson = { passphrase: EXAMPLE_PASSPHRASE, idleMs: LIMITS.connectionMs, now, random, log };
  const openDesk = () => createDesk({ ...lesson, store: openStore(':memory:') });
  const openLabDesk = () => createDesk({ ...lesson, modes: LAB_MODES, store: openStore(':memory:') });
  const engines = await findEngines();
  const sessions = createSessions({
    identities,
    engines,
    loopback,
    openDesk,
    openLabDesk,
    now,
    log,
    record: handshakes.record,
  });
  return {
    sessions,
    desk: {
      ...{ port: port.listener.port, certs: resolve(options.certs) },
      passphraseIsExample: options.passphrase === EXAMPLE_PASSPHRASE,
    },
    engines: Object.keys(engines) as Engine[],
    deskRuns: port.listener,
    handshakes,
    async close() {
      await Promise.all([sessions.closeAll(), port.close()]);
      await loopback.close();
      await handshakes.close();
    },
  };
}

interface PortNeeds {
  readonly handshakes: HandshakeLog;
  readonly log: Log;
}

/** Everything is closed when this fails. */
async function openPort(options: ServeOptions, { handshakes, log }: PortNeeds): Promise<DeskPort> {
  let store: Store | null = null;
  try {
    store = openStore(join(options.data, STORE_FILE));
    const certs = await ensureCerts(options.certs, now(), log, store.kept(LAST_CRL));
    return await openDeskPort(options, { certs, store, now, random, log, record: handshakes.record });
  } catch (error) {
    store?.close();
    await handshakes.close();
    throw error;
  }
}
