/** Sessions of real peers, recorded here through a tap: Node's tls (OpenSSL) on both ends, and the openssl program. */
import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasProgram } from '../../../tests/programs.ts';
import { dissect } from './dissect.ts';
import type { Chunk, Dissection, Side } from './dissection.ts';
import { partitionFault } from './partition.ts';
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

// Keys are made and peers started on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const hasOpenssl = hasProgram('openssl');

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

const identity = (name: string) => ({ key: pem(`${name}.key`), cert: pem(`${name}.crt`) });

/** A tap before a port: passes everything on and keeps it. */
async function tapBefore(port: number): Promise<{ chunks: Chunk[]; port: number; close: () => Promise<void> }> {
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
async function record(
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
function run(...options: string[]) {
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
async function recordClient(options: readonly string[], lines: readonly string[]): Promise<Recording> {
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

const takeLog = (name: string): string => {
  const log = pem(name);
  rmSync(file(name));
  return log;
};

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const all = ({ client, server }: Recording['keyLog']): string => client + server;
const view = ({ chunks, keyLog }: Recording): Dissection => dissect(chunks, all(keyLog));
const labels = ({ records }: Dissection, from: Side): string[] =>
  records.filter((record) => record.from === from).map(({ label }) => label);
const proofs = ({ verified: { certificateVerify: proof, finished } }: Dissection) => [
  proof.server.holds,
  proof.client.holds,
  finished.server.holds,
  finished.client.holds,
];

/** Every byte explained, by one leaf, twice the same, and both proofs and both Finished hold. */
function expectComplete(recording: Recording): Dissection {
  const dissection = view(recording);
  expect(dissection.problems).toEqual([]);
  expect(partitionFault(dissection)).toBeNull();
  expect(dissection.bytes.total).toBe(recording.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0));
  expect(dissection.bytes.explained).toBe(dissection.bytes.total);
  expect(view(recording)).toEqual(dissection);
  return dissection;
}

const text = ({ applicationData }: Dissection) =>
  applicationData.map(({ bytes }) => Buffer.from(bytes).toString()).join('|');

describe.skipIf(!hasOpenssl)('a mutual handshake of Node with Node', () => {
  const NO_ETM = 0x80000; // SSL_OP_NO_ENCRYPT_THEN_MAC, which Node does not name
  const OLD = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
  const cases: readonly [string, string, string, string, tls.TlsOptions, tls.ConnectionOptions][] = [
    ['TLS 1.3', 'TLS_AES_256_GCM_SHA384', 'rsa', 'rsa', {}, {}],
    ['TLS 1.3', 'TLS_AES_128_GCM_SHA256', 'ec', 'ec384', {}, { ciphers: 'TLS_AES_128_GCM_SHA256' }],
    ['TLS 1.3', 'TLS_CHACHA20_POLY1305_SHA256', 'ed', 'ed', {}, { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
    [
      'TLS 1.3',
      'TLS_AES_128_CCM_SHA256',
      'ec',
      'rsa',
      { ciphers: 'TLS_AES_128_CCM_SHA256' },
      { ciphers: 'TLS_AES_128_CCM_SHA256' },
    ],
    ['TLS 1.2', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'rsa', 'rsa', {}, {}],
    [
      'TLS 1.2',
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      'ec384',
      'ec',
      {},
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    ],
    [
      'TLS 1.2',
      'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      'ec',
      'ed',
      {},
      { ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
    ],
    [
      'TLS 1.2',
      'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
      'ec',
      'ec',
      { ciphers: 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0' },
      { ciphers: 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0' },
    ],
    [
      'TLS 1.2',
      'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
      'rsa',
      'rsa',
      { dhparam: 'auto' },
      { ciphers: 'DHE-RSA-AES128-GCM-SHA256' },
    ],
    ['TLS 1.2', 'TLS_RSA_WITH_AES_256_GCM_SHA384', 'rsa', 'ec', {}, { ciphers: 'AES256-GCM-SHA384' }],
    ['TLS 1.2', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', 'rsa', 'ec', {}, { ciphers: 'ECDHE-RSA-AES128-SHA256' }],
    [
      'TLS 1.2',
      'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
      'rsa',
      'ec',
      { secureOptions: NO_ETM },
      { ciphers: 'ECDHE-RSA-AES256-SHA384' },
    ],
    ['TLS 1.1', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ec', 'rsa', OLD, { ...OLD, maxVersion: 'TLSv1.1' }],
    ['TLS 1.0', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'rsa', 'ec', OLD, { ...OLD, maxVersion: 'TLSv1' }],
    [
      'TLS 1.0',
      'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
      'rsa',
      'rsa',
      { ...OLD, secureOptions: NO_ETM },
      { ...OLD, maxVersion: 'TLSv1' },
    ],
  ];
  test.each(cases)(
    '%s, %s, server %s, client %s',
    async (version, suite, server, client, serverOptions, clientOptions) => {
      const cap = version === 'TLS 1.2' ? ({ maxVersion: 'TLSv1.2' } as const) : {};
      const recording = await record(
        { ...identity(server), ...serverOptions },
        { ...identity(client), ...cap, ...clientOptions },
      );
      const dissection = expectComplete(recording);
      expect([dissection.version, dissection.cipherSuite, dissection.serverName]).toEqual([
        version,
        suite,
        'desk.test',
      ]);
      const proofOfServer = suite.startsWith('TLS_RSA_') ? null : true; // RSA key transport signs nothing
      expect(proofs(dissection)).toEqual([proofOfServer, true, true, true]);
      expect(text(dissection)).toMatch(/^h?\|?h?ello\|.*echo/);
      expect(dissection.certificates.client.map(({ subject }) => subject)).toEqual([
        `CN=${client},O=Example`,
        'CN=Test CA,O=Example\\, Inc.,C=AT',
      ]);
      const x509 = new X509Certificate(pem(`${server}.crt`));
      expect(dissection.certificates.server[0]).toMatchObject({
        serial: x509.serialNumber.toLowerCase(),
        sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
        notBefore: new Date(x509.validFrom).toISOString().replace('.000', ''),
        notAfter: new Date(x509.validTo).toISOString().replace('.000', ''),
      });
    },
  );
});

describe.skipIf(!hasOpenssl)('what else happens on a connection', () => {
  test('HelloRetryRequest: both hellos count', async () => {
    const dissection = expectComplete(
      await record({ ...identity('ec'), ecdhCurve: 'secp384r1' }, { ...identity('ec'), ecdhCurve: 'X25519:secp384r1' }),
    );
    expect(labels(dissection, 'server').slice(0, 2)).toEqual(['HelloRetryRequest', 'ChangeCipherSpec']);
    expect(dissection.group).toBe('secp384r1');
    expect(proofs(dissection)).toEqual([true, true, true, true]);
  });

  test.each(['TLSv1.3', 'TLSv1.2'] as const)('a resumed session of %s has no certificates', async (maxVersion) => {
    const secret = { ticketKeys: Buffer.alloc(48, 7) };
    const first = await record({ ...identity('ec'), ...secret }, { ...identity('ec'), maxVersion });
    if (!first.session) throw new Error('The server gave no ticket.');
    const second = await record(
      { ...identity('ec'), ...secret },
      { ...identity('ec'), maxVersion, session: first.session },
    );
    const dissection = expectComplete(second);
    expect(dissection.resumed).toBe(true);
    expect(dissection.certificates).toEqual({ client: [], server: [] });
    expect(proofs(dissection)).toEqual([null, null, true, true]);
  });

  test('the protocol agreed on with ALPN', async () => {
    const dissection = expectComplete(
      await record(
        { ...identity('ec'), ALPNProtocols: ['desk/1'] },
        { ...identity('ec'), ALPNProtocols: ['desk/1'], maxVersion: 'TLSv1.3' },
      ),
    );
    expect(dissection.alpn).toBe('desk/1');
  });

  test('without a client certificate the server says 116, and its own log cannot open what the client said', async () => {
    const recording = await record(identity('ec'), { minVersion: 'TLSv1.3' });
    expect(view(recording).alerts).toMatchObject([
      { from: 'server', code: 116, name: 'certificate_required', encrypted: true },
    ]);
    expect(barsOf(view(recording)).at(-1)).toMatchObject({ label: 'Alert: certificate_required (116)', alert: 116 });
    const served = dissect(recording.chunks, recording.keyLog.server);
    expect(served.records.filter(({ sealed }) => sealed).map(({ sealed }) => sealed)).toEqual([
      "No CLIENT_TRAFFIC_SECRET_0 in this view's key log.",
    ]);
  });
});

describe.skipIf(!hasOpenssl)('bytes changed in flight', () => {
  const spoil = (
    chunks: readonly Chunk[],
    label: string,
    change: (bytes: Uint8Array) => Uint8Array | null,
  ): Chunk[] => {
    const clean = dissect(chunks, '');
    const whole = clean.records.map(({ from, at, wire }) => ({
      from,
      at,
      bytes: clean.buffers[wire] ?? new Uint8Array(),
    }));
    const named = dissect(chunks, keyLog).records.findIndex(
      (record) => record.label === label && record.from === 'server',
    );
    return whole.flatMap((chunk, index) => {
      const bytes = index === named ? change(chunk.bytes) : chunk.bytes;
      return bytes ? [{ ...chunk, bytes }] : [];
    });
  };
  const flipLast = (bytes: Uint8Array) => bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));
  let recording: Recording;
  let keyLog = '';

  beforeAll(async () => {
    recording = await record(identity('ec'), { ...identity('ec'), minVersion: 'TLSv1.3' });
    keyLog = all(recording.keyLog);
  });

  test('a record with a flipped bit stays sealed, later ones open but were never read', () => {
    const { records } = dissect(spoil(recording.chunks, 'Certificate', flipLast), keyLog);
    const server = records.filter(({ from }) => from === 'server');
    expect(server[4]?.sealed).toMatch(/does not match its tag/);
    expect(server[5]).toMatchObject({
      label: 'CertificateVerify',
      unread: expect.stringContaining('reads no further'),
    });
    expect(server[3]?.unread).toBeUndefined();
  });

  test('after a dropped record the next one is told to be one too far', () => {
    const { records } = dissect(
      spoil(recording.chunks, 'Certificate', () => null),
      keyLog,
    );
    expect(records.filter(({ from }) => from === 'server')[4]?.sealed).toMatch(
      /record 3 .* number 2 is due: one before it is missing/,
    );
  });

  test('a changed ServerHello makes the proofs fail, not the dissector', () => {
    const dissection = dissect(spoil(recording.chunks, 'ServerHello', flipLast), keyLog);
    expect(dissection.verified.certificateVerify.server.holds).toBe(false);
    expect(dissection.verified.finished.server.holds).toBe(false);
  });
});

describe.skipIf(!hasOpenssl)('openssl s_client as the client', () => {
  test('KeyUpdate: what follows opens under the next keys', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_3'], ['before\n', 'K\n', 'after\n']));
    expect(labels(dissection, 'client').slice(-4)).toEqual([
      'Application data',
      'KeyUpdate',
      'Application data',
      'Alert: close_notify (0)',
    ]);
    expect(labels(dissection, 'server')).toContain('KeyUpdate');
    expect(text(dissection)).toBe('before\n|echo before\n|after\n|echo after\n');
  });

  test('messages spread over records of 512 bytes are put together', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_3', '-max_send_frag', '512'], ['hello\n']));
    expect(labels(dissection, 'client')).toContain('Certificate (1 of 2)');
    expect(
      dissection.messages.find(({ from, name }) => from === 'client' && name === 'Certificate')?.records,
    ).toHaveLength(2);
    expect(proofs(dissection)).toEqual([true, true, true, true]);
  });

  test('padding is told from content', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_3', '-record_padding', '256'], ['hello\n']));
    const data = dissection.records.find(({ from, contentType }) => from === 'client' && contentType === 23);
    expect(data?.opened?.children.map(({ name, range }) => [name, range.end - range.start])).toEqual([
      ['application_data', 6],
      ['type', 1],
      ['zeros', 249],
    ]);
  });

  test('a second handshake inside a connection of TLS 1.2', async () => {
    const dissection = expectComplete(await recordClient(['-tls1_2'], ['before\n', 'R\n', 'after\n']));
    expect(labels(dissection, 'client').filter((label) => label === 'Finished')).toHaveLength(2);
    expect(proofs(dissection)).toEqual([true, true, true, true]);
    expect(text(dissection)).toBe('before\n|echo before\n|after\n|echo after\n');
  });
});

describe.skipIf(!hasOpenssl)('openssl at both ends', () => {
  /** s_server and s_client, one connection after the other; `typed` goes to the server once the client is in. */
  async function recordBoth(server: string[], clients: string[][], typed: string[] = []): Promise<Recording[]> {
    const relay = run(
      ...['s_server', '-accept', '127.0.0.1:0', '-cert', 'ec.crt', '-key', 'ec.key', '-CAfile', 'ca.crt', ...server],
      ...['-naccept', String(clients.length)],
    );
    const [, port] = await relay.until(/ACCEPT .*:(\d+)/);
    const recordings: Recording[] = [];
    for (const options of clients) {
      const tap = await tapBefore(Number(port));
      const client = run(
        ...[
          's_client',
          '-connect',
          `127.0.0.1:${tap.port}`,
          '-cert',
          'rsa.crt',
          '-key',
          'rsa.key',
          '-CAfile',
          'ca.crt',
        ],
        ...['-keylogfile', 'client.log', ...options],
      );
      await client.until(/Verify return code/);
      client.say('hello\n');
      await relay.until(/hello/);
      for (const line of typed) {
        relay.say(line);
        await relay.until(/depth=0[^]*?verify return:1/);
      }
      client.say('Q\n');
      await client.ended;
      await tap.close();
      recordings.push({ chunks: tap.chunks, keyLog: { client: takeLog('client.log'), server: '' } });
    }
    relay.end();
    await relay.ended;
    return recordings;
  }

  test('early data opens under its own key', async () => {
    writeFileSync(file('early.txt'), 'sent at once');
    const [, second] = await recordBoth(
      ['-tls1_3', '-early_data'],
      [
        ['-sess_out', 'ticket.pem'],
        ['-sess_in', 'ticket.pem', '-early_data', 'early.txt'],
      ],
    );
    if (!second) throw new Error('There was no second connection.');
    const dissection = expectComplete(second);
    expect(dissection.records.filter(({ protection }) => protection === 'early').map(({ label }) => label)).toEqual([
      'Application data',
      'EndOfEarlyData',
    ]);
    expect(text(dissection)).toMatch(/^sent at once\|/);
    expect(dissection.resumed).toBe(true);
  });

  test('a client certificate asked for after the handshake', async () => {
    const [recording] = await recordBoth(['-tls1_3', '-verify', '3'], [['-enable_pha']], ['c\n']);
    if (!recording) throw new Error('There was no connection.');
    const dissection = expectComplete(recording);
    const asked = dissection.messages.filter(({ name }) => name === 'CertificateRequest');
    expect(asked).toHaveLength(2);
    expect(labels(dissection, 'client').slice(-4)).toEqual([
      'Certificate',
      'CertificateVerify',
      'Finished',
      'Alert: close_notify (0)',
    ]);
    expect(proofs(dissection)).toEqual([true, true, true, true]);
  });
});
