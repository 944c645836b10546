import type { HashName } from '../../../primitives/primitives.ts';
import { suiteOf } from '../../names/suites.ts';
import type { ClientOptions, Ticket } from '../options.ts';

/** RFC 8446 §4.6.1: seven days. */
export const LONGEST_LIFETIME_SECONDS = 604_800;

/** A hello has 65,535 bytes for all its extensions; tickets of real servers stay below 4,000. */
const LONGEST_IDENTITY_BYTES = 2 ** 15;

/** The hash that a ticket's key belongs to, RFC 8446 §4.2.11; null for a suite that is none of TLS 1.3. */
export function hashOf({ suite }: Ticket): HashName | null {
  const known = suiteOf(suite);
  return known?.isTls13 ? known.hash : null;
}

/** How old a ticket is, in ms. */
export const ageOf = ({ receivedAt }: Ticket, nowMs: number): number => Math.max(Math.floor(nowMs - receivedAt), 0);

/**
 * Whether a ticket may be offered: while it lasts (RFC 8446 §4.2.11.1), to the server it came from (§4.6.1), and where
 * a suite with its hash can be chosen (§4.2.11). ALPN need not be the same: that is for early data only (§4.2.10).
 */
export function isGood(ticket: Ticket, { suites, serverName }: ClientOptions, nowMs: number): boolean {
  const { identity, lifetimeSeconds } = ticket;
  const hash = hashOf(ticket);
  return (
    lifetimeSeconds > 0 &&
    ageOf(ticket, nowMs) <= Math.min(lifetimeSeconds, LONGEST_LIFETIME_SECONDS) * 1000 &&
    (ticket.serverName === undefined || ticket.serverName === serverName) &&
    identity.length > 0 &&
    identity.length <= LONGEST_IDENTITY_BYTES &&
    hash !== null &&
    suites.some((code) => suiteOf(code)?.isTls13 && suiteOf(code)?.hash === hash)
  );
}
