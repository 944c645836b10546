/** The order desk on its own port: certificates, revocation list, desk and listener put together. */
import { join } from 'node:path';
import { MODES } from '../src/core/aes/envelope.ts';
import type { Authority } from './desk/authority.ts';
import { createRenewal } from './desk/authority.ts';
import type { DeskCerts } from './desk/certs.ts';
import { type CrlWatch, watchCrl } from './desk/crl-watch.ts';
import { type CrlState, isRevoked, knownCrl, REVOKED } from './desk/crl.ts';
import { type Desk, createDesk } from './desk/desk.ts';
import { revokeIn } from './desk/revoke.ts';
import { noPort } from './http/listen.ts';
import type { OpenRecorder } from './log/recording.ts';
import type { ServeOptions } from './options.ts';
import type { DeskRefusal } from './session/desk-connection.ts';
import { type DeskListener, type DeskMaterial, openDeskListener } from './session/desk-listener.ts';
import { selfCheck } from './session/self-check.ts';
import { StartError } from './start-error.ts';
import { type Store, StoreFailed } from './store/store.ts';

/** Under this name the store keeps the last list that was trusted, so that no older one is taken after a restart. */
export const LAST_CRL = 'crl';

export interface DeskPort {
  readonly listener: DeskListener;
  /** Answers what is under way, then ends everything, the store too. May run twice. */
  close(): Promise<void>;
}

export interface DeskPortParts {
  readonly certs: DeskCerts;
  readonly store: Store;
  /** Unix time in ms */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: (line: string) => void;
  /** writes each connection down; without it none is */
  readonly record?: OpenRecorder;
}

type PortOptions = Pick<ServeOptions, 'host' | 'deskPort' | 'passphrase' | 'oldPassphrases' | 'weakModes'>;

/**
 * Opens the desk's port and knocks at it once: a page that comes now has a real connection to show.
 *
 * @throws StartError; the store is closed then
 */
export async function openDeskPort(options: PortOptions, parts: DeskPortParts): Promise<DeskPort> {
  const { certs, store, now, log } = parts;
  const watch = watchCrl({
    ...{ path: join(certs.folder, 'crl.pem'), ca: certs.ca, now },
    last: knownCrl(store.kept(LAST_CRL), certs.ca),
    onChange: (state) => taken(state),
  });
  const desk = createDesk({
    ...parts,
    ...(options.weakModes ? { modes: MODES } : {}),
    passphrase: [options.passphrase, ...options.oldPassphrases],
    authority: createDeskAuthority(certs, watch, now),
  });
  let listener: DeskListener | null = null;

  /** A list has changed: it holds for new connections, and for those that are open. */
  function taken(state: CrlState): void {
    if (state.kind === 'bad') log(`desk: ${state.why}`);
    else {
      log(
        `desk: revocation list number ${state.number ?? 'none'} is in force, with ${state.revoked.size} certificates`,
      );
      remember(state.pem);
      const loaded = listener?.load(materialOf(certs, state));
      if (loaded?.kind === 'refused') log(`desk: ${loaded.text}`);
    }
    desk.end(({ serial }) => refusalOf(state, serial)?.text ?? null);
  }

  function remember(pem: string): void {
    if (store.kept(LAST_CRL) === pem) return;
    store.keep(LAST_CRL, pem).catch((failure: unknown) => {
      if (!(failure instanceof StoreFailed)) throw failure;
      log(`desk: the store could not be written (${failure.message})`);
    });
  }

  try {
    const state = watch.state();
    listener = await openListener(options, parts, desk, watch);
    if (state.kind === 'good') {
      remember(state.pem);
      await checkItself(options, certs, listener);
    } else log(`desk: ${state.why}`);
  } catch (error) {
    watch.close();
    await listener?.close();
    desk.close();
    throw error;
  }
  const opened = listener;
  let closing: Promise<void> | null = null;
  const end = async () => {
    watch.close();
    await desk.stop();
    await opened.close();
    desk.close();
  };
  return { listener: opened, close: () => (closing ??= end()) };
}

function openListener(
  { host, deskPort }: PortOptions,
  { certs, now, record }: DeskPortParts,
  desk: Desk,
  watch: CrlWatch,
): Promise<DeskListener> {
  return openDeskListener({
    ...{ host, port: deskPort, now, serve: desk.serve, privateKey: certs.server.privateKey },
    ...(record === undefined ? {} : { record }),
    material: materialOf(certs, watch.state()),
    refusal: ({ serial }) => refusalOf(watch.state(), serial),
    refused: ({ code, text }, peer) => void desk.trail.note({ event: 'connect', code, user: null, peer, detail: text }),
  }).catch((error: unknown) => {
    throw error instanceof StartError ? error : noPort(error as NodeJS.ErrnoException, host, deskPort, '--desk-port');
  });
}

/** Without a good list nobody passes {@link refusalOf}; OpenSSL judges by one as well, and refuses in the handshake. */
function materialOf({ server, ca }: DeskCerts, state: CrlState): DeskMaterial {
  return { certificate: server.certificate, trust: [ca], crls: state.kind === 'good' ? [state.pem] : [] };
}

function refusalOf(state: CrlState, serial: string): DeskRefusal | null {
  if (state.kind === 'bad') return { code: 'crl', text: state.why };
  return isRevoked(state, serial) ? { code: 'CERT_REVOKED', text: REVOKED } : null;
}

function createDeskAuthority(certs: DeskCerts, watch: CrlWatch, now: () => number): Authority {
  return {
    renew: createRenewal({ certificate: certs.ca, privateKey: certs.caKey }, now),
    async revoke(serial) {
      try {
        const revoked = await revokeIn(certs.folder, serial, now());
        watch.look(); // in force before the manager hears of it
        return revoked;
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        return { ok: false, error: { kind: 'file', why: 'The desk could not write its revocation list.' } };
      }
    },
  };
}

async function checkItself(
  { host }: PortOptions,
  { client, ca, folder }: DeskCerts,
  { port }: DeskListener,
): Promise<void> {
  const checked = await selfCheck({ ...client, host, port, trust: [ca] });
  if (checked.kind === 'greeted') return;
  throw new StartError(`the desk refused its own client: ${checked.text} Move ${folder} away to get new files.`);
}
