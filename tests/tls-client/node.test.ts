/** The client against servers of Node. */
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ClientOptions, Misdeed } from '../../src/core/tls/client/options.ts';
import { hasProgram } from '../programs.ts';
import { Identities, type Identity, type Kind } from './identities.ts';
import { dial, type Line } from './line.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const identities = new Identities();
const hasOpenssl = hasProgram('openssl');
let ec: Identity;
let rsa: Identity;
beforeAll(() => {
  if (!hasOpenssl) return;
  ec = identities.of('p256');
  rsa = identities.of('rsa');
});
afterAll(() => identities.close());

const SCHEMES: Partial<Record<Kind, readonly number[]>> = {
  p256: [0x0403],
  p384: [0x0503],
  p521: [0x0603],
  ed25519: [0x0807],
  rsa: [0x0804],
  pss: [0x0809],
};
const as = (kind: Kind, schemes = SCHEMES[kind] ?? []) => ({ identity: identities.of(kind, 7), schemes });

/** A server that wants a client certificate, answers each line, and hangs up at `bye`. */
async function withNode<T>(
  options: tls.TlsOptions,
  use: (port: number, log: () => { keys: string; errors: string[] }) => Promise<T>,
  talk = (socket: tls.TLSSocket): void => {
    socket.on('data', (data: Buffer) =>
      data.toString() === 'bye' ? socket.end() : socket.write(`echo ${data.toString()}`),
    );
  },
): Promise<T> {
  const errors: string[] = [];
  let keys = '';
  const server = tls.createServer({ ...pem(ec), ca: identities.ca, requestCert: true, ...options });
  server.on('keylog', (line: Buffer) => (keys += line.toString()));
  server.on('tlsClientError', (error: Error & { code?: string }, socket) => {
    errors.push(error.code ?? '');
    socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', (error: Error & { code?: string }) => {
      errors.push(error.code ?? '');
      socket.destroy();
    });
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await use(typeof address === 'object' && address ? address.port : 0, () => ({ keys, errors }));
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

const pem = ({ files }: Identity) => ({
  cert: identities.openssl.read(files.cert),
  key: identities.openssl.read(files.key),
});

/** Greets, says goodbye, and is told close_notify. */
async function greets(line: Line): Promise<void> {
  await (await line.connected()).send('hello').hears('echo hello');
  expect(await line.send('bye').alert()).toEqual({ kind: 'told', alert: 0 });
  await line.close().gone();
  const { problems, bytes, verified } = line.dissection;
  expect([problems, bytes.total - bytes.explained]).toEqual([[], 0]);
  expect(verified.finished).toMatchObject({ client: { holds: true }, server: { holds: true } });
}

describe.skipIf(!hasOpenssl)('a handshake with Node', () => {
  const cases: [string, Kind, Kind, Partial<ClientOptions>, tls.TlsOptions][] = [
    ['AES-128-GCM', 'p256', 'p256', { suites: [0x1301] }, {}],
    ['AES-256-GCM, RSA on both sides', 'rsa', 'rsa', { suites: [0x1302] }, {}],
    ['ChaCha20-Poly1305', 'p256', 'rsa', { suites: [0x1303] }, {}],
    ['P-384 on both sides', 'p384', 'p384', {}, {}],
    ['P-521 on both sides', 'p521', 'p521', {}, {}],
    ['Ed25519 on both sides', 'ed25519', 'ed25519', {}, {}],
    ['RSASSA-PSS keys on both sides', 'pss', 'pss', {}, {}],
    ['an RSASSA-PSS key for SHA-384 only', 'pss384', 'p256', {}, {}],
    ['P-256 key share', 'p256', 'p256', { groups: ['secp256r1'] }, {}],
    ['HelloRetryRequest to P-256', 'p256', 'p256', {}, { ecdhCurve: 'P-256' }],
    ['HelloRetryRequest to X25519', 'p256', 'p256', { groups: ['secp256r1', 'x25519'] }, { ecdhCurve: 'X25519' }],
    ['no share at all at first', 'p256', 'p256', { shares: 0 }, {}],
    ['two shares', 'p256', 'p256', { shares: 2 }, { ecdhCurve: 'P-256' }],
    ['ALPN', 'p256', 'p256', { alpn: ['desk/2', 'desk/1'] }, { ALPNProtocols: ['desk/1'] }],
  ];
  test.each(cases)('%s', async (_name, server, client, options, serverOptions) => {
    await withNode({ ...pem(identities.of(server)), ...serverOptions }, async (port, log) => {
      const line = dial({ port, as: as(client), options });
      await greets(line);
      expect(line.kinds.filter((kind) => kind !== 'record' && kind !== 'key-log').slice(0, 3)).toEqual([
        ...['judge', 'sign', 'connected'],
      ]);
      const own = line.keyLog.split('\n').filter((text) => !/^(ECDHE_SECRET|PSK) /.test(text));
      await expect.poll(() => log().keys.split('\n').filter(Boolean).sort()).toEqual(own.filter(Boolean).sort());
      const { verified, alpn } = line.dissection;
      expect(verified.certificateVerify).toMatchObject({ client: { holds: true }, server: { holds: true } });
      expect(alpn).toBe(options.alpn ? 'desk/1' : null);
    });
  });

  test.each([0x0804, 0x0805, 0x0806])('a client signs with an RSA key and scheme %i', async (scheme) => {
    await withNode({}, (port) => greets(dial({ port, as: as('rsa', [scheme]) })));
  });

  test.each([1, 2, 7, 1000])('the bytes of the server %i at a time', async (pieceBytes) => {
    await withNode({}, (port) => greets(dial({ port, as: as('p256'), pieceBytes })));
  });

  test('a ticket resumes: no certificates, and the binder holds; after a HelloRetryRequest too', async () => {
    for (const ecdhCurve of ['auto', 'P-256']) {
      await withNode({ ecdhCurve }, async (port) => {
        const first = dial({ port, as: as('p256') });
        const ticket = await (await first.connected()).ticket();
        first.close();
        const second = dial({ port, as: as('p256'), options: { ticket } });
        await greets(second);
        expect(second.outputs).toContainEqual(expect.objectContaining({ kind: 'connected', resumed: true }));
        const { resumed, verified } = second.dissection;
        expect([resumed, verified.pskBinder.holds]).toEqual([true, true]);
      });
    }
  });

  test('a ticket that the server has forgotten is no harm', async () => {
    const ticket = await withNode({}, async (port) => {
      const line = dial({ port, as: as('p256') });
      const found = await (await line.connected()).ticket();
      line.close();
      return found;
    });
    await withNode({}, async (port) => {
      const line = dial({ port, as: as('p256'), options: { ticket } });
      await greets(line);
      expect(line.outputs).toContainEqual(expect.objectContaining({ kind: 'connected', resumed: false }));
    });
  });

  test('new keys, asked of the server too, and by themselves', async () => {
    await withNode({}, async (port) => {
      const line = dial({ port, as: as('p256'), options: { recordsPerKey: 2 } });
      await (await line.connected()).send('one').hears('echo one');
      line.feed({ kind: 'key-update', asksPeer: true });
      for (const word of ['two', 'three', 'four', 'five']) await line.send(word).hears(`echo ${word}`);
      await greets(line);
      const { messages } = line.dissection;
      const updates = messages.filter(({ name }) => name === 'KeyUpdate').map(({ from }) => from);
      expect(updates.filter((from) => from === 'server')).toHaveLength(1);
      expect(updates.filter((from) => from === 'client').length).toBeGreaterThan(2);
    });
  });

  test('megabytes both ways, unchanged', async () => {
    const megabytes = Buffer.alloc(3 * 2 ** 20, 'all work and no play ');
    let got = 0;
    await withNode(
      {},
      async (port) => {
        const line = await dial({ port, as: as('p256'), pieceBytes: 1400 }).connected();
        line.feed({ kind: 'send', bytes: Uint8Array.from(megabytes) });
        await line.until(({ end }) => end !== undefined);
        const heard = Buffer.concat(line.outputs.flatMap((output) => (output.kind === 'data' ? [output.bytes] : [])));
        expect(Buffer.compare(heard, megabytes)).toBe(0);
        expect(got).toBe(megabytes.length);
        line.close();
      },
      (socket) => {
        socket.on('data', (data: Buffer) => {
          got += data.length;
          if (got === megabytes.length) socket.end(megabytes);
        });
      },
    );
  });

  test('close_notify of the client first: it still hears the answer', async () => {
    await withNode(
      { allowHalfOpen: true } as tls.TlsOptions,
      async (port) => {
        const line = await dial({ port, as: as('p256') }).connected();
        line.send('a question').feed({ kind: 'close' });
        await line.hears('the answer to a question');
        expect(await line.alert()).toEqual({ kind: 'told', alert: 0 });
        await line.close().gone();
      },
      (socket) => {
        let question = '';
        socket.on('data', (data: Buffer) => (question += data.toString()));
        socket.on('end', () => socket.end(`the answer to ${question}`));
      },
    );
  });
});

describe.skipIf(!hasOpenssl)('misdeeds, and what Node makes of them', () => {
  test.each<[Misdeed, number, string]>([
    ['empty-certificate', 116, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
    ['no-certificate-message', 10, 'ERR_SSL_UNEXPECTED_MESSAGE'],
    ['no-certificate-verify', 10, 'ERR_SSL_UNEXPECTED_MESSAGE'],
    ['duplicate-certificate-verify', 10, 'ERR_SSL_UNEXPECTED_MESSAGE'],
    ['wrong-signature', 51, 'ERR_SSL_BAD_SIGNATURE'],
    ['reused-signature', 51, 'ERR_SSL_BAD_SIGNATURE'],
    ['wrong-finished', 51, 'ERR_SSL_DIGEST_CHECK_FAILED'],
    ['no-finished', 10, 'ERR_SSL_UNEXPECTED_RECORD'],
    ['early-application-data', 10, 'ERR_SSL_UNEXPECTED_RECORD'],
  ])('%s: alert %i', async (misdeed, alert, code) => {
    await withNode({}, async (port, log) => {
      const line = dial({ port, as: as('p256'), options: { misdeeds: [misdeed] } });
      expect(await line.alert()).toEqual({ kind: 'told', alert });
      await expect.poll(() => log().errors).toEqual([code]);
    });
  });

  test("somebody else's certificate without its key: alert 51", async () => {
    await withNode({}, async (port) => {
      const line = dial({ port, as: as('p256'), signer: ec });
      expect(await line.alert()).toEqual({ kind: 'told', alert: 51 });
    });
  });

  test('no certificate at all: alert 116', async () => {
    await withNode({}, async (port, log) => {
      const line = dial({ port });
      expect(await line.alert()).toEqual({ kind: 'told', alert: 116 });
      expect(line.kinds).toContain('connected');
      await expect.poll(() => log().errors).toEqual(['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE']);
    });
  });
});

describe.skipIf(!hasOpenssl)('refusals with Node', () => {
  test.each([42, 43, 44, 45, 46, 48])(
    'of a server that is not trusted: the verdict decides alert %i',
    async (alert) => {
      await withNode({}, async (port, log) => {
        const line = dial({ port, as: as('p256'), refusal: { alert, why: 'Not one of ours.' } });
        expect(await line.alert()).toEqual({ kind: 'refused', alert, why: 'Not one of ours.' });
        await expect.poll(() => log().errors[0]).toMatch(/^ERR_SSL_(TLSV1|SSLV3)_ALERT_/);
        expect(line.dissection.alerts).toMatchObject([{ from: 'client', code: alert, encrypted: true }]);
      });
    },
  );

  test('of a server that speaks TLS 1.2 only: 70', async () => {
    await withNode({ maxVersion: 'TLSv1.2' }, async (port) => {
      expect(await dial({ port }).alert()).toMatchObject({ alert: 70 });
    });
  });

  test.each<[string, Partial<ClientOptions>, tls.TlsOptions, number]>([
    ['no suite in common', { suites: [0x1301] }, { ciphers: 'TLS_AES_256_GCM_SHA384' }, 40],
    ['no group in common', {}, { ecdhCurve: 'P-384' }, 40],
    ['no protocol in common', { alpn: ['desk/2'] }, { ALPNProtocols: ['desk/1'] }, 120],
  ])('%s: the server refuses', async (_name, options, serverOptions, alert) => {
    await withNode(serverOptions, async (port) => {
      expect(await dial({ port, options }).alert()).toEqual({ kind: 'told', alert });
    });
  });

  test('a server cannot check what the key signs: there is no certificate to show', async () => {
    await withNode({ sigalgs: 'rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256' }, async (port) => {
      const line = dial({ port, as: as('p384') });
      expect(await line.alert()).toEqual({ kind: 'told', alert: 116 });
      expect(line.kinds).not.toContain('sign');
    });
  });

  test('the signature_algorithms of the server choose among those of the key', async () => {
    await withNode({ sigalgs: 'ecdsa_secp256r1_sha256:rsa_pss_rsae_sha512' }, async (port) => {
      const line = dial({ port, as: { identity: rsa, schemes: [0x0804, 0x0805, 0x0806] } });
      await greets(line);
      expect(line.outputs).toContainEqual(expect.objectContaining({ kind: 'sign', scheme: 0x0806 }));
    });
  });
});
