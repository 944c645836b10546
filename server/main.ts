/** Puts the parts together. Each part closes what it opened; here is only the order. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '../src/core/bridge/limits.ts';
import type { Engine } from '../src/core/bridge/messages.ts';
import { KEY_KINDS } from '../src/core/pki/keys/key-kind.ts';
import type { Backstage } from './backstage.ts';
import { type DeskCerts, ensureCerts } from './desk/certs.ts';
import { type Desk, createDesk } from './desk/desk.ts';
import { startFront } from './front.ts';
import { needPort, noPort } from './http/listen.ts';
import { EXAMPLE_PASSPHRASE, type ServeOptions } from './options.ts';
import { type DeskListener, openDeskListener } from './session/desk-listener.ts';
import { findEngines } from './session/engines.ts';
import { keptIdentities } from './session/identity.ts';
import { selfCheck } from './session/self-check.ts';
import { createSessions } from './session/sessions.ts';
import { StartError } from './start-error.ts';
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

const now = Date.now;
const random = (bytes: number) => randomBytes(bytes);

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
  const certs = await ensureCerts(options.certs, now(), log);
  const { passphrase, weakModes } = options;
  const store = openStore(join(options.data, 'desk.db'));
  const desk = createDesk({ passphrase, weakModes, store, now, random, log });
  const listener = await openDeskPort(options, certs, desk).catch((error: unknown) => {
    desk.close();
    throw error;
  });
  // A lesson's desk is everybody's, and so is its passphrase. It waits for as long as a learner may read.
  const lesson = { passphrase: EXAMPLE_PASSPHRASE, idleMs: LIMITS.connectionMs, now, random, log };
  const openDesk = () => createDesk({ ...lesson, store: openStore(':memory:') });
  const engines = await findEngines();
  const sessions = createSessions({ identities, engines, openDesk, now, random, log });
  return {
    sessions,
    desk: { port: listener.port, certs: certs.folder, passphraseIsExample: passphrase === EXAMPLE_PASSPHRASE },
    engines: Object.keys(engines) as Engine[],
    deskRuns: listener,
    async close() {
      await Promise.all([sessions.closeAll(), listener.close()]);
      desk.close();
    },
  };
}

/** Opens the desk's port and knocks at it once: a page that comes now has a real connection to show. */
async function openDeskPort({ host, deskPort }: ServeOptions, certs: DeskCerts, desk: Desk): Promise<DeskListener> {
  const { server, client, ca, crl } = certs;
  const listener = await openDeskListener({
    ...{ host, port: deskPort, now, serve: desk.serve, privateKey: server.privateKey },
    material: { certificate: server.certificate, trust: [ca], crls: [crl] },
  }).catch((error: unknown) => {
    throw error instanceof StartError ? error : noPort(error as NodeJS.ErrnoException, host, deskPort, '--desk-port');
  });
  const checked = await selfCheck({ ...client, host, port: listener.port, trust: [ca] });
  if (checked.kind === 'greeted') return listener;
  await listener.close();
  throw new StartError(`the desk refused its own client: ${checked.text} Move ${certs.folder} away to get new files.`);
}
