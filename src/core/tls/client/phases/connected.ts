/** What comes and goes once both have finished. RFC 8446 §4.6 */
import type { Connection } from '../connection.ts';
import { LONGEST_LIFETIME_SECONDS } from '../hello/tickets.ts';
import { refuse } from '../refusal.ts';
import { checkExtensions } from '../checks/extensions.ts';
import type { Received } from '../checks/message.ts';
import type { Connected } from '../state.ts';
import { APPLICATION_DATA, Channel, HANDSHAKE } from '../wire/channel.ts';
import { message, u8 } from '../wire/encode.ts';

const NONE_OFFERED: ReadonlySet<number> = new Set();

/** RFC 8446 §4.6.1: a lifetime of zero means to forget it at once, and no ticket is kept longer than a week. */
export function takeTicket(connection: Connection, { suite, ticketKey }: Connected, received: Received): void {
  checkExtensions(received, 'NewSessionTicket', NONE_OFFERED);
  const lifetimeSeconds = Math.min(received.number('ticket_lifetime') ?? 0, LONGEST_LIFETIME_SECONDS);
  if (lifetimeSeconds === 0) return;
  const ticket = {
    identity: received.raw('ticket', 'ticket').slice(),
    psk: ticketKey(received.raw('ticket_nonce', 'nonce')),
    suite: suite.code,
    ageAdd: received.number('ticket_age_add') ?? 0,
    lifetimeSeconds,
    receivedAt: connection.chance.now(),
    serverName: connection.options.serverName,
  };
  connection.put({ kind: 'ticket', ticket });
}

/** RFC 8446 §4.6.3 */
export function takeKeyUpdate(connection: Connection, { open }: Connected, received: Received): void {
  const request = received.number('request_update');
  if (request !== 0 && request !== 1) refuse(47, 'A KeyUpdate asks with 0 or 1.');
  connection.demandBoundary();
  connection.channel.incoming.update();
  if (request === 1 && open !== 'incoming') sayKeyUpdate(connection, false);
}

/** The message goes out under the old key, all that follows under the new one. */
export function sayKeyUpdate(connection: Connection, asksPeer: boolean): void {
  connection.send(HANDSHAKE, message(24, u8(asksPeer ? 1 : 0)));
  connection.channel.outgoing.update();
}

/** Application data; a key that has protected enough records is changed in between. RFC 8446 §5.5 */
export function sendData(connection: Connection, bytes: Uint8Array): void {
  for (const piece of Channel.pieces(bytes)) {
    if (connection.channel.outgoing.sequence >= connection.options.recordsPerKey) sayKeyUpdate(connection, false);
    connection.send(APPLICATION_DATA, piece);
  }
}
