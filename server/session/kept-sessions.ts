/**
 * What the bridge's own client has kept of earlier connections, for one learner. In memory only: whoever has it can go
 * on as this client.
 */
import type { Dial, Engine } from '../../src/core/bridge/messages.ts';
import type { KeptSession } from '../relay/kept-session.ts';

type NodeDial = Extract<Dial, { client: 'node' }>;

/** A TLS 1.3 server sends two tickets; kinds of connection beyond the last few are forgotten. */
const LIMITS = { perKind: 2, kinds: 8 } as const;

export class KeptSessions {
  readonly #kept = new Map<string, KeptSession[]>();

  /** Keeps one session of a connection made like this, the newest last. */
  keep(dial: NodeDial, engine: Engine, kept: KeptSession): void {
    const kind = kindOf(dial, engine);
    const others = dial.version === '1.3' ? (this.#kept.get(kind) ?? []) : [];
    this.#kept.delete(kind);
    this.#kept.set(kind, [...others, kept].slice(-LIMITS.perKind));
    for (const oldest of this.#kept.keys()) if (this.#kept.size > LIMITS.kinds) this.#kept.delete(oldest);
  }

  /**
   * The newest session of a connection made like this. In TLS 1.3 each is given once while there is another, as RFC 8446
   * §C.4 advises; the last one again and again, because Node's server gives no new ticket in a resumed handshake.
   *
   * @returns why there is none, in one sentence, where there is none
   */
  take(dial: NodeDial, engine: Engine, now: number): KeptSession | string {
    const kept = this.#kept.get(kindOf(dial, engine)) ?? [];
    const newest = dial.version === '1.3' && kept.length > 1 ? kept.pop() : kept.at(-1);
    if (!newest)
      return 'Node’s client has kept no ticket of a connection like this one. Connect with tickets on first.';
    if (newest.goodUntil <= now) return 'The ticket that Node’s client has kept is past its lifetime. Connect anew.';
    return newest;
  }
}

/**
 * A ticket is offered only where everything is as it was that counts for trust: the same server under the same name, the
 * same anchors, the same certificate of one's own.
 */
function kindOf({ version, serverName, trust, certificate }: NodeDial, engine: Engine): string {
  return JSON.stringify([engine, version, serverName, trust, certificate]);
}
