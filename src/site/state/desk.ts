/** Where the order desk is, as the server tells it. */
export interface DeskAddress {
  readonly port: number;
  /** folder with the desk's certificates */
  readonly certs: string;
}

/**
 * The command that connects OpenSSL to the desk, over several lines.
 *
 * @param certs folder with `ca.crt`, `client.crt` and `client.key`; quoted where the shell would split it
 */
export function openSslCommand({ port, certs }: DeskAddress): string {
  const file = (name: string) => quoted(`${certs.replace(/\/$/, '')}/${name}`);
  return [
    'openssl s_client',
    `-connect 127.0.0.1:${String(port)}`,
    `-CAfile ${file('ca.crt')}`,
    `-cert ${file('client.crt')}`,
    `-key ${file('client.key')}`,
  ].join(' \\\n    ');
}

function quoted(path: string): string {
  return /^[\w./@%+:-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
