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

/** The verified client of a socket with its whole certificate, or null when it showed none. */
export function clientOf(socket: TLSSocket): AcceptedClient | null {
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
