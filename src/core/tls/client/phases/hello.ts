/** From the first ClientHello to the keys of the handshake. RFC 8446 §4.1 */
import { HASHES } from '../../../primitives/hash.ts';
import { suiteOf, type Suite } from '../../names/suites.ts';
import type { Connection } from '../connection.ts';
import { clientHello, truncated, withBinder } from '../hello/client-hello.ts';
import { newShare, type Share } from '../hello/key-share.ts';
import { hashOf, isGood } from '../hello/tickets.ts';
import type { Ticket } from '../options.ts';
import { refuse } from '../refusal.ts';
import { EarlySecrets, messageHash } from '../secrets.ts';
import type { Received } from '../checks/message.ts';
import { agreedSuite, agreement, retryOf } from '../checks/server-hello.ts';
import type { Expecting, Offer, State } from '../state.ts';

export function start(connection: Connection): State {
  const { options, chance } = connection;
  const shares = options.groups.slice(0, options.shares).map((group) => newShare(group, chance));
  const isOffered = options.ticket !== null && isGood(options.ticket, options, chance.now());
  const ticket = isOffered ? options.ticket : null;
  if (ticket) connection.log('PSK', ticket.psk);
  return { expect: 'ServerHello', offer: sayHello(connection, { ticket, shares, cookie: null, retried: null }) };
}

interface Changing {
  readonly ticket: Ticket | null;
  readonly shares: readonly Share[];
  readonly cookie: Uint8Array | null;
  readonly retried: Suite | null;
}

function sayHello(connection: Connection, { cookie, ...changing }: Changing): Offer {
  const { options, random, sessionId, chance, transcript } = connection;
  const { ticket, shares } = changing;
  const hello = clientHello(options, { random, sessionId, ticket, shares, cookie, now: chance.now() });
  const suite = ticket && suiteOf(ticket.suite);
  if (suite) {
    const seen = transcript.digestWith(HASHES[suite.hash], truncated(hello));
    connection.say(withBinder(hello, new EarlySecrets(suite, ticket.psk).binder(seen)));
  } else connection.say(hello.bytes);
  const { suites, groups, alpn } = options;
  return { ...changing, sessionId, suites, groups, alpn, extensions: hello.extensions, bytes: hello.bytes.length };
}

/** A second hello that differs from the first only in what it was asked to change. RFC 8446 §4.1.2, §4.1.4 */
export function takeRetry(connection: Connection, { offer }: Expecting<'ServerHello'>, hello: Received): State {
  if (offer.retried) refuse(10, 'The server asks for a third hello.');
  const suite = agreedSuite(hello, offer);
  const { group, cookie } = retryOf(hello, offer);
  if (cookie && cookie.length > 65_000 - offer.bytes) refuse(80, 'The cookie does not fit into a hello.');
  connection.demandBoundary();
  const hash = HASHES[suite.hash];
  connection.transcript.restart(messageHash(hash, connection.transcript.digest(hash)));
  connection.transcript.add(hello.bytes);
  connection.pretendChangeCipherSpec();
  const shares = group ? [newShare(group, connection.chance)] : offer.shares;
  const ticket = offer.ticket && hashOf(offer.ticket) === suite.hash ? offer.ticket : null;
  return { expect: 'ServerHello', offer: sayHello(connection, { ticket, shares, cookie, retried: suite }) };
}

export function takeServerHello(connection: Connection, { offer }: Expecting<'ServerHello'>, hello: Received): State {
  const suite = agreedSuite(hello, offer);
  const { ecdhe, psk } = agreement(hello, offer, suite);
  connection.demandBoundary();
  connection.transcript.add(hello.bytes);
  const secrets = new EarlySecrets(suite, psk).withShares(ecdhe, connection.digest(suite), connection.log);
  if (!offer.retried) connection.pretendChangeCipherSpec();
  connection.channel.incoming.use(suite, secrets.server);
  connection.channel.outgoing.use(suite, secrets.client);
  return { expect: 'EncryptedExtensions', agreed: { offer, suite, secrets, isResumed: psk !== null } };
}
