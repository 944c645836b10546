/** Sessions of real peers, recorded through a tap: Node's tls (OpenSSL) on both ends, and the openssl program. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { hasProgram } from './programs.ts';
import { dissect } from '../src/core/tls/dissect.ts';
import type { Chunk, Dissection, Side } from '../src/core/tls/dissection.ts';
import { partitionFault } from '../src/core/tls/partition.ts';

export interface Recording {
  readonly chunks: readonly Chunk[];
  readonly keyLog: { readonly client: string; readonly server: string };
}

const folder = mkdtempSync(join(tmpdir(), 'dissect-'));
export const file = (name: string) => join(folder, name);
export const pem = (name: string) => readFileSync(file(name), 'utf8');
const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' });

const KEYS: Readonly<Record<string, readonly string[]>> = {
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ec: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ec384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  ed: ['-algorithm', 'ED25519'],
};

export const hasOpenssl = hasProgram('openssl');

/** Makes certificates of every kind before the tests of a file, and takes them away. */
export function preparePeers(): void {
  // Keys are made and peers started on a machine that may be busy.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  beforeAll(() => {
    if (!hasOpenssl) return;
    openssl('genpkey', ...(KEYS.ec ?? []), '-out', 'ca.key');
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      'ca.key',
      '-subj',
      '/C=AT/O=Example, Inc./CN=Test CA',
      '-days',
      '9',
      '-out',
      'ca.crt',
    );
    for (const [name, options] of Object.entries(KEYS)) {
      openssl('genpkey', ...options, '-out', `${name}.key`);
      openssl('req', '-new', '-key', `${name}.key`, '-subj', `/O=Example/CN=${name}`, '-out', `${name}.csr`);
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-days',
        '9',
        '-CAcreateserial',
        '-out',
        `${name}.crt`,
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));
}

export const identity = (name: string) => ({ key: pem(`${name}.key`), cert: pem(`${name}.crt`) });

/** A tap before a port: passes everything on and keeps it. */
export async function tapBefore(port: number): Promise<{ chunks: Chunk[]; port: number; close: () => Promise<void> }> {
  const chunks: Chunk[] = [];
  const tap = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    const pass = (from: Side, one: net.Socket, other: net.Socket) => {
      one.on('data', (bytes: Buffer) => {
        chunks.push({ from, at: chunks.length, bytes: Uint8Array.from(bytes) });
        other.write(bytes);
      });
      one.on('end', () => other.end());
      one.on('error', () => other.destroy());
    };
    pass('client', near, far);
    pass('server', far, near);
  });
  return { chunks, port: await listen(tap), close: () => closed(tap) };
}

/** A server of Node that demands a client certificate and answers each line. */
function relayWith(options: tls.TlsOptions, onKeyLog: (line: string) => void, hangsUp: boolean): tls.Server {
  const relay = tls.createServer({ requestCert: true, rejectUnauthorized: true, ca: pem('ca.crt'), ...options });
  relay.on('keylog', (line: Buffer) => onKeyLog(line.toString()));
  relay.on('tlsClientError', (_error, socket) => socket.destroy());
  relay.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data: Buffer) => {
      socket.write('echo ' + data.toString());
      if (hangsUp) socket.end();
    });
  });
  return relay;
}

/** One connection of Node with Node, until both ends are closed. */
export async function record(
  server: tls.TlsOptions,
  client: tls.ConnectionOptions,
): Promise<Recording & { session: Buffer | null }> {
  const keyLog = { client: '', server: '' };
  const relay = relayWith(server, (line) => (keyLog.server += line), true);
  const tap = await tapBefore(await listen(relay));
  let session: Buffer | null = null;
  const socket = tls.connect({
    port: tap.port,
    host: '127.0.0.1',
    servername: 'desk.test',
    ca: pem('ca.crt'),
    checkServerIdentity: () => undefined,
    ...client,
  });
  socket.on('keylog', (line: Buffer) => (keyLog.client += line.toString()));
  socket.on('session', (ticket: Buffer) => (session = ticket));
  socket.on('secureConnect', () => socket.write('hello'));
  socket.on('error', () => socket.destroy());
  socket.resume();
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  await Promise.all([tap.close(), closed(relay)]);
  return { chunks: tap.chunks, keyLog, session };
}

const closed = (server: net.Server) => new Promise<void>((resolve) => server.close(() => resolve()));

/** A child process; `until` waits for something in what it prints after the last wait. */
export function run(...options: string[]) {
  const child = spawn('openssl', options, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let wake = () => {};
  const heard = (data: Buffer) => {
    output += data.toString();
    wake();
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found) {
        output = output.slice(found.index + found[0].length);
        return found;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { until, say: (line: string) => child.stdin.write(line), ended: once(child, 'exit'), end: () => child.kill() };
}

/** `openssl s_client` with these options against a server of Node; `lines` are typed, each after the answer before. */
export async function recordClient(options: readonly string[], lines: readonly string[]): Promise<Recording> {
  const relay = relayWith(identity('rsa'), () => undefined, false);
  const tap = await tapBefore(await listen(relay));
  const client = run(
    ...['s_client', '-connect', `127.0.0.1:${tap.port}`, '-cert', 'rsa.crt', '-key', 'rsa.key', '-CAfile', 'ca.crt'],
    ...['-servername', 'desk.test', '-keylogfile', 'client.log', ...options],
  );
  await client.until(/Verify return code/);
  for (const line of lines) {
    client.say(line);
    await client.until(line.length === 2 ? /KEYUPDATE|RENEGOTIATING/ : /echo .*\n/);
  }
  client.say('Q\n');
  await client.ended;
  await Promise.all([tap.close(), closed(relay)]);
  return { chunks: tap.chunks, keyLog: { client: takeLog('client.log'), server: '' } };
}

export const takeLog = (name: string): string => {
  const log = pem(name);
  rmSync(file(name));
  return log;
};

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

export const all = ({ client, server }: Recording['keyLog']): string => client + server;
export const view = ({ chunks, keyLog }: Recording): Dissection => dissect(chunks, all(keyLog));
export const labels = ({ records }: Dissection, from: Side): string[] =>
  records.filter((record) => record.from === from).map(({ label }) => label);
export const proofs = ({ verified: { certificateVerify: proof, finished } }: Dissection) => [
  proof.server.holds,
  proof.client.holds,
  finished.server.holds,
  finished.client.holds,
];

/** Every byte explained, by one leaf, twice the same, and both proofs and both Finished hold. */
export function expectComplete(recording: Recording): Dissection {
  const dissection = view(recording);
  expect(dissection.problems).toEqual([]);
  expect(partitionFault(dissection)).toBeNull();
  expect(dissection.bytes.total).toBe(recording.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0));
  expect(dissection.bytes.explained).toBe(dissection.bytes.total);
  expect(view(recording)).toEqual(dissection);
  return dissection;
}

export const text = ({ applicationData }: Dissection) =>
  applicationData.map(({ bytes }) => Buffer.from(bytes).toString()).join('|');
