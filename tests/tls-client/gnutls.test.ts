/** The client against gnutls-serv (measured with 3.7.9): a library that shares nothing with OpenSSL. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ClientOptions, Misdeed } from '../../src/core/tls/client/options.ts';
import { hasProgram } from '../programs.ts';
import { Identities, type Identity, type Kind } from './identities.ts';
import { freePort } from '../free-port.ts';
import { dial, type Line } from './line.ts';
import { Program } from './program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const identities = new Identities();
afterAll(() => identities.close());

const TLS13 = 'NORMAL:-VERS-ALL:+VERS-TLS1.3';

interface Server {
  readonly program: Program;
  readonly port: number;
}

async function serve(kind: Kind, priority: string, ...options: string[]): Promise<Server> {
  const { cert, key } = identities.of(kind).files;
  const port = await freePort();
  const files = ['--x509certfile', cert, '--x509keyfile', key, '--x509cafile', 'ca.crt'];
  const program = new Program(
    'gnutls-serv',
    ['--echo', '--port', `${port}`, '--priority', priority, ...files, ...options],
    identities.folder,
  );
  await program.says(/listening on IPv4 .*done/);
  return { program, port };
}

const echoes = async (line: Line) => {
  await (await line.connected()).send('hello\n').hears('hello\n');
  line.close();
  const { problems, bytes } = line.dissection;
  expect([problems, bytes.total - bytes.explained]).toEqual([[], 0]);
};

describe.skipIf(!hasProgram('openssl') || !hasProgram('gnutls-serv'))('gnutls-serv that demands a certificate', () => {
  let server: Server;
  let stranger: Identity;
  beforeAll(async () => {
    server = await serve('p256', TLS13, '--require-client-cert', '--verify-client-cert', '--alpn', 'desk/1');
    stranger = identities.stranger();
  });
  afterAll(() => server.program.stop());

  const as = (kind: Kind, ...schemes: number[]) => ({ identity: identities.of(kind, 7), schemes });

  test.each<[Kind, number]>([
    ['p256', 0x0403],
    ['p384', 0x0503],
    ['p521', 0x0603],
    ['ed25519', 0x0807],
    ['rsa', 0x0804],
    ['rsa', 0x0805],
    ['rsa', 0x0806],
    ['pss', 0x0809],
  ])('takes a key %s with scheme %i', async (kind, scheme) => {
    await echoes(dial({ port: server.port, as: as(kind, scheme) }));
  });

  test.each<[string, Partial<ClientOptions>]>([
    ['AES-128-GCM', { suites: [0x1301] }],
    ['AES-256-GCM', { suites: [0x1302] }],
    ['ChaCha20-Poly1305', { suites: [0x1303] }],
    ['P-256', { groups: ['secp256r1'] }],
    ['X25519 after a hello without shares', { groups: ['x25519'], shares: 0 }],
    ['ALPN', { alpn: ['desk/1'] }],
  ])('speaks %s', async (_name, options) => {
    await echoes(dial({ port: server.port, as: as('p256', 0x0403), options }));
  });

  test('takes its own ticket back', async () => {
    const first = await dial({ port: server.port, as: as('p256', 0x0403) }).connected();
    const ticket = await first.ticket();
    first.close();
    const second = dial({ port: server.port, as: as('p256', 0x0403), options: { ticket } });
    await echoes(second);
    expect(second.outputs).toContainEqual(expect.objectContaining({ kind: 'connected', resumed: true }));
    expect(second.dissection.verified.pskBinder.holds).toBe(true);
  });

  test('changes its keys when it is asked to', async () => {
    const line = await dial({ port: server.port, as: as('p256', 0x0403) }).connected();
    await line.send('one\n').hears('one\n');
    for (const word of ['two\n', 'three\n']) {
      line.feed({ kind: 'key-update', asksPeer: true });
      await line.send(word).hears(word);
    }
    const updates = line.dissection.messages.filter(({ name }) => name === 'KeyUpdate').map(({ from }) => from);
    expect(updates).toEqual(['client', 'server', 'client', 'server']);
    line.close();
  });

  test('says the same when its bytes come one at a time', async () => {
    await echoes(dial({ port: server.port, as: as('p256', 0x0403), pieceBytes: 1 }));
  });

  test('a megabyte there and back', async () => {
    const line = await dial({ port: server.port, as: as('p256', 0x0403) }).connected();
    const text = 'all work and no play\n'.repeat(50_000);
    line.send(text);
    await line.until(({ heardBytes }) => heardBytes >= text.length);
    expect(line.said === text).toBe(true);
    line.close();
  });

  test.each<[string, number, Misdeed[]]>([
    ['no certificate', 116, ['empty-certificate']],
    ['no Certificate message', 50, ['no-certificate-message']], // OpenSSL: 10
    ['no CertificateVerify', 10, ['no-certificate-verify']],
    ['CertificateVerify twice', 10, ['duplicate-certificate-verify']],
    ['a wrong Finished', 51, ['wrong-finished']],
  ])('ends %s with an alert', async (_name, alert, misdeeds) => {
    const line = dial({ port: server.port, as: as('p256', 0x0403), options: { misdeeds } });
    expect(await line.alert()).toEqual({ kind: 'told', alert });
  });

  test('ends a stranger with an alert', async () => {
    const line = dial({ port: server.port, as: { identity: stranger, schemes: [0x0804] } });
    expect(await line.alert()).toEqual({ kind: 'told', alert: 49 }); // OpenSSL: 48
  });

  test('hears that it is not trusted', async () => {
    const before = server.program.output.length;
    const line = dial({ port: server.port, as: as('p256', 0x0403), refusal: { alert: 48, why: 'Not one of ours.' } });
    await line.gone();
    await server.program.says(new RegExp(`^[^]{${before}}[^]*fatal alert has been received`));
  });
});

describe.skipIf(!hasProgram('openssl') || !hasProgram('gnutls-serv'))('gnutls-serv with other priorities', () => {
  test.each<[string, Kind, string, number | null]>([
    ['P-256 only: HelloRetryRequest', 'rsa', `${TLS13}:-GROUP-ALL:+GROUP-SECP256R1`, null],
    ['an RSASSA-PSS key', 'pss', TLS13, null],
    ['an Ed25519 key', 'ed25519', TLS13, null],
    ['TLS 1.2 only', 'p256', 'NORMAL:-VERS-ALL:+VERS-TLS1.2', 40],
    ['a group that we do not have', 'p256', `${TLS13}:-GROUP-ALL:+GROUP-SECP384R1`, 40],
  ])('%s', async (_name, kind, priority, alert) => {
    const server = await serve(kind, priority, '--disable-client-cert');
    onTestFinished(() => server.program.stop());
    const line = dial({ port: server.port });
    if (alert === null) await echoes(line);
    else expect(await line.alert()).toMatchObject({ alert });
  });
});
