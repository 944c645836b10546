/** Who talks to the desk. */
import type { Answer, ErrorCode } from '../../src/core/desk/messages.ts';

/** Who holds the other end of a connection, by the certificate that was verified there. */
export interface Peer {
  /** RFC 4514 text */
  readonly subject: string;
  /** lower-case hex */
  readonly serial: string;
  /** SHA-256 over the DER, lower-case hex */
  readonly sha256: string;
  /** the certificate itself, PEM; null where nobody kept it */
  readonly certificate?: string;
  /** Unix time in ms at which the certificate runs out */
  readonly validTo?: number;
  /** of the client's end of the connection: `127.0.0.1:50312` */
  readonly address?: string;
}

/** One connection's side of the conversation: who it is by certificate, and as whom it has signed in. */
export interface Visitor {
  readonly peer: Peer;
  signedIn: SignedIn | null;
}

export interface SignedIn {
  readonly user: string;
  /** of the account at that time: another password signs out */
  readonly passwordVersion: number;
}

/** An answer without the request's id. */
export type Reply = Answer;

export const error = (code: ErrorCode, message: string): Reply => ({ type: 'error', code, message });
