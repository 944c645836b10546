/** Protocols that begin in plaintext and change to TLS, told by what was said before. */

interface StartTls {
  readonly name: string;
  readonly source: string;
  /** what the client said before its ClientHello */
  readonly client: RegExp;
  /** what the server said before, where the client's words alone are not enough */
  readonly server?: RegExp;
}

/** The first row that fits. Bytes are matched as Latin-1; each pattern is linear in the text. */
const PROTOCOLS: readonly StartTls[] = [
  { name: 'IMAP', source: 'RFC 9051 §6.2.1', client: /^[^\s]{1,64} STARTTLS\r?$/im },
  { name: 'POP3', source: 'RFC 2595 §4', client: /^STLS\r?$/im },
  { name: 'SMTP', source: 'RFC 3207 §4', client: /^STARTTLS\r?$/im, server: /^220[ -]/m },
  { name: 'NNTP', source: 'RFC 4642 §2', client: /^STARTTLS\r?$/im, server: /^20[01] /m },
  { name: 'FTP', source: 'RFC 4217 §4', client: /^AUTH (TLS|SSL)\r?$/im },
  { name: 'XMPP', source: 'RFC 6120 §5', client: /<starttls[^>]{0,200}urn:ietf:params:xml:ns:xmpp-tls/ },
  { name: 'LDAP', source: 'RFC 4511 §4.14.1', client: /1\.3\.6\.1\.4\.1\.1466\.20037/ },
  // eslint-disable-next-line no-control-regex -- length 8 and the code 1234.5679
  { name: 'PostgreSQL', source: 'PostgreSQL protocol, SSLRequest', client: /\x00\x00\x00\x08\x04\xd2\x16\x2f/ },
  // eslint-disable-next-line no-control-regex -- packet 1 of 32 bytes, after a greeting of protocol version 10
  { name: 'MySQL', source: 'MySQL protocol, SSLRequest', client: /^\x20\x00\x00\x01/, server: /^[^]{3}\x00\x0a/ },
  { name: 'an HTTP proxy', source: 'RFC 9110 §9.3.6', client: /^CONNECT \S{1,300} HTTP\// },
];

const TEXT = new TextDecoder('latin1');

/**
 * @param client what the client sent before its ClientHello
 * @param server what the server sent before its first record
 * @returns null where there was no plaintext
 */
export function startTlsOf(client: Uint8Array, server: Uint8Array): string | null {
  if (client.length === 0 && server.length === 0) return null;
  const [asked, answered] = [TEXT.decode(client), TEXT.decode(server)];
  const found = PROTOCOLS.find((row) => row.client.test(asked) && (row.server?.test(answered) ?? true));
  return found?.name ?? 'another protocol';
}
