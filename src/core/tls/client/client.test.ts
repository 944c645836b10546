/** The client against real servers: Node's tls and openssl s_server, over sockets. */
import { execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, constants, randomBytes, sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasProgram } from '../../../../tests/programs.ts';
import { dissect } from '../dissect.ts';
import type { Chunk } from '../dissection.ts';
import { TlsClient } from './client.ts';
import type { ClientInput, ClientOptions, ClientOutput, Misdeed, Ticket } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'client-'));
const pem = (name: string) => readFileSync(join(folder, name), 'utf8');
const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' });

// Keys are made and peers started on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const hasOpenssl = hasProgram('openssl');

beforeAll(() => {
  if (!hasOpenssl) return;
  const kinds = {
    ca: ['EC', 'ec_paramgen_curve:P-256'],
    ec: ['EC', 'ec_paramgen_curve:P-256'],
    rsa: ['RSA', 'rsa_keygen_bits:2048'],
  };
  for (const [name, [algorithm = '', setting = '']] of Object.entries(kinds)) {
    openssl('genpkey', '-algorithm', algorithm, '-pkeyopt', setting, '-out', `${name}.key`);
  }
  openssl('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=Test CA', '-out', 'ca.crt');
  for (const name of ['ec', 'rsa']) {
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', 'csr');
    openssl(
      'x509',
      '-req',
      '-in',
      'csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.crt`,
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const identity = (name: string) => ({ key: pem(`${name}.key`), cert: pem(`${name}.crt`) });
const SCHEMES: Readonly<Record<string, number[]>> = { ec: [0x0403], rsa: [0x0804] };

/** Signs as the page does: with a key that the client itself never sees. */
function signWith(name: string, content: Uint8Array): Uint8Array {
  const key = createPrivateKey(pem(`${name}.key`));
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return Uint8Array.from(sign('sha256', content, name === 'rsa' ? { key, ...pss } : key));
}

interface Talk {
  readonly port: number;
  readonly options?: Partial<ClientOptions>;
  readonly as?: string | null;
  readonly keyOf?: string;
  readonly refusal?: { alert: number; why: string };
  /** inputs once connected; each waits for one output of data after the one before */
  readonly then?: readonly ClientInput[];
}

interface Talked {
  readonly outputs: readonly ClientOutput[];
  readonly chunks: readonly Chunk[];
  readonly keyLog: string;
}

/** Runs the client on a socket until it is closed. */
async function talk({ port, options = {}, as = 'ec', keyOf, refusal, then = [] }: Talk): Promise<Talked> {
  const der = as === null ? null : Uint8Array.from(new X509Certificate(pem(`${as}.crt`)).raw);
  const client = new TlsClient(
    { serverName: 'desk.test', identity: der && as ? { chain: [der], schemes: SCHEMES[as] ?? [] } : null, ...options },
    { random: (count) => Uint8Array.from(randomBytes(count)), now: () => Date.now() },
  );
  const outputs: ClientOutput[] = [];
  const chunks: Chunk[] = [];
  const steps = [...then];
  const socket = net.connect(port, '127.0.0.1');
  const feed = (input: ClientInput): void => {
    for (const output of client.handle(input)) {
      outputs.push(output);
      switch (output.kind) {
        case 'record':
          chunks.push({ from: 'client', at: chunks.length, bytes: output.bytes });
          socket.write(output.bytes);
          break;
        case 'judge':
          feed({ kind: 'verdict', refusal: refusal ?? null });
          break;
        case 'sign':
          feed({ kind: 'signature', signature: signWith(keyOf ?? as ?? 'ec', output.content) });
          break;
        case 'connected':
        case 'data':
          for (let step = steps.shift(); step; step = steps.shift()) {
            feed(step);
            if (step.kind === 'send') break;
          }
          break;
        case 'refused':
        case 'told':
          socket.end();
          break;
        case 'key-log':
        case 'ticket':
          break;
      }
    }
  };
  socket.on('connect', () => feed({ kind: 'start' }));
  socket.on('data', (bytes: Buffer) => {
    chunks.push({ from: 'server', at: chunks.length, bytes: Uint8Array.from(bytes) });
    feed({ kind: 'bytes', bytes: Uint8Array.from(bytes) });
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const keyLog = outputs.map((output) => (output.kind === 'key-log' ? output.line + '\n' : '')).join('');
  return { outputs, chunks, keyLog };
}

const kinds = ({ outputs }: Talked): string[] =>
  outputs.map(({ kind }) => kind).filter((kind) => kind !== 'key-log' && kind !== 'record');
const said = ({ outputs }: Talked) =>
  outputs.map((output) => (output.kind === 'data' ? Buffer.from(output.bytes).toString() : '')).join('');
const alertOf = ({ outputs }: Talked) => outputs.find((output) => output.kind === 'told' || output.kind === 'refused');
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

/** A server of Node that wants a client certificate, answers one line and hangs up. */
async function withNode<T>(
  options: tls.TlsOptions,
  use: (port: number, log: () => { keys: string; errors: string[] }) => Promise<T>,
): Promise<T> {
  const errors: string[] = [];
  let keys = '';
  const server = tls.createServer({
    ...identity('ec'),
    ca: pem('ca.crt'),
    requestCert: true,
    rejectUnauthorized: true,
    ...options,
  });
  server.on('keylog', (line: Buffer) => (keys += line.toString()));
  server.on('tlsClientError', (error: Error & { code?: string }, socket) => {
    errors.push(error.code ?? '');
    socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data: Buffer) =>
      data.toString() === 'bye' ? socket.end() : socket.write(`echo ${data.toString()}`),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await use(typeof address === 'object' && address ? address.port : 0, () => ({ keys, errors }));
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

const HELLO_BYE: readonly ClientInput[] = [
  { kind: 'send', bytes: bytes('hello') },
  { kind: 'send', bytes: bytes('bye') },
];

describe.skipIf(!hasOpenssl)('a handshake with a server of Node', () => {
  const cases: [string, string, string, Partial<ClientOptions>, tls.TlsOptions][] = [
    ['AES-128-GCM', 'ec', 'ec', { suites: [0x1301] }, {}],
    ['AES-256-GCM, RSA on both sides', 'rsa', 'rsa', { suites: [0x1302] }, {}],
    ['ChaCha20-Poly1305', 'ec', 'rsa', { suites: [0x1303] }, {}],
    ['P-256 key share', 'ec', 'ec', { groups: ['secp256r1'] }, {}],
    ['HelloRetryRequest to P-256', 'ec', 'ec', {}, { ecdhCurve: 'P-256' }],
    ['HelloRetryRequest to X25519', 'ec', 'ec', { groups: ['secp256r1', 'x25519'] }, { ecdhCurve: 'X25519' }],
    ['no share at all at first', 'ec', 'ec', { shares: 0 }, {}],
    ['ALPN', 'ec', 'ec', { alpn: ['desk/2', 'desk/1'] }, { ALPNProtocols: ['desk/1'] }],
  ];
  test.each(cases)('%s', async (_name, server, client, options, serverOptions) => {
    await withNode({ ...identity(server), ...serverOptions }, async (port, log) => {
      const talked = await talk({ port, as: client, options, then: HELLO_BYE });
      expect(kinds(talked).slice(0, 3)).toEqual(['judge', 'sign', 'connected']);
      expect(said(talked)).toBe('echo hello');
      expect(alertOf(talked)).toEqual({ kind: 'told', alert: 0 });
      const own = talked.keyLog.split('\n').filter((line) => !/^(ECDHE_SECRET|PSK) /.test(line));
      expect(own.filter(Boolean).sort()).toEqual(log().keys.split('\n').filter(Boolean).sort());
      const dissection = dissect(talked.chunks, talked.keyLog);
      expect([dissection.problems, dissection.bytes.total - dissection.bytes.explained]).toEqual([[], 0]);
      expect(dissection.verified.finished).toMatchObject({ client: { holds: true }, server: { holds: true } });
      expect(dissection.verified.certificateVerify).toMatchObject({ client: { holds: true }, server: { holds: true } });
      expect(dissection.alpn).toBe(options.alpn ? 'desk/1' : null);
    });
  });

  test('a ticket resumes: no certificates, and the binder holds', async () => {
    await withNode({}, async (port) => {
      const first = await talk({ port, then: HELLO_BYE });
      const ticket = first.outputs.reduce<Ticket | null>(
        (found, output) => (output.kind === 'ticket' ? output.ticket : found),
        null,
      );
      const second = await talk({ port, options: { ticket }, then: HELLO_BYE });
      expect(kinds(second)[0]).toBe('connected');
      expect(second.outputs.find(({ kind }) => kind === 'connected')).toMatchObject({ resumed: true });
      const dissection = dissect(second.chunks, second.keyLog);
      expect([dissection.resumed, dissection.verified.pskBinder.holds]).toEqual([true, true]);
      expect(said(second)).toBe('echo hello');
    });
  });

  test('KeyUpdate, asked of the server too', async () => {
    await withNode({}, async (port) => {
      const talked = await talk({
        port,
        then: [
          { kind: 'send', bytes: bytes('one') },
          { kind: 'key-update', asksPeer: true },
          { kind: 'send', bytes: bytes('two') },
          ...HELLO_BYE,
        ],
      });
      expect(said(talked)).toBe('echo oneecho twoecho hello');
      const { messages, problems } = dissect(talked.chunks, talked.keyLog);
      expect(messages.filter(({ name }) => name === 'KeyUpdate').map(({ from }) => from)).toEqual(['client', 'server']);
      expect(problems).toEqual([]);
    });
  });
});

describe.skipIf(!hasOpenssl)('misdeeds, and what a server of Node makes of them', () => {
  test.each<[Misdeed, number, string]>([
    ['empty-certificate', 116, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
    ['no-certificate-message', 10, 'ERR_SSL_UNEXPECTED_MESSAGE'],
    ['no-certificate-verify', 10, 'ERR_SSL_UNEXPECTED_MESSAGE'],
    ['wrong-signature', 51, 'ERR_SSL_BAD_SIGNATURE'],
    ['wrong-finished', 51, 'ERR_SSL_DIGEST_CHECK_FAILED'],
    ['early-application-data', 10, 'ERR_SSL_UNEXPECTED_RECORD'],
  ])('%s: alert %i', async (misdeed, alert, code) => {
    await withNode({}, async (port, log) => {
      const talked = await talk({ port, as: 'rsa', options: { misdeeds: [misdeed] } });
      expect(alertOf(talked)).toEqual({ kind: 'told', alert });
      expect(log().errors[0]).toMatch(misdeed === 'wrong-signature' ? /^ERR_SSL_/ : new RegExp(code));
    });
  });

  test("somebody else's certificate without its key", async () => {
    await withNode({}, async (port) => {
      const talked = await talk({ port, as: 'ec', keyOf: 'ca' });
      expect(alertOf(talked)).toEqual({ kind: 'told', alert: 51 });
    });
  });
});

describe.skipIf(!hasOpenssl)('what the client refuses, with the alert that RFC 8446 names', () => {
  test('a server it does not trust: the verdict decides the alert', async () => {
    await withNode({}, async (port, log) => {
      const talked = await talk({ port, refusal: { alert: 48, why: 'Not one of our CAs.' } });
      expect(alertOf(talked)).toEqual({ kind: 'refused', alert: 48, why: 'Not one of our CAs.' });
      expect(log().errors).toEqual(['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA']);
      expect(dissect(talked.chunks, talked.keyLog).alerts).toMatchObject([
        { from: 'client', code: 48, encrypted: true },
      ]);
    });
  });

  test('a server that speaks TLS 1.2 only', async () => {
    await withNode({ maxVersion: 'TLSv1.2' }, async (port) => {
      expect(alertOf(await talk({ port }))).toMatchObject({ alert: 70 });
    });
  });

  test('no suite in common: the server refuses', async () => {
    await withNode({ ciphers: 'TLS_AES_256_GCM_SHA384' }, async (port) => {
      expect(alertOf(await talk({ port, options: { suites: [0x1301] } }))).toEqual({ kind: 'told', alert: 40 });
    });
  });

  test('one bit changed in any record of the server ends in an alert, never in a connection', async () => {
    await withNode({}, async (port) => {
      const clean = await talk({ port, then: HELLO_BYE });
      const flight = Math.max(
        ...dissect(clean.chunks, clean.keyLog)
          .messages.filter(({ from, name }) => from === 'server' && name === 'Finished')
          .flatMap(({ records }) => records),
      );
      const records = dissect(clean.chunks, clean.keyLog).records.filter(
        ({ from, index }) => from === 'server' && index <= flight,
      );
      for (let index = 0; index < records.length; index++) {
        const outcome = await spoilt(port, index);
        expect([index, outcome.expects]).toEqual([index, 'closed']);
        expect([10, 20, 47, 50, 51]).toContain(outcome.alert);
      }
    });
  });

  /** A connection on which the last byte of the server's record with this index arrives flipped. */
  async function spoilt(port: number, index: number): Promise<{ expects: string; alert: number | null }> {
    const client = new TlsClient({}, { random: (count) => Uint8Array.from(randomBytes(count)), now: () => 0 });
    const socket = net.connect(port, '127.0.0.1');
    let alert: number | null = null;
    let waiting = Buffer.alloc(0);
    let seen = 0;
    const feed = (input: ClientInput): void => {
      for (const output of client.handle(input)) {
        if (output.kind === 'record') socket.write(output.bytes);
        if (output.kind === 'judge') feed({ kind: 'verdict', refusal: null });
        if (output.kind === 'refused' || output.kind === 'told') {
          alert = output.alert;
          socket.end();
        }
      }
    };
    socket.on('connect', () => feed({ kind: 'start' }));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('data', (data: Buffer) => {
      waiting = Buffer.concat([waiting, data]);
      while (waiting.length >= 5 && waiting.length >= 5 + waiting.readUInt16BE(3)) {
        const record = Uint8Array.from(waiting.subarray(0, 5 + waiting.readUInt16BE(3)));
        waiting = waiting.subarray(record.length);
        if (seen++ === index) record.set([(record.at(-1) ?? 0) ^ 1], record.length - 1);
        feed({ kind: 'bytes', bytes: record });
      }
    });
    await new Promise<void>((resolve) => socket.on('close', () => resolve()));
    return { expects: client.expects, alert };
  }
});

describe.skipIf(!hasOpenssl)('openssl s_server', () => {
  test('completes, and its alert for a stranger reaches the client', async () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'stranger.key',
      '-out',
      'stranger.crt',
      '-subj',
      '/CN=stranger',
    );
    const server = spawn(
      'openssl',
      [
        's_server',
        '-accept',
        '127.0.0.1:0',
        '-cert',
        'rsa.crt',
        '-key',
        'rsa.key',
        '-CAfile',
        'ca.crt',
        '-Verify',
        '2',
        '-verify_return_error',
        '-tls1_3',
        '-rev',
      ],
      { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const port = await new Promise<number>((resolve) => {
      let output = '';
      server.stdout.on('data', (data: Buffer) => {
        output += data.toString();
        const [, found] = /ACCEPT .*:(\d+)/.exec(output) ?? [];
        if (found) resolve(Number(found));
      });
    });
    const welcome = await talk({ port, then: [{ kind: 'send', bytes: bytes('hello\n') }, { kind: 'close' }] });
    expect(said(welcome)).toBe('olleh\n');
    const stranger = await talk({
      port,
      as: 'stranger',
      keyOf: 'stranger',
      options: {
        identity: { chain: [Uint8Array.from(new X509Certificate(pem('stranger.crt')).raw)], schemes: [0x0804] },
      },
    });
    expect(alertOf(stranger)).toEqual({ kind: 'told', alert: 48 });
    server.kill();
  });
});

describe.skipIf(!hasOpenssl)('whatever a server sends', () => {
  /** The same bytes on every call, so that a recorded server can be replayed. */
  const chance = () => {
    let count = 0;
    return { random: (length: number) => new Uint8Array(length).fill((count += 1)), now: () => 0 };
  };

  /** Feeds the client these bytes; its questions are answered as if all were well. */
  function replay(chunks: readonly Uint8Array[]): { client: TlsClient; outputs: ClientOutput[] } {
    const client = new TlsClient({}, chance());
    const outputs: ClientOutput[] = [];
    const feed = (input: ClientInput): void => {
      for (const output of client.handle(input)) {
        outputs.push(output);
        if (output.kind === 'judge') feed({ kind: 'verdict', refusal: null });
      }
    };
    feed({ kind: 'start' });
    for (const chunk of chunks) feed({ kind: 'bytes', bytes: chunk });
    return { client, outputs };
  }

  /** What a server of Node answers to the client with that chance. */
  const recorded = (): Promise<Uint8Array> =>
    withNode({ requestCert: false }, async (port) => {
      const client = new TlsClient({}, chance());
      const socket = net.connect(port, '127.0.0.1');
      const heard: Buffer[] = [];
      const feed = (input: ClientInput): void => {
        for (const output of client.handle(input)) {
          if (output.kind === 'record') socket.write(output.bytes);
          if (output.kind === 'judge') feed({ kind: 'verdict', refusal: null });
          if (output.kind === 'connected') feed({ kind: 'send', bytes: bytes('bye') });
        }
      };
      socket.on('connect', () => feed({ kind: 'start' }));
      socket.on('data', (data: Buffer) => {
        heard.push(data);
        feed({ kind: 'bytes', bytes: Uint8Array.from(data) });
      });
      socket.on('end', () => socket.end());
      await new Promise<void>((resolve) => socket.on('close', () => resolve()));
      return Uint8Array.from(Buffer.concat(heard));
    });

  test('a flip of any bits in the handshake ends it, with an alert or in waiting; nothing throws', async () => {
    const flight = await recorded();
    const clean = replay([flight]);
    expect(clean.outputs.map(({ kind }) => kind)).toContain('connected');
    const records = dissect(
      [...clean.outputs.flatMap((output) => (output.kind === 'record' ? [output.bytes] : [])).slice(0, 1)]
        .map((hello): Chunk => ({ from: 'client', at: 0, bytes: hello }))
        .concat({ from: 'server', at: 1, bytes: flight }),
      clean.outputs.map((output) => (output.kind === 'key-log' ? `${output.line}\n` : '')).join(''),
    ).records.filter(({ from }) => from === 'server');
    const end = records.flatMap(({ label, offset, length }) => (label === 'Finished' ? [offset + length] : []))[0] ?? 0;
    // RFC 8446 §5.1: the version in a record's header is ignored; under encryption the tag covers it
    const ignored = records.filter(({ protection }) => protection === 'clear').map(({ offset }) => offset + 2);
    expect(end).toBeGreaterThan(500);
    fc.assert(
      fc.property(fc.nat({ max: end - 1 }), fc.integer({ min: 1, max: 255 }), fc.nat(), (at, flip, cut) => {
        const changed = flight.map((byte, index) => (index === at ? byte ^ flip : byte));
        const { outputs } = replay([changed.subarray(0, cut % end), changed.subarray(cut % end)]);
        expect(outputs.some(({ kind }) => kind === 'connected')).toBe(ignored.includes(at));
      }),
      { numRuns: 150 },
    );
  });
});
