/** The order desk: accounts, orders, and a conversation for each plaintext stream that is handed to it. */
import type { Duplex } from 'node:stream';
import { passphraseKey } from '../../src/core/aes/envelope.ts';
import { StartError } from '../start-error.ts';
import { converse } from './dialogue.ts';
import { VISIT_LIMITS } from './limits.ts';
import { type DeskDeps, type Peer, createRequests } from './requests.ts';

export interface Desk {
  /**
   * Serves one connection whose client certificate has been verified.
   *
   * @param stream plaintext, both ways; the desk ends it
   */
  serve(stream: Duplex, peer: Peer): void;
  /** Ends every conversation, and the store with them. May run twice. */
  close(): void;
}

export interface DeskOptions extends Omit<DeskDeps, 'log'> {
  /** 16 bytes of UTF-8 */
  readonly passphrase: string;
  /** also takes the CBC and ECB of the lessons, which notice no change */
  readonly weakModes?: boolean;
  /** silence before a connection is closed */
  readonly idleMs?: number;
  /** what an operator should know; never a password or a key */
  readonly log?: (line: string) => void;
}

/** @throws StartError when the passphrase is not 16 bytes */
export function createDesk({
  passphrase,
  weakModes = false,
  idleMs = VISIT_LIMITS.idleMs,
  log = () => {},
  ...deps
}: DeskOptions): Desk {
  const key = passphraseKey(passphrase);
  if (!key.ok) throw new StartError(key.error.why);
  const answer = createRequests({ ...deps, log });
  const modes = weakModes ? (['gcm', 'cbc', 'ecb'] as const) : (['gcm'] as const);
  const open = new Set<Duplex>();
  return {
    serve(stream, peer) {
      open.add(stream);
      const idle = setTimeout(() => stream.destroy(), idleMs);
      stream.on('error', () => stream.destroy()); // reset by the peer: the close below is all there is to do
      stream.once('close', () => {
        clearTimeout(idle);
        open.delete(stream);
      });
      const heard = () => void idle.refresh();
      void converse(stream, { peer, user: null }, { ...deps, key: key.value, modes, answer, heard, log });
    },
    close() {
      for (const stream of open) stream.destroy();
      deps.store.close();
    },
  };
}
