/**
 * Tickets that the learner's own client has kept, in memory only: whoever has one can go on as this client. Beside the
 * world, as the clients are, for a world is written down.
 */
import type { Engine, RunEvent } from '../../bridge/messages.ts';
import { done, refused, type Result } from '../../bytes/result.ts';
import type { Ticket } from '../../tls/client/options.ts';

export interface KeptTicket {
  readonly ticket: Ticket;
  /** the server that was verified when the ticket was given: a resumed handshake shows no certificate */
  readonly server: RunEvent['peer'];
}

/** What has to be the same, or the ticket says nothing: RFC 8446 §4.6.1, and whom this client believes. */
export interface TicketKind {
  readonly engine: Engine;
  readonly serverName: string;
  /** PEM */
  readonly trust: readonly string[];
  /** of the client, PEM; null: none */
  readonly certificate: string | null;
}

/** A server gives two tickets; kinds of connection beyond the last few are forgotten. */
const LIMITS = { perKind: 2, kinds: 8 } as const;

export class KeptTickets {
  readonly #kept = new Map<string, KeptTicket[]>();

  keep(kind: TicketKind, kept: KeptTicket): void {
    const name = nameOf(kind);
    const others = this.#kept.get(name) ?? [];
    this.#kept.delete(name);
    this.#kept.set(name, [...others, kept].slice(-LIMITS.perKind));
    for (const oldest of this.#kept.keys()) if (this.#kept.size > LIMITS.kinds) this.#kept.delete(oldest);
  }

  /**
   * The newest ticket of such a connection. Each is given once while there is another, as RFC 8446 §C.4 advises; the last
   * one again and again, because Node's server gives no new ticket in a resumed handshake.
   *
   * @param now Unix time in ms
   */
  take(kind: TicketKind, now: number): Result<KeptTicket> {
    const all = this.#kept.get(nameOf(kind)) ?? [];
    const kept = all.length > 1 ? all.pop() : all[0];
    if (!kept)
      return refused(
        'noTicket',
        'This page holds no ticket of a connection like this one: it keeps them in memory only. Connect with tickets on first.',
      );
    const { receivedAt, lifetimeSeconds } = kept.ticket;
    if (receivedAt + lifetimeSeconds * 1000 > now) return done(kept);
    return refused('noTicket', `The ticket was good for ${lifetimeSeconds} seconds, and they are over. Connect anew.`);
  }
}

const nameOf = ({ engine, serverName, trust, certificate }: TicketKind): string =>
  JSON.stringify([engine, serverName, trust, certificate]);
