import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DeskRun } from '../../src/core/bridge/messages.ts';
import { Secret } from '../../src/core/bytes/secret.ts';
import { DESK_LISTENER_LIMITS, openDeskListener, type DeskListener } from '../../server/session/desk-listener.ts';
import { selfCheck } from '../../server/session/self-check.ts';
import { hasProgram } from '../programs.ts';
import * as v from 'valibot';
import { anAuthority, issuedBy, selfSigned, type Made } from './openssl-pki.ts';

/** Unlike `once`, it does not mind that a reset came before. */
const gone = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

describe.skipIf(!hasProgram('openssl'))('the desk’s own port', () => {
  let ca: Made, desk: Made, alice: Made, mallory: Made;
  let folder: string;
  beforeAll(() => {
    ca = anAuthority();
    desk = issuedBy(ca, { subject: '/CN=localhost', for: 'server', names: 'DNS:localhost,IP:127.0.0.1' });
    alice = issuedBy(ca, { subject: '/O=Order Desk/CN=alice', for: 'client' });
    mallory = issuedBy(anAuthority(), { subject: '/O=Order Desk/CN=alice', for: 'client' });
    folder = mkdtempSync(join(tmpdir(), 'trustwalk-desk-'));
    for (const [name, made] of Object.entries({ alice, mallory })) {
      writeFileSync(join(folder, `${name}.key`), made.key);
      writeFileSync(join(folder, `${name}.crt`), made.certificate);
    }
    writeFileSync(join(folder, 'ca.crt'), ca.certificate);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function aDesk(change: Partial<typeof DESK_LISTENER_LIMITS> = {}) {
    const listener = await openDeskListener({
      host: '127.0.0.1',
      port: 0,
      privateKey: new Secret(desk.key),
      material: { certificate: desk.certificate, trust: [ca.certificate], crls: [] },
      serve: (stream, { subject }) => {
        stream.on('error', () => stream.destroy());
        stream.write(`{"type":"hello","subject":"${subject}"}\n`);
        stream.resume();
      },
      now: Date.now,
      limits: { ...DESK_LISTENER_LIMITS, ...change },
    });
    const told: DeskRun[] = [];
    listener.subscribe((run) => told.push(run));
    closers.push(() => listener.close());
    return { listener, told };
  }

  /** A client as an outsider would write it; resolves when it has been greeted. */
  async function greeted(listener: DeskListener, who = alice): Promise<TLSSocket> {
    const { key, certificate: cert } = who;
    const socket = connectTls({ port: listener.port, host: '127.0.0.1', ca: ca.certificate, key, cert });
    closers.push(() => socket.destroy());
    await once(socket, 'data');
    return socket;
  }

  function aStranger(listener: DeskListener): Socket {
    const socket = connectTcp(listener.port, '127.0.0.1').on('error', () => undefined);
    closers.push(() => socket.destroy());
    return socket.resume();
  }

  const runs = async (told: readonly DeskRun[], count: number) => {
    await expect.poll(() => told.length, { timeout: 5000 }).toBeGreaterThanOrEqual(count);
    for (const run of told) v.parse(DeskRun, run);
    return told;
  };

  test('a greeted client is told of at once, and again when it has gone', async () => {
    const { listener, told } = await aDesk();
    const socket = await greeted(listener);
    const [first] = await runs(told, 1);
    expect(first).toMatchObject({ outcome: 'accepted', version: 'TLS 1.3', reason: null, silentEnd: null });
    expect(first?.subject).toContain('CN=alice');
    expect(first?.cipherSuite).toBe('TLS_AES_128_GCM_SHA256');
    expect(first?.bars[0]).toMatchObject({ from: 'client', protection: 'clear', label: 'ClientHello' });
    expect(first?.bars.at(-1)).toMatchObject({ from: 'server', protection: 'application' });
    socket.end();
    const [, last] = await runs(told, 2);
    expect(last).toMatchObject({ id: first?.id, outcome: 'accepted', silentEnd: null });
    expect(last?.bars.length).toBeGreaterThan(first?.bars.length ?? 0);
    expect(listener.latest()).toEqual([last]);
  });

  test.each([
    ['foreign', () => mallory, 'The issuer of the certificate is not among the trust anchors.'],
    [
      'self-signed',
      () => selfSigned('/CN=alice'),
      'The certificate is signed with its own key, and no trust anchor vouches for it.',
    ],
  ])('a %s certificate gets no byte of the desk; the reason and the silent end are told', async (_, who, reason) => {
    const { listener, told } = await aDesk();
    const { key, certificate: cert } = who();
    const socket = connectTls({ port: listener.port, host: '127.0.0.1', ca: ca.certificate, key, cert });
    let heard = 0;
    socket.on('data', (bytes: Buffer) => (heard += bytes.length));
    await gone(socket);
    const [run] = await runs(told, 1);
    expect(run).toMatchObject({ outcome: 'refused', reason, silentEnd: 'server' });
    expect(run?.subject).toContain('CN=alice');
    expect(run?.bars.every(({ alert }) => alert === null || alert === 0)).toBe(true);
    expect(heard).toBe(0);
  });

  test('openssl s_client is greeted with the right certificate, and gets nothing with another', async () => {
    const { listener, told } = await aDesk();
    expect(await sClient(listener.port, 'alice')).toContain('"type":"hello"');
    expect(await sClient(listener.port, 'mallory')).not.toContain('"type":"hello"');
    await expect.poll(() => told.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'refused']);
  });

  test('without a certificate: alert 116, which is no silent end', async () => {
    const { listener, told } = await aDesk();
    const socket = connectTls({ port: listener.port, host: '127.0.0.1', ca: ca.certificate });
    await expect(once(socket.resume(), 'end')).rejects.toThrow(/certificate required/);
    const [run] = await runs(told, 1);
    expect(run).toMatchObject({ outcome: 'refused', reason: 'The client sent no certificate.', silentEnd: null });
    expect(run?.bars.filter(({ alert }) => alert === 116)).toHaveLength(1);
  });

  test('a client that says nothing is cut at the deadline, and a mere knock is not told', async () => {
    const { listener, told } = await aDesk({ handshakeMs: 100, lingerMs: 50 });
    await gone(aStranger(listener));
    const half = aStranger(listener);
    half.write(Buffer.from([22, 3, 1, 2, 0, 1])); // the start of a record of 512 bytes
    await gone(half);
    expect(told).toEqual([]);
  });

  test('a client that never closes its own end does not keep its place', async () => {
    const { listener } = await aDesk({ handshakeMs: 100, lingerMs: 50, halfOpen: 1 });
    const stubborn = connectTcp({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
    stubborn.on('error', () => undefined).resume();
    closers.push(() => stubborn.destroy());
    await once(stubborn, 'end');
    const isGreeted = () =>
      greeted(listener).then(
        () => true,
        () => false,
      );
    await expect.poll(isGreeted, { timeout: 3000 }).toBe(true);
  });

  test('a handshake of more bytes than the limit is cut, though all of it is in order', async () => {
    const { listener, told } = await aDesk({ handshakeBytes: 600 });
    const { key, certificate: cert } = alice;
    const socket = connectTls({ port: listener.port, host: '127.0.0.1', ca: ca.certificate, key, cert });
    socket.on('error', () => socket.destroy());
    await gone(socket.resume());
    const [run] = await runs(told, 1);
    expect(run).toMatchObject({ outcome: 'incomplete', reason: 'The handshake was too long.' });
  });

  test('plain HTTP is told as what it is', async () => {
    const { listener, told } = await aDesk({ lingerMs: 50 });
    const socket = aStranger(listener);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await gone(socket);
    const [run] = await runs(told, 1);
    expect(run).toMatchObject({ outcome: 'incomplete', reason: 'The client did not speak TLS.', subject: null });
  });

  test('half-open connections are limited, and a good client is greeted beside them', async () => {
    const { listener } = await aDesk({ halfOpen: 20 });
    const strangers = Array.from({ length: 19 }, () => aStranger(listener));
    await Promise.all(strangers.map((stranger) => once(stranger, 'connect')));
    await greeted(listener);
    const more = [aStranger(listener), aStranger(listener)];
    await Promise.race(more.map((stranger) => gone(stranger)));
    expect(strangers.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  test('of a long connection the beginning is kept, and no end is called silent that was not seen', async () => {
    const { listener, told } = await aDesk();
    const socket = await greeted(listener);
    socket.end(Buffer.alloc(200 * 1024, 'x'));
    const [first, last] = await runs(told, 2);
    expect(last?.bars.length).toBeGreaterThan(first?.bars.length ?? 0);
    expect(last).toMatchObject({ outcome: 'accepted', silentEnd: null });
  });

  test.skipIf(!hasProgram('python3'))(
    'Python’s ssl is greeted, and reads nothing with a certificate of another CA',
    async () => {
      const { listener } = await aDesk();
      expect(await python(listener.port, 'alice')).toContain('"type":"hello"');
      expect(await python(listener.port, 'mallory')).not.toContain('hello');
    },
  );

  test('750 strangers that say nothing do not keep a good client waiting', async () => {
    const { listener } = await aDesk();
    const strangers = Array.from({ length: 750 }, () => aStranger(listener));
    await Promise.all(strangers.map((stranger) => once(stranger, 'connect')));
    const started = performance.now();
    await greeted(listener);
    expect(performance.now() - started).toBeLessThan(4000);
    expect(strangers.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  test('connections with one certificate are limited', async () => {
    const { listener, told } = await aDesk({ connectionsPerCertificate: 2 });
    const first = await greeted(listener);
    await greeted(listener);
    const { key, certificate: cert } = alice;
    const third = connectTls({ port: listener.port, host: '127.0.0.1', ca: ca.certificate, key, cert });
    let heard = 0;
    third.on('data', (bytes: Buffer) => (heard += bytes.length));
    await gone(third);
    expect(heard).toBe(0);
    const all = await runs(told, 3);
    expect(all.at(-1)?.reason).toBe('Too many connections with this certificate are open.');
    first.end();
    await runs(told, 4);
    await greeted(listener);
  });

  test('all connections of one certificate can be ended at once', async () => {
    const { listener } = await aDesk();
    const socket = await greeted(listener);
    const bob = await greeted(listener, issuedBy(ca, { subject: '/CN=bob', for: 'client' }));
    const ended = gone(socket.resume());
    listener.disconnect(socket.getX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase() ?? '');
    await ended;
    expect(bob.destroyed).toBe(false);
  });

  test('the server checks itself, and says why when it fails', async () => {
    const { listener, told } = await aDesk();
    const as = (who: Made, trust = ca) => ({
      host: '127.0.0.1',
      port: listener.port,
      certificate: who.certificate,
      privateKey: new Secret(who.key),
      trust: [trust.certificate],
    });
    expect(await selfCheck(as(alice))).toMatchObject({ kind: 'greeted', line: expect.stringContaining('hello') });
    await runs(told, 2);
    const why = async (...args: Parameters<typeof as>) => selfCheck({ ...as(...args), deadlineMs: 2000 });
    expect(await why(mallory)).toEqual({ kind: 'failed', text: 'The server has closed the connection.' });
    expect(await why(alice, mallory)).toMatchObject({ text: expect.stringContaining('not among the trust anchors') });
    expect(await why({ ...alice, key: mallory.key })).toMatchObject({
      text: expect.stringContaining('does not belong'),
    });
    await listener.close();
    expect(await why(alice)).toMatchObject({ kind: 'failed' });
  });

  test('a port in use and unusable certificates are errors of the start', async () => {
    const { listener } = await aDesk();
    const options = {
      host: '127.0.0.1',
      privateKey: new Secret(desk.key),
      serve: () => undefined,
      now: Date.now,
    };
    const material = { certificate: desk.certificate, trust: [ca.certificate], crls: [] };
    await expect(openDeskListener({ ...options, port: listener.port, material })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(
      openDeskListener({ ...options, port: 0, material: { ...material, certificate: alice.certificate } }),
    ).rejects.toThrow(/The desk cannot use its certificates/);
  });

  async function python(port: number, who: string): Promise<string> {
    const script = `
import socket, ssl, sys
context = ssl.create_default_context(cafile='ca.crt')
context.load_cert_chain(sys.argv[2] + '.crt', sys.argv[2] + '.key')
with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as plain:
    with context.wrap_socket(plain, server_hostname='localhost') as tls:
        print(tls.recv(4096).decode())
`;
    const child = spawn('python3', ['-c', script, String(port), who], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    child.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString()));
    await once(child, 'close');
    return printed;
  }

  /** What openssl's client prints until the connection ends or the greeting is there. */
  async function sClient(port: number, who: string): Promise<string> {
    const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-cert', `${who}.crt`, '-key', `${who}.key`];
    const child = spawn('openssl', [...args, '-CAfile', 'ca.crt', '-verify_return_error', '-quiet', '-no_ign_eof'], {
      cwd: folder,
    });
    let printed = '';
    child.stdout.on('data', (bytes: Buffer) => {
      printed += bytes.toString();
      if (printed.includes('hello')) child.stdin.end();
    });
    await once(child, 'close');
    return printed;
  }
});
