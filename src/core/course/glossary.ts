/** Words that a lesson explains once and then links to: `[alert](term:alert)`. */
export const GLOSSARY = {
  alert: { title: 'alert', says: 'A TLS message that says what went wrong, as a number with a name.' },
  anchor: {
    title: 'trust anchor',
    says: 'A CA certificate that somebody has loaded on purpose. Trust starts there and nowhere else.',
  },
  ca: {
    title: 'CA',
    says: 'A certificate authority: whoever signs certificates with a key others have chosen to trust.',
  },
  certificate: {
    title: 'certificate',
    says: 'A public key, a name and some rules, with a signature of the issuer over all of it.',
  },
  csr: {
    title: 'CSR',
    says: 'A certificate signing request: a public key and a wished-for name, signed with the matching private key.',
  },
  fin: { title: 'FIN', says: 'The TCP mark for "I send no more". It closes a direction and gives no reason.' },
  fingerprint: {
    title: 'fingerprint',
    says: 'A hash over the whole certificate: equal only when every byte is equal.',
  },
  handshake: {
    title: 'handshake',
    says: 'The first messages of a TLS connection: they agree on keys and show who is who.',
  },
  'key-log': {
    title: 'key log',
    says: 'Lines with the secrets of a connection, written by one of its ends so that its records can be opened.',
  },
  'key-pair': {
    title: 'key pair',
    says: 'Two numbers that belong together: what the private one signs, the public one can check.',
  },
  mutual: { title: 'mutual TLS', says: 'TLS in which both sides show a certificate and prove that its key is theirs.' },
  record: { title: 'record', says: 'The unit TLS puts on the wire: 5 bytes that say type and length, then content.' },
  san: {
    title: 'SAN',
    says: 'Subject alternative name: the list in a server certificate of host names and addresses it is good for.',
  },
  serial: { title: 'serial number', says: 'A number that its issuer gives to one certificate and to no other.' },
  signature: {
    title: 'signature',
    says: 'Bytes that only the holder of a private key can make for a text, and that everybody can check.',
  },
  subject: { title: 'subject', says: 'The name in a certificate of whoever holds the private key.' },
} as const satisfies Record<string, { title: string; says: string }>;

export type Term = keyof typeof GLOSSARY;

/** True when the glossary has this word. */
export function isTerm(id: string): id is Term {
  return Object.hasOwn(GLOSSARY, id);
}
