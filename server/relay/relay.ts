/**
 * What every server engine of the order desk offers. The relay ends TLS: it holds the server's key, loads what the
 * learner signed for it, and hands the plaintext to a callback. It knows neither the tap nor the desk.
 */
import type { Duplex } from 'node:stream';
import type { RelaySettings } from '../../src/core/bridge/settings.ts';
import type { Secret } from '../../src/core/bytes/secret.ts';
import type { MaterialCode } from './material.ts';

/** A key of the relay, made by `session/identity.ts`, and the request over it that it sends out. Both PEM. */
export interface RelayIdentity {
  readonly privateKey: Secret;
  readonly csr: string;
}

/** What the relay is told to use, all PEM. An empty `trust` means that nobody is accepted. */
export interface RelayMaterial {
  /** leaf first, intermediates after it; without one every handshake fails */
  readonly certificate: string | null;
  readonly trust: readonly string[];
  readonly crls: readonly string[];
  /** the key of `certificate`, where it is not the one that the relay was started with */
  readonly privateKey?: Secret;
  /** without it, what is usual for the engine, and no tickets */
  readonly settings?: RelaySettings;
}

/** Who the peer's verified certificate names. */
export interface RelayPeer {
  /** RFC 4514 text, most specific attribute first: `CN=alice,O=Order Desk` */
  readonly subject: string;
  /** lower-case hex */
  readonly serial: string;
  /** SHA-256 over the DER, lower-case hex */
  readonly sha256: string;
}

/** The accepted client's certificate, besides its name; one that has resumed a connection may show none. */
export interface AcceptedClient extends RelayPeer {
  /** PEM */
  readonly certificate?: string;
  /** Unix time in ms at which it runs out */
  readonly validTo?: number;
}

/** Where a fault was noticed: `told` by an alert of the peer, or `fault`, noticed by this side itself. */
export type FaultKind = 'told' | 'fault';

/** What happened on one connection, as the engine reports it. */
export type RelayReport =
  | { readonly kind: 'key-log'; readonly line: string }
  /** the client's certificate was verified against `trust` */
  | { readonly kind: 'accepted'; readonly peer: RelayPeer; readonly version: string; readonly cipherSuite: string }
  /** the client's certificate, or its absence, was the reason */
  | { readonly kind: 'refused'; readonly code: string; readonly text: string }
  | { readonly kind: FaultKind; readonly code: string; readonly text: string }
  /** the other side closed, or the engine gave up waiting */
  | { readonly kind: 'ended'; readonly code: string | null; readonly text: string };

/** The caller's side of one connection. */
export interface RelayListener {
  report(report: RelayReport): void;
  /** Called once, after `accepted`. The stream carries plaintext; whoever gets it reads it to its end. */
  plaintext(stream: Duplex, client: AcceptedClient): void;
}

/** Why material was not loaded; `code` is one of the bridge's. */
export type LoadResult =
  | { readonly kind: 'loaded'; readonly certificate: string | null; readonly trust: readonly string[] }
  | { readonly kind: 'refused'; readonly code: MaterialCode; readonly text: string };

/** The relay's end of a connection: a socket, or a stream in its place. */
export interface RelayEnd extends Duplex {
  resetAndDestroy(): unknown;
}

export interface Relay {
  /**
   * Takes a connection from its first byte on, and owns it.
   *
   * @param end paused
   */
  accept(end: RelayEnd, listener: RelayListener): void;
  /**
   * Loads material for all later connections; open ones stay as they are. Tickets that were given out under another
   * certificate, other anchors or other CRLs open nothing any more.
   *
   * @returns SHA-256 of the DER (lower-case hex) of what was loaded, or why nothing changed; never throws
   */
  load(material: RelayMaterial): LoadResult;
  /** Ends every connection whose client certificate has this SHA-256 fingerprint. */
  disconnect(sha256: string): void;
  /** Ends every connection. May run twice. */
  close(): Promise<void>;
}
