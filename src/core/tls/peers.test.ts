/** Sessions of real peers, recorded here through a tap: Node's tls (OpenSSL) on both ends, and the openssl program. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dissect } from './dissect.ts';
import type { Chunk, Dissection, Side } from './dissection.ts';
import { barsOf } from './strip.ts';

interface Recording {
  readonly chunks: readonly Chunk[];
  readonly keyLog: { readonly client: string; readonly server: string };
}

const folder = mkdtempSync(join(tmpdir(), 'dissect-'));
const file = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(file(name), 'utf8');
const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' });

const KEYS: Readonly<Record<string, readonly string[]>> = {
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ec: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ec384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  ed: ['-algorithm', 'ED25519'],
};

beforeAll(() => {
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

const identity = (name: string) => ({ key: pem(`${name}.key`), cert: pem(`${name}.crt`) });

/** One connection through a tap, until both ends are closed. */
async function record(
  server: tls.TlsOptions,
  client: tls.ConnectionOptions,
): Promise<Recording & { session: Buffer | null }> {
  const chunks: Chunk[] = [];
  const keyLog = { client: '', server: '' };
  const relay = tls.createServer({ requestCert: true, rejectUnauthorized: true, ca: pem('ca.crt'), ...server });
  relay.on('keylog', (line: Buffer) => (keyLog.server += line.toString()));
  relay.on('tlsClientError', (_error, socket) => socket.destroy());
  relay.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data: Buffer) => socket.end('echo ' + data.toString()));
  });
  const port = await listen(relay);
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
  const tapPort = await listen(tap);
  let session: Buffer | null = null;
  const socket = tls.connect({
    port: tapPort,
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
  await Promise.all([tap, relay].map((one) => new Promise<void>((resolve) => one.close(() => resolve()))));
  return { chunks, keyLog, session };
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const show = (d: Dissection) => {
  console.log(d.records.map((r) => `${r.from} ${r.protection} ${r.length} ${r.label} ${r.sealed ?? ''}`).join('\n'));
  console.log(
    JSON.stringify(
      [
        d.version,
        d.cipherSuite,
        d.group,
        d.serverName,
        d.alpn,
        d.resumed,
        d.verified,
        d.bytes,
        d.problems,
        d.certificates,
      ],
      (k, v) => (k === 'der' ? undefined : v),
      1,
    ),
  );
};
const show1 = (r: Recording) => show(dissect(r.chunks, r.keyLog.client + r.keyLog.server));

describe('x', () => {
  test('13', async () => {
    show1(
      await record(identity('rsa'), { ...identity('rsa'), minVersion: 'TLSv1.3', ALPNProtocols: ['h2', 'http/1.1'] }),
    );
  });
  test('12', async () => {
    show1(await record(identity('ec'), { ...identity('ec384'), maxVersion: 'TLSv1.2' }));
  });
  test('12cbc', async () => {
    show1(
      await record(identity('rsa'), { ...identity('ed'), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256' }),
    );
  });
  test('12cbc', async () => {
    show1(
      await record(
        { ...identity('rsa'), secureOptions: 0x80000 },
        { ...identity('ed'), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-SHA384' },
      ),
    );
  });
  test('10cbc', async () => {
    show1(
      await record(
        { ...identity('rsa'), minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
        { ...identity('rsa'), minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      ),
    );
  });
  test('11cbc', async () => {
    show1(
      await record(
        { ...identity('ec'), minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
        { ...identity('ec'), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      ),
    );
  });
  test('dhe', async () => {
    show1(
      await record(
        { ...identity('rsa'), dhparam: 'auto' },
        { ...identity('rsa'), maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' },
      ),
    );
  });
  test('ccm', async () => {
    show1(
      await record(
        { ...identity('ec'), ciphers: 'ECDHE-ECDSA-AES128-CCM' },
        { ...identity('rsa'), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-CCM' },
      ),
    );
  });
  test('nocert', async () => {
    show1(await record(identity('ec'), {}));
  });
  test('hrr', async () => {
    show1(
      await record(
        { ...identity('ed'), ecdhCurve: 'secp384r1' },
        { ...identity('ed'), ecdhCurve: 'X25519:secp384r1', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' },
      ),
    );
  });
});
