/** What OpenSSL lets a client keep of a connection, so that it can go on from there: SSL_SESSION in DER. */
import { readDer, type DerNode } from '../../src/core/asn1/der.ts';
import { contentOf } from '../../src/core/asn1/value.ts';
import { Reader } from '../../src/core/bytes/reader.ts';
import type { RelayPeer } from './relay.ts';

/** A connection that can be gone on from. */
export interface KeptSession {
  readonly session: Buffer;
  /** who was verified then: a resumed handshake shows no certificate, and Node's client names nobody in it */
  readonly peer: RelayPeer | null;
  /** Unix time in ms */
  readonly goodUntil: number;
}

/** Fields by their context tag, as i2d_SSL_SESSION of OpenSSL 3 writes them (ssl/ssl_asn1.c). */
const TIMEOUT = 2;
const LIFETIME_HINT = 9;

/**
 * How long the server says that the session is good for, in seconds.
 *
 * @param session as the `session` event of Node's `tls` brings it
 * @returns the ticket's lifetime where the server named one, else how long OpenSSL itself would keep the session
 */
export function lifetimeSeconds(session: Uint8Array): number {
  const [root] = readDer(new Reader(session));
  const field = (tag: number) =>
    root?.children.find((node) => node.tagClass === 'context' && node.tag === tag)?.children[0];
  return numberIn(field(LIFETIME_HINT), session) || numberIn(field(TIMEOUT), session);
}

function numberIn(node: DerNode | undefined, bytes: Uint8Array): number {
  return node ? contentOf(node, bytes).reduce((value, byte) => value * 256 + byte, 0) : 0;
}
