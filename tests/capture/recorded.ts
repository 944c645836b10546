/** A session between Node's client and `tls` server through a socket in the middle that writes down what passes. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, type Server, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, createServer as createTlsServer } from 'node:tls';
import type { Chunk } from '../../src/core/tls/dissection.ts';

export interface Recorded {
  readonly chunks: readonly Chunk[];
  /** of the client, which knows every secret that it uses */
  readonly keyLog: string;
}

interface Wish {
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  readonly suite: string;
  /** without a certificate of the client */
  readonly bare?: boolean;
}

/** What the server says: characters that would repaint a terminal. */
const HOSTILE = 'evil \u001b[31m \u202e';

/** Names of PEM files in the folder. */
interface Names {
  readonly server: readonly [key: string, cert: string];
  readonly client: readonly [key: string, cert: string];
  readonly ca: string;
}

const ONE_FOR_BOTH: Names = { server: ['key.pem', 'cert.pem'], client: ['key.pem', 'cert.pem'], ca: 'cert.pem' };

/** @param folder has the files; unless named, key.pem and cert.pem, which both sides show and trust */
export async function recordSession(
  folder: string,
  { version, suite, bare = false }: Wish,
  names: Names = ONE_FOR_BOTH,
): Promise<Recorded> {
  const pem = (name: string) => readFileSync(join(folder, name));
  const common = { ca: pem(names.ca), minVersion: version, maxVersion: version, ciphers: suite } as const;
  const pair = ([key, cert]: readonly [string, string]) => ({ key: pem(key), cert: pem(cert) });
  const own = { ...common, ...pair(names.server), requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer(own, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(HOSTILE));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const chunks: Chunk[] = [];
  const middle = recorder(chunks, await listen(server));
  const port = await listen(middle);
  const keyLog = await visit(port, bare ? common : { ...common, ...pair(names.client) });
  await Promise.all([server, middle].map((one) => new Promise((resolve) => one.close(resolve))));
  return { chunks, keyLog };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function recorder(chunks: Chunk[], port: number): Server {
  return createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const wires = [
      { from: 'client', source: near, target: far },
      { from: 'server', source: far, target: near },
    ] as const;
    for (const { from, source, target } of wires) {
      source.on('data', (data: Buffer) => {
        chunks.push({ from, at: chunks.length, bytes: Uint8Array.from(data) });
        target.write(data);
      });
      source.on('end', () => target.end());
      source.on('error', () => target.destroy());
    }
  });
}

function visit(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    let keyLog = '';
    const socket = connectTls({ ...options, port, host: '127.0.0.1', servername: 'localhost' });
    socket.on('keylog', (line: Buffer) => (keyLog += line.toString()));
    socket.on('secureConnect', () => socket.write('good day'));
    socket.on('error', () => socket.destroy());
    socket.on('data', () => undefined);
    socket.on('close', () => resolve(keyLog));
  });
}
