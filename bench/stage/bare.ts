/** What a mutual handshake of Node with Node takes when nobody looks: the same kind of keys, TLS 1.3. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server } from 'node:tls';
import type { Openssl } from '../../tests/openssl.ts';

/** PEM texts. */
interface Own {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export class BareHandshakes {
  readonly #server: Server;
  readonly #own: Own;

  static async listen(openssl: Openssl): Promise<BareHandshakes> {
    const run = (command: string) => openssl.must(command);
    run('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=ca -days 2');
    run('req -newkey rsa:2048 -nodes -keyout end.key -out end.csr -subj /CN=localhost');
    run('x509 -req -in end.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out end.crt');

    const own = { ca: openssl.read('ca.crt'), cert: openssl.read('end.crt'), key: openssl.read('end.key') };
    const server = createServer({ ...own, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });
    server.on('secureConnection', (socket) => socket.on('error', () => undefined).end('hello\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BareHandshakes(server, own);
  }

  private constructor(server: Server, own: Own) {
    this.#server = server;
    this.#own = own;
  }

  /** ms from the call to the first byte of application data. */
  async latency(): Promise<number> {
    const startedAt = performance.now();
    const { port } = this.#server.address() as AddressInfo;
    const socket = connect({ ...this.#own, port, host: '127.0.0.1', checkServerIdentity: () => undefined });
    await once(socket, 'data');
    const ms = performance.now() - startedAt;
    socket.destroy();
    return ms;
  }

  close(): void {
    this.#server.close();
  }
}
