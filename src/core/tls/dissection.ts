/**
 * What dissecting a connection yields. Types only: `dissect.ts` makes them, the site, the server and the tests read
 * them. Every byte of a record, and of each plaintext that was opened, belongs to exactly one leaf field.
 */

import type { Lock } from './record/lock.ts';
import type { ByteRange, Field } from '../bytes/field.ts';

export type Side = 'client' | 'server';

/** Bytes of one TLS connection as they passed, in order. `at` counts milliseconds from the connection's start. */
export interface Chunk {
  readonly from: Side;
  readonly at: number;
  readonly bytes: Uint8Array;
}

export type { ByteRange, Field };

/** Under which keys a record travelled. In TLS 1.2 there is one set of keys after ChangeCipherSpec: `application`. */
export type Protection = 'clear' | 'handshake' | 'application' | 'early';

export interface RecordView {
  /** 0-based position among all records of the connection, in the order in which they passed */
  readonly index: number;
  readonly from: Side;
  readonly at: number;
  /** offset of the record's first byte in its sender's stream */
  readonly offset: number;
  /** bytes on the wire, 5-byte header included */
  readonly length: number;
  /** content type in the record header */
  readonly type: number;
  readonly protection: Protection;
  /** content type inside, once the record is open; else null */
  readonly contentType: number | null;
  /** why a protected record stayed closed, in words */
  readonly sealed?: string;
  /** why the peer never read this record, although it was sent: it had given up before */
  readonly unread?: string;
  /** what it carries, in a few words: `ClientHello`, `Alert: unknown_ca (48)`, `Application data`, `Sealed` */
  readonly label: string;
  /** index into {@link Dissection.buffers} of the record's wire bytes */
  readonly wire: number;
  /** index of the opened plaintext, or null */
  readonly plaintext: number | null;
  /** what has opened it; null where it was in clear or stayed closed */
  readonly lock: Lock | null;
  /** header and body as they were on the wire */
  readonly fields: Field;
  /** the opened plaintext's tree, or null */
  readonly opened: Field | null;
}

export interface MessageView {
  readonly from: Side;
  /** handshake type number */
  readonly type: number;
  readonly name: string;
  /** bytes including the 4-byte handshake header */
  readonly length: number;
  readonly encrypted: boolean;
  /** indexes of the records that carried it */
  readonly records: readonly number[];
  readonly fields: Field;
}

export interface AlertView {
  readonly from: Side;
  readonly record: number;
  readonly level: number;
  readonly code: number;
  /** the registry's name: `unknown_ca` */
  readonly name: string;
  readonly encrypted: boolean;
}

export interface CertificateView {
  readonly der: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  /** lower-case hex without leading zeros of the encoding, at least two digits */
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 over the DER, lower-case hex */
  readonly sha256: string;
}

/** true, false, or null where it cannot be determined; then `why` says what is missing */
export interface Verification {
  readonly holds: boolean | null;
  readonly why: string;
}

/** One value of the key schedule, and what is derived from it. */
export interface Derived {
  /** as the RFC calls it: `Handshake Secret`, `client_handshake_traffic_secret`, `key` */
  readonly name: string;
  /** lower-case hex; null where a secret that it needs is not known */
  readonly value: string | null;
  /** how it was computed, or where it comes from */
  readonly how: string;
  readonly source: string;
  readonly says: string;
  readonly children: readonly Derived[];
}

export interface Dissection {
  /** what was negotiated: `TLS 1.3`; null until ServerHello */
  readonly version: string | null;
  readonly cipherSuite: string | null;
  readonly group: string | null;
  readonly serverName: string | null;
  readonly alpn: string | null;
  readonly resumed: boolean;
  readonly buffers: readonly Uint8Array[];
  readonly records: readonly RecordView[];
  readonly messages: readonly MessageView[];
  readonly alerts: readonly AlertView[];
  readonly applicationData: readonly { readonly from: Side; readonly record: number; readonly bytes: Uint8Array }[];
  readonly certificates: { readonly [S in Side]: readonly CertificateView[] };
  readonly verified: {
    readonly certificateVerify: { readonly [S in Side]: Verification };
    readonly finished: { readonly [S in Side]: Verification };
    /** the first binder of the ClientHello's pre_shared_key */
    readonly pskBinder: Verification;
  };
  /** how the keys come from each other; empty until ServerHello */
  readonly keySchedule: readonly Derived[];
  readonly bytes: { readonly total: number; readonly explained: number };
  readonly problems: readonly { readonly record: number | null; readonly text: string }[];
}
