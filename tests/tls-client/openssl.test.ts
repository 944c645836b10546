/** The client against `openssl s_server`, which sends an alert for each refusal. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ClientOptions, Misdeed } from '../../src/core/tls/client/options.ts';
import { hasProgram } from '../programs.ts';
import { Identities, type Kind } from './identities.ts';
import { dial, type Line } from './line.ts';
import { Program } from './program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const identities = new Identities();
afterAll(() => identities.close());
const hasOpenssl = hasProgram('openssl');

/** s_server on a port of its own choice. */
async function serve(kind: Kind, ...options: string[]): Promise<{ program: Program; port: number }> {
  const { cert, key } = identities.of(kind).files;
  const place = ['-accept', '127.0.0.1:0', '-cert', cert, '-key', key, '-CAfile', 'ca.crt'];
  const program = new Program('openssl', ['s_server', ...place, ...options], identities.folder);
  const [, port] = await program.says(/ACCEPT .*:(\d+)/);
  return { program, port: Number(port) };
}

describe.skipIf(!hasOpenssl)('s_server that demands a certificate', () => {
  let server: { program: Program; port: number };
  beforeAll(async () => {
    server = await serve('rsa', '-Verify', '2', '-verify_return_error', '-tls1_3', '-rev');
  });
  afterAll(() => server.program.stop());

  const as = (kind: Kind, ...schemes: number[]) => ({ identity: identities.of(kind, 7), schemes });
  const reverses = async (line: Line) => {
    await (await line.connected()).send('hello\n').hears('olleh\n');
    line.close();
    expect(line.dissection.problems).toEqual([]);
  };

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
    await reverses(dial({ port: server.port, as: as(kind, scheme) }));
  });

  test.each<[string, Partial<ClientOptions>]>([
    ['AES-128-GCM', { suites: [0x1301] }],
    ['AES-256-GCM', { suites: [0x1302] }],
    ['ChaCha20-Poly1305', { suites: [0x1303] }],
    ['P-256', { groups: ['secp256r1'] }],
    ['X25519', { groups: ['x25519'] }],
  ])('speaks %s', async (_name, options) => {
    await reverses(dial({ port: server.port, as: as('p256', 0x0403), options }));
  });

  test('says close_notify when it is told to close', async () => {
    const line = await dial({ port: server.port, as: as('p256', 0x0403) }).connected();
    expect(await line.send('CLOSE\n').alert()).toEqual({ kind: 'told', alert: 0 });
    await line.close().gone();
  });

  test('sends 48 for a certificate of a stranger', async () => {
    const identity = identities.stranger();
    const line = dial({ port: server.port, as: { identity, schemes: [0x0804] } });
    expect(await line.alert()).toEqual({ kind: 'told', alert: 48 });
    expect(line.kinds).toContain('connected');
  });

  test('sends 45 for one that has expired', async () => {
    const identity = identities.of('p256', 8);
    const { cert, key } = identity.files;
    // openssl 3.0 makes no certificate that ended in the past: one is signed with a day that is over
    identities.openssl.must(`req -new -key ${key} -subj /CN=old -out old.csr`);
    identities.openssl.write('old.cnf', OLD_CA);
    identities.openssl.write('index.txt', '');
    identities.openssl.write('serial', '0abc');
    identities.openssl.must(
      `ca -batch -config old.cnf -in old.csr -out ${cert} -notext -startdate 20200101000000Z -enddate 20200201000000Z`,
    );
    const line = dial({ port: server.port, as: { identity: identities.read('p256-8'), schemes: [0x0403] } });
    expect(await line.alert()).toEqual({ kind: 'told', alert: 45 });
  });

  test('sends 116 where there is none', async () => {
    expect(await dial({ port: server.port }).alert()).toEqual({ kind: 'told', alert: 116 });
  });

  test.each<[Misdeed, number]>([
    ['empty-certificate', 116],
    ['no-certificate-message', 10],
    ['no-certificate-verify', 10],
    ['duplicate-certificate-verify', 10],
    ['wrong-signature', 51],
    ['reused-signature', 51],
    ['wrong-finished', 51],
    ['no-finished', 10],
    ['early-application-data', 10],
  ])('ends %s with alert %i', async (misdeed, alert) => {
    const line = dial({ port: server.port, as: as('p256', 0x0403), options: { misdeeds: [misdeed] } });
    expect(await line.alert()).toEqual({ kind: 'told', alert });
  });

  test.each([42, 48])('hears alert %i of a client that does not trust it', async (alert) => {
    const before = server.program.output.length;
    const line = dial({ port: server.port, as: as('p256', 0x0403), refusal: { alert, why: 'Not one of ours.' } });
    await line.gone();
    await server.program.says(new RegExp(`^[^]{${before}}[^]*SSL alert number ${alert}`));
  });
});

/** What `openssl ca` needs to sign with a validity of the past. */
const OLD_CA = `[ca]
default_ca = ours
[ours]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
policy = any
[any]
commonName = supplied
`;

describe.skipIf(!hasOpenssl)('s_server that is spoken to', () => {
  let server: { program: Program; port: number };
  beforeAll(async () => {
    server = await serve('p256', '-tls1_3', '-groups', 'P-256', '-num_tickets', '3', '-alpn', 'desk/1');
  });
  afterAll(() => server.program.stop());

  test('asks for P-256, says three tickets, and takes one of them', async () => {
    const first = await dial({ port: server.port, options: { alpn: ['desk/1'] } }).connected();
    await first.until(({ kinds }) => kinds.filter((kind) => kind === 'ticket').length === 3);
    const ticket = await first.ticket();
    expect(ticket).toMatchObject({ lifetimeSeconds: 7200, serverName: 'desk.test' });
    first.close();
    await first.gone();
    const second = await dial({ port: server.port, options: { ticket, alpn: ['desk/1'] } }).connected();
    expect(second.outputs).toContainEqual({ kind: 'connected', suite: 0x1301, alpn: 'desk/1', resumed: true });
    expect(second.dissection.messages.map(({ name }) => name)).toContain('HelloRetryRequest');
    expect(second.dissection.verified.pskBinder.holds).toBe(true);
    second.close();
    await second.gone();
  });

  const updates = ({ dissection }: Line) =>
    dissection.messages.filter(({ name }) => name === 'KeyUpdate').map(({ from }) => from);

  test('changes its keys (k), and asks for new ones (K)', async () => {
    const line = await dial({ port: server.port }).connected();
    const says = async (word: string) => {
      server.program.type(`${word}\n`);
      await line.hears(`${word}\n`);
      line.send(`${word} heard\n`);
      await server.program.says(new RegExp(`${word} heard`));
    };
    await says('before');
    for (const [index, command] of ['k', 'K', 'K'].entries()) {
      server.program.type(`${command}\n`);
      await line.until((here) => updates(here).filter((from) => from === 'server').length === index + 1);
      await says(`after ${index}`);
    }
    expect(updates(line)).toEqual(['server', 'server', 'client', 'server', 'client']);
    line.feed({ kind: 'key-update', asksPeer: true }).send('your turn\n');
    await server.program.says(/your turn/);
    await says('at last');
    expect(updates(line).slice(-2)).toEqual(['client', 'server']);
    expect(line.dissection.problems).toEqual([]);
    line.close();
    await line.gone();
  });

  test('cannot ask for a certificate later (c): the client does not offer that', async () => {
    const line = await dial({ port: server.port }).connected();
    server.program.type('c\n');
    await server.program.says(/extension not received/);
    line.close();
    await line.gone();
  });
});
