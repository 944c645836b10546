/**
 * One state for each message or answer that a client waits for, with what is known by then and nothing more.
 *
 * @see RFC 8446 §A.1
 */
import type { Suite } from '../names/suites.ts';
import type { ClientHello } from './hello/client-hello.ts';
import type { Share } from './hello/key-share.ts';
import type { GroupName, Ticket } from './options.ts';
import type { ApplicationSecrets, HandshakeSecrets } from './secrets.ts';
import type { Claim, Request } from './checks/proof.ts';

/** What the last ClientHello offered: nothing else may be chosen. */
export interface Offer extends Pick<ClientHello, 'extensions'> {
  readonly sessionId: Uint8Array;
  readonly suites: readonly number[];
  readonly groups: readonly GroupName[];
  readonly alpn: readonly string[];
  readonly shares: readonly Share[];
  readonly ticket: Ticket | null;
  /** length of the hello */
  readonly bytes: number;
  /** the suite of the HelloRetryRequest that this hello answers, or null */
  readonly retried: Suite | null;
}

/** What a ServerHello settled. */
export interface Agreed {
  readonly offer: Offer;
  readonly suite: Suite;
  readonly secrets: HandshakeSecrets;
  readonly isResumed: boolean;
}

/** The rest, which came under encryption. */
export interface Settled extends Agreed {
  readonly alpn: string | null;
  /** whether and how the server wants a certificate of this client */
  readonly request: Request | null;
}

export type State =
  | { readonly expect: 'start' }
  | { readonly expect: 'ServerHello'; readonly offer: Offer }
  | { readonly expect: 'EncryptedExtensions'; readonly agreed: Agreed }
  | { readonly expect: 'Certificate'; readonly settled: Settled }
  /** claimed: neither judged nor proven */
  | { readonly expect: 'verdict'; readonly settled: Settled; readonly claim: Claim }
  /** judged, not proven */
  | { readonly expect: 'CertificateVerify'; readonly settled: Settled; readonly claim: Claim }
  /** proven, by CertificateVerify or by the binder of the ticket that the server took */
  | { readonly expect: 'Finished'; readonly settled: Settled }
  | {
      readonly expect: 'signature';
      readonly settled: Settled;
      readonly application: ApplicationSecrets;
      readonly scheme: number;
    }
  | Connected
  | { readonly expect: 'closed' };

/** Both have finished, as far as this side can know. */
export interface Connected {
  readonly expect: 'anything';
  readonly suite: Suite;
  readonly ticketKey: (nonce: Uint8Array) => Uint8Array;
  /** which directions are still open: close_notify closes one, RFC 8446 §6.1 */
  readonly open: 'both' | 'incoming' | 'outgoing';
}

/** The state that waits for this. */
export type Expecting<Expected extends State['expect']> = Extract<State, { readonly expect: Expected }>;
