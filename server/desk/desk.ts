/** The order desk: accounts, orders, and a conversation for each plaintext stream that is handed to it. */
import type { Duplex } from 'node:stream';
import { type Mode, passphraseKey } from '../../src/core/aes/envelope.ts';
import type { ErrorCode } from '../../src/core/desk/messages.ts';
import { StartError } from '../start-error.ts';
import { type Conversation, converse } from './dialogue.ts';
import { VISIT_LIMITS } from './limits.ts';
import { type RequestDeps, createRequests } from './requests.ts';
import { type Trail, createTrail } from './trail.ts';
import type { Peer } from './visitor.ts';

export interface Desk {
  readonly trail: Trail;
  /**
   * Serves one connection whose client certificate has been verified, until that certificate runs out.
   *
   * @param stream plaintext, both ways; the desk ends it
   */
  serve(stream: Duplex, peer: Peer): void;
  /** Ends the conversations for which there is a reason; each hears its own. */
  end(reason: (peer: Peer) => string | null): void;
  /** Lets nobody in any more, answers what is under way and says goodbye; resolves when all have gone. */
  stop(): Promise<void>;
  /** Ends every conversation at once, and the store with them. May run twice. */
  close(): void;
}

export interface DeskOptions extends Omit<RequestDeps, 'log' | 'trail' | 'authority'> {
  /** 16 bytes of UTF-8. While clients change over there are two: the new one, then the old one. */
  readonly passphrase: string | readonly [string, ...string[]];
  /** how lines may be sealed; all but GCM notice no change, and are here for the lessons. Without it GCM alone */
  readonly modes?: readonly Mode[];
  readonly authority?: RequestDeps['authority'];
  /** silence before a connection is closed */
  readonly idleMs?: number;
  /** what an operator should know; never a password or a key */
  readonly log?: (line: string) => void;
}

const WEAK = '--weak-modes: this desk also takes CBC and ECB, which notice no change.';
/** Node takes a longer timer for none at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @throws StartError when a passphrase is not 16 bytes */
export function createDesk(options: DeskOptions): Desk {
  const { modes = ['gcm'], idleMs = VISIT_LIMITS.idleMs, log = () => {}, authority = null } = options;
  const { store, now, random } = options;
  const keys = keysOf(typeof options.passphrase === 'string' ? [options.passphrase] : options.passphrase);
  const trail = createTrail({ store, now, log });
  const answer = createRequests({ ...options, log, trail, authority });
  const open = new Map<Duplex, Conversation>();
  let isStopping = false;

  return {
    trail,
    serve(stream, peer) {
      stream.on('error', () => stream.destroy()); // reset by the peer: the close below is all there is to do
      const idle = setTimeout(() => end('internal', SILENT), idleMs);
      const conversation = converse(
        stream,
        { peer, signedIn: null },
        {
          ...{ keys, modes, now, random, answer, log },
          warning: modes.some((mode) => mode !== 'gcm') ? WEAK : null,
          heard: () => void idle.refresh(),
          refused: ({ peer: who, signedIn }, event, code, detail) =>
            void trail.note({ event, code, user: signedIn?.user ?? null, peer: who, detail }),
        },
      );
      const end = (code: ErrorCode, why: string) => conversation.stop(code, why);
      const lifeMs = Math.max(0, (peer.validTo ?? Infinity) - now());
      const life =
        lifeMs > LONGEST_TIMER_MS ? undefined : setTimeout(() => end('unauthenticated', ranOut(peer)), lifeMs);
      open.set(stream, conversation);
      stream.once('close', () => {
        clearTimeout(idle);
        clearTimeout(life);
        open.delete(stream);
      });
      if (isStopping) end('internal', CLOSING);
    },
    end(reason) {
      for (const conversation of open.values()) {
        const why = reason(conversation.visitor.peer);
        if (why !== null) conversation.stop('unauthenticated', why);
      }
    },
    async stop() {
      isStopping = true;
      const all = [...open];
      for (const [, conversation] of all) conversation.stop('internal', CLOSING);
      // What was written is on its way until the connection is closed; a peer that does not close is not waited for.
      await Promise.all(all.map(async ([stream, { over }]) => over.then(() => closed(stream))));
    },
    close() {
      for (const stream of open.keys()) stream.destroy();
      store.close();
    },
  };
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', () => resolve());
  });
}

const CLOSING = 'The desk is closing. What it has answered is kept.';
const SILENT = 'Nothing was said for a while, so the desk closes the connection. What it has answered is kept.';

function ranOut({ validTo = 0 }: Peer): string {
  return `Your certificate ran out at ${new Date(validTo).toISOString()}. Come back with a new one; "renew" gives one in time.`;
}

function keysOf(passphrases: readonly string[]): [Uint8Array, ...Uint8Array[]] {
  const keys = passphrases.map((passphrase) => {
    const key = passphraseKey(passphrase);
    if (!key.ok) throw new StartError(key.error.why);
    return key.value;
  });
  const [first, ...others] = keys;
  if (first === undefined) throw new StartError('The desk needs a passphrase.');
  return [first, ...others];
}
