/** What a client is told before it starts, and the events and answers it exchanges with its surroundings. */

/** Groups this client can compute with. RFC 8446 §4.2.7 */
export type GroupName = 'x25519' | 'secp256r1' | 'secp384r1';

/** A ticket of an earlier connection with what is needed to use it. RFC 8446 §4.6.1 */
export interface Ticket {
  readonly identity: Uint8Array;
  readonly psk: Uint8Array;
  readonly suite: number;
  readonly ageAdd: number;
  /** from its receipt; 604,800 (a week) at most */
  readonly lifetimeSeconds: number;
  /** Unix time in ms */
  readonly receivedAt: number;
  /** name of the server it came from: it is offered to no other. Without this member, to every one. */
  readonly serverName?: string | null;
}

/** Ways to break the protocol on purpose, for the lessons. */
export const MISDEEDS = [
  /** an empty list although the client has a certificate */
  'empty-certificate',
  /** neither Certificate nor CertificateVerify */
  'no-certificate-message',
  'no-certificate-verify',
  'duplicate-certificate-verify',
  /** a signature that the certificate's key did not make */
  'wrong-signature',
  /** a signature of the right key, made for another conversation */
  'reused-signature',
  'wrong-finished',
  /** application data where Finished is due */
  'no-finished',
  /** application data in the middle of the handshake */
  'early-application-data',
] as const;
export type Misdeed = (typeof MISDEEDS)[number];

export interface ClientOptions {
  /** host name for server_name, ASCII; null sends none, and so does an address (RFC 6066 §3) */
  readonly serverName: string | null;
  /** code points, best liked first */
  readonly suites: readonly number[];
  /** groups on offer, best liked first; a key share is sent for the first `shares` of them */
  readonly groups: readonly GroupName[];
  readonly shares: number;
  /** protocols, ASCII, best liked first */
  readonly alpn: readonly string[];
  /** DER, own certificate first, and the schemes its key can sign with; null: no certificate */
  readonly identity: { readonly chain: readonly Uint8Array[]; readonly schemes: readonly number[] } | null;
  /** is offered while it is good: in time, for this server, with the hash of one of the suites */
  readonly ticket: Ticket | null;
  /** records that one key protects before the client changes it by itself */
  readonly recordsPerKey: number;
  readonly misdeeds: readonly Misdeed[];
}

export const DEFAULT_OPTIONS: ClientOptions = {
  serverName: null,
  suites: [0x1301, 0x1302, 0x1303],
  groups: ['x25519', 'secp256r1'],
  shares: 1,
  alpn: [],
  identity: null,
  ticket: null,
  recordsPerKey: 2 ** 24, // RFC 8446 §5.5: AES-GCM is good for 2^24.5 records
  misdeeds: [],
};

/** Time and chance: nothing here asks for them by itself. */
export interface Chance {
  /** that many fresh random bytes */
  readonly random: (bytes: number) => Uint8Array;
  /** Unix time in ms */
  readonly now: () => number;
}

/** An input that does not fit the moment (a verdict that nobody asked for, `send` after `close`) changes nothing. */
export type ClientInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** answer to `judge`: null accepts the server */
  | { readonly kind: 'verdict'; readonly refusal: { readonly alert: number; readonly why: string } | null }
  /** answer to `sign` */
  | { readonly kind: 'signature'; readonly signature: Uint8Array }
  /** the other answer to `sign`: the key cannot; the client ends with internal_error */
  | { readonly kind: 'no-signature'; readonly why: string }
  /** application data; waits until the client is connected */
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** new keys for what this side sends; does nothing before the client is connected */
  | { readonly kind: 'key-update'; readonly asksPeer: boolean }
  /** nothing more will be sent; what the server still says is heard. In a handshake: the end of it. */
  | { readonly kind: 'close' };

export type ClientOutput =
  /** one whole record for the wire */
  | { readonly kind: 'record'; readonly bytes: Uint8Array }
  | { readonly kind: 'key-log'; readonly line: string }
  /** the server's chain (DER), claimed and not yet proven; not asked when a ticket resumes an earlier connection */
  | { readonly kind: 'judge'; readonly chain: readonly Uint8Array[] }
  /** to be signed with the key of the client's certificate */
  | { readonly kind: 'sign'; readonly scheme: number; readonly content: Uint8Array }
  /** the client is done; whether the server is content is not known yet (RFC 8446 §4.4.4 has no answer to Finished) */
  | { readonly kind: 'connected'; readonly suite: number; readonly alpn: string | null; readonly resumed: boolean }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'ticket'; readonly ticket: Ticket }
  /** this client ended the connection with an alert; its record comes just before */
  | { readonly kind: 'refused'; readonly alert: number; readonly why: string }
  /**
   * The server ended its side. 0 is close_notify: it will say nothing more, and this side may send on until `close`,
   * which is due before the wire is cut (RFC 8446 §6.1). Any other alert is the end of both sides.
   */
  | { readonly kind: 'told'; readonly alert: number };
