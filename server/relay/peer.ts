/** Who a certificate names, read from a socket that has verified it. */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { fingerprintOf } from './material.ts';
import type { AcceptedClient, RelayPeer } from './relay.ts';

const SUBJECT_CHARACTERS = 1000;

/** The verified peer of a socket, or null when it showed no certificate. */
export function peerOf(socket: TLSSocket): RelayPeer | null {
  const certificate = socket.getPeerX509Certificate();
  return certificate ? namedBy(certificate) : null;
}

/** Certificates of which a relay remembers what they say: many more than come and go in a minute. */
const MOST_KNOWN = 256;

/**
 * Reads who the verified clients of a relay are. OpenSSL takes longer to read a certificate, with the chain that came
 * along, than to agree on keys with its owner: one that was read lately is only recognised.
 */
export class KnownClients {
  readonly #known = new Map<string, AcceptedClient>();

  /** The client of a socket with its whole certificate, or null when it showed none. */
  of(socket: TLSSocket): AcceptedClient | null {
    const fingerprint = socket.getPeerCertificate().fingerprint256 as string | undefined; // no certificate: an empty object
    if (fingerprint === undefined) return null;
    const client = this.#known.get(fingerprint) ?? clientOf(socket);
    if (client === null) return null;
    this.#known.delete(fingerprint); // and in again, as the latest
    this.#known.set(fingerprint, client);
    const [oldest = ''] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN) this.#known.delete(oldest);
    return client;
  }
}

function clientOf(socket: TLSSocket): AcceptedClient | null {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return null;
  return { ...namedBy(certificate), certificate: certificate.toString(), validTo: Date.parse(certificate.validTo) };
}

/** Only what names the client, for those who are told of it. */
export const peerIn = ({ subject, serial, sha256 }: RelayPeer): RelayPeer => ({ subject, serial, sha256 });

export function namedBy(certificate: X509Certificate): RelayPeer {
  return {
    subject: rfc4514(certificate.subject).slice(0, SUBJECT_CHARACTERS),
    serial: certificate.serialNumber.toLowerCase(),
    sha256: fingerprintOf(certificate),
  };
}

/** Node writes one RDN a line, first one first, its values already escaped; RFC 4514 §2.1 turns the order round. */
const rfc4514 = (lines: string | undefined): string => (lines ?? '').split('\n').reverse().join(',');
