/** What reading a capture yields. Types only. */
import type { Chunk } from '../tls/dissection.ts';

export interface Endpoint {
  /** IPv4 in dotted form, IPv6 as RFC 5952 writes it */
  readonly address: string;
  readonly port: number;
}

/** How a side ended its stream, as far as the capture shows. */
export type End = 'FIN' | 'RST' | null;

/** One TCP connection that carries TLS. */
export interface CapturedConnection {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** time of its first packet, milliseconds since 1970 */
  readonly startedAt: number;
  /** the TLS bytes, in the order in which they could be read; `at` is the time of the packet that brought them */
  readonly chunks: readonly Chunk[];
  /** bytes of each side that came before TLS and are not in {@link chunks} */
  readonly before: { readonly client: number; readonly server: number };
  /** the protocol that changed to TLS: `SMTP`; `another protocol` where it is none we know; null for TLS at once */
  readonly startTls: string | null;
  readonly ends: { readonly client: End; readonly server: End };
  /** when each side ended its stream, in milliseconds since {@link startedAt}; null where it did not */
  readonly endedAt: { readonly client: number | null; readonly server: number | null };
  /** what stood in the way of reading this one */
  readonly problems: readonly CaptureProblem[];
}

export interface CaptureProblem {
  /** number of the packet that shows it first, counted from 1 as Wireshark does; null where there is none */
  readonly packet: number | null;
  readonly text: string;
}

export interface Capture {
  /** null: these bytes are no capture; the first problem says why */
  readonly format: 'pcap' | 'pcapng' | null;
  readonly packets: number;
  readonly connections: readonly CapturedConnection[];
  /** the TLS key logs of its Decryption Secrets Blocks, one after the other */
  readonly keyLog: string;
  /** of the file itself; each connection has its own */
  readonly problems: readonly CaptureProblem[];
}
