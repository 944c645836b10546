/** Captures for the dissectors: handshakes between Node's own TLS peers, made on the spot on real sockets. */
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type ConnectionOptions } from 'node:tls';
import { packets, pcap, sentBy, type Timed } from '../../src/core/capture/fixtures/build.ts';
import type { Chunk } from '../../src/core/tls/dissection.ts';
import type { Openssl } from '../../tests/openssl.ts';

export interface Corpus {
  /** a pcap file with all sessions */
  readonly capture: Uint8Array;
  /** of the clients */
  readonly keyLog: string;
  readonly sessions: number;
}

const KEYS = { 'RSA-2048': 'rsa:2048', 'P-256': 'ec -pkeyopt ec_paramgen_curve:P-256' } as const;
export type KeyKind = keyof typeof KEYS;
export const KEY_KINDS = Object.keys(KEYS) as readonly KeyKind[];

/** As many handshakes at once keep two cores busy. */
const AT_ONCE = 8;
const FIRST_PORT = 20_000;

/**
 * Mutual TLS 1.3 handshakes with one message each way. Both sides show their certificate and their CA's.
 *
 * @param sessions at most 40,000: each has a port of its own
 */
export async function makeCorpus(openssl: Openssl, kind: KeyKind, sessions: number): Promise<Corpus> {
  const { ca, server, client } = identities(openssl, kind);
  const common = { ca, minVersion: 'TLSv1.3' } as const;
  const relay = createTlsServer({ ...common, ...server, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (data) => socket.end(`Taken: ${data.toString()}`));
  });
  const relayPort = await listen(relay);
  const timed: Timed[] = [];
  const keyLogs: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < sessions; index = next++) {
      const { chunks, keyLog } = await record(relayPort, { ...common, ...client });
      keyLogs.push(keyLog);
      timed.push(...packets(sentBy(chunks), { port: FIRST_PORT + index }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await close(relay);
  return { capture: pcap(timed), keyLog: keyLogs.join(''), sessions };
}

function identities(openssl: Openssl, kind: KeyKind) {
  const key = `-newkey ${KEYS[kind]} -nodes -days 30`;
  openssl.must(`req -x509 ${key} -keyout ca.key -out ca.pem -subj {/O=Bench/CN=Bench CA}`);
  const ca = openssl.read('ca.pem');
  const identity = (name: string, extensions: string) => {
    openssl.must(
      `req -x509 ${key} -CA ca.pem -CAkey ca.key -keyout own.key -out own.pem -subj /O=Bench/CN=${name} ${extensions}`,
    );
    return { key: openssl.read('own.key'), cert: openssl.read('own.pem') + ca };
  };
  return {
    ca,
    server: identity(
      'localhost',
      '-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext extendedKeyUsage=serverAuth',
    ),
    client: identity('alice', '-addext extendedKeyUsage=clientAuth'),
  };
}

/** One session through a socket in the middle that writes down what passes. */
async function record(
  relayPort: number,
  options: ConnectionOptions,
): Promise<{ readonly chunks: Chunk[]; readonly keyLog: string }> {
  const chunks: Chunk[] = [];
  const startedAt = performance.now();
  const middle = createServer((near) => {
    const far = connect(relayPort, '127.0.0.1');
    for (const [from, source, target] of [
      ['client', near, far],
      ['server', far, near],
    ] as const) {
      source.on('data', (data: Buffer) => {
        chunks.push({ from, at: performance.now() - startedAt, bytes: Uint8Array.from(data) });
        target.write(data);
      });
      source.on('end', () => target.end());
      source.on('error', () => target.destroy());
    }
  });
  const port = await listen(middle);
  const keyLog = await visit(port, options);
  await close(middle);
  return { chunks, keyLog };
}

function visit(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let keyLog = '';
    const socket = connectTls({ ...options, port, host: '127.0.0.1', servername: 'localhost' });
    socket.on('keylog', (line: Buffer) => (keyLog += line.toString()));
    socket.on('secureConnect', () => socket.write('three apples'));
    socket.on('error', reject);
    socket.on('data', () => undefined);
    socket.on('close', () => resolve(keyLog));
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
