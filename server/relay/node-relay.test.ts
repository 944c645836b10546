import { connect as connectTcp, type Socket } from 'node:net';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/core/bytes/secret.ts';
import { relayPort } from '../../tests/session/relay-port.ts';
import { anAuthority, issuedBy, selfSigned, type Made } from '../../tests/session/openssl-pki.ts';
import { hasProgram } from '../../tests/programs.ts';
import type { ClientReport } from '../../src/core/bridge/messages.ts';
import { prepareNodeClient, type NodeClient } from './node-client.ts';
import { openNodeRelay } from './node-relay.ts';
import type { RelayMaterial, RelayReport } from './relay.ts';

describe.skipIf(!hasProgram('openssl'))('relay and client of Node', () => {
  const ca = anAuthority();
  const foreign = anAuthority('/O=Order Desk/CN=Desk Root CA');
  const desk = issuedBy(ca, { subject: '/CN=desk', for: 'server', names: 'DNS:localhost,IP:127.0.0.1' });
  const alice = issuedBy(ca, { subject: '/O=Order Desk/CN=alice', for: 'client' });

  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** A relay that greets whom it accepts; `said` is what it reports, short. */
  async function aRelay(material: Partial<RelayMaterial> | null = {}, handshakeMs = 60_000) {
    const reports: RelayReport[] = [];
    const relay = openNodeRelay({ identity: { privateKey: new Secret(desk.key) }, handshakeMs });
    const { port, close } = await relayPort(relay, () => ({
      report: (report) => void reports.push(report),
      plaintext: (stream) => {
        stream.write('hello\n');
        stream.resume();
      },
    }));
    closers.push(() => relay.close().then(close));
    const loaded =
      material && relay.load({ certificate: desk.certificate, trust: [ca.certificate], crls: [], ...material });
    return { relay, port, reports, loaded, said: () => reports.filter(({ kind }) => kind !== 'key-log').map(short) };
  }

  const short = (report: RelayReport | ClientReport) => [report.kind, detail(report)].filter(Boolean).join(' ');
  const detail = (report: RelayReport | ClientReport) => {
    if ('code' in report) return report.code;
    if ('peer' in report) return report.peer.subject;
    return 'line' in report ? report.line : null;
  };

  /** Connects and waits for the connection's end; a client that hears a line hangs up. */
  async function dial(
    port: number,
    who: Made | null,
    change: { version?: '1.2' | '1.3'; name?: string; trust?: string[] } = {},
  ) {
    const reports: ClientReport[] = [];
    const ready = prepareNodeClient({
      version: change.version ?? '1.3',
      serverName: change.name ?? 'localhost',
      trust: change.trust ?? [ca.certificate],
      certificate: who?.certificate ?? null,
      privateKey: who ? new Secret(who.key) : null,
    });
    if (ready.kind === 'refused') throw new Error(ready.text);
    const socket = connectTcp(port, '127.0.0.1');
    await once(socket, 'connect');
    let client: NodeClient | null = null;
    await new Promise<void>((resolve) => {
      client = ready.start(socket, (report) => {
        reports.push(report);
        if (report.kind === 'line') client?.hangUp();
        if (['refuses', 'told', 'fault', 'ended'].includes(report.kind)) resolve();
      });
    });
    return reports.filter(({ kind }) => kind !== 'key-log').map(short);
  }

  /** A client of another make: plain `tls.connect`, as permissive as it comes. */
  const outsider = ({ key, certificate: cert }: Made) => ({ host: '127.0.0.1', ca: ca.certificate, key, cert });

  const end = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

  test.each(['1.3', '1.2'] as const)('TLS %s: both trust each other, and the client is greeted', async (version) => {
    const { port, reports, said } = await aRelay();
    expect(await dial(port, alice, { version })).toEqual(['trusts CN=desk', 'line hello', 'ended']);
    expect(said()[0]).toBe('accepted CN=alice,O=Order Desk');
    expect(reports.find(({ kind }) => kind === 'accepted')).toMatchObject({ version: `TLSv${version}` });
    const labels = reports.flatMap((report) => (report.kind === 'key-log' ? [report.line.split(' ')[0]] : []));
    expect(labels).toContain(version === '1.3' ? 'CLIENT_TRAFFIC_SECRET_0' : 'CLIENT_RANDOM');
  });

  test.each([
    ['a self-signed certificate', selfSigned('/CN=alice'), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'one of another authority',
      issuedBy(foreign, { subject: '/CN=alice', for: 'client' }),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    ['one made for a server', issuedBy(ca, { subject: '/CN=alice', for: 'server' }), 'INVALID_PURPOSE'],
  ])('%s is refused: the reason is on the server, the client only sees an end', async (_, who, reason) => {
    const { port, said } = await aRelay();
    expect(await dial(port, who)).toEqual(['trusts CN=desk', 'ended']);
    expect(said()).toEqual([`refused ${reason}`]);
    expect(await dial(port, who, { version: '1.2' })).toEqual(['ended ECONNRESET']);
    expect(said()[1]).toBe(`refused ${reason}`);
  });

  test('without a certificate the client is told: 116 in TLS 1.3, 40 in TLS 1.2', async () => {
    const { port, said } = await aRelay();
    expect(await dial(port, null)).toEqual(['trusts CN=desk', 'told ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED']);
    expect(await dial(port, null, { version: '1.2' })).toEqual(['told ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE']);
    const noticed = 'refused ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
    expect(said()).toEqual([noticed, noticed]);
  });

  test('a relay without trust anchors accepts nobody, and a client without them trusts nobody', async () => {
    const { port, said } = await aRelay({ trust: [] });
    expect(await dial(port, alice)).toEqual(['trusts CN=desk', 'ended']);
    expect(said()[0]).toMatch(/^refused (UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/);
    const other = await aRelay();
    expect(await dial(other.port, alice, { trust: [] })).toEqual(['refuses SELF_SIGNED_CERT_IN_CHAIN']);
  });

  test('a client that trusts another authority refuses the desk, whose name is the same', async () => {
    const { port } = await aRelay();
    const said = await dial(port, alice, { trust: [foreign.certificate] });
    expect(said).toEqual(['refuses SELF_SIGNED_CERT_IN_CHAIN']); // OpenSSL sends the root along
  });

  test.each([
    ['other.example', ['refuses ERR_TLS_CERT_ALTNAME_INVALID']],
    ['', ['refuses ERR_TLS_CERT_ALTNAME_INVALID']],
    ['127.0.0.1', ['trusts CN=desk', 'line hello', 'ended']],
  ])('the desk must be certified for the name %j', async (name, said) => {
    const { port } = await aRelay();
    expect(await dial(port, alice, { name })).toEqual(said);
  });

  test('a relay that has loaded nothing fails every handshake', async () => {
    const { port } = await aRelay(null);
    expect((await dial(port, alice))[0]).toMatch(/^told /);
  });

  test('what was loaded is told by fingerprint, and a bad load leaves the good one in place', async () => {
    const { relay, port, loaded } = await aRelay();
    expect(loaded).toMatchObject({ kind: 'loaded', trust: [expect.stringMatching(/^[0-9a-f]{64}$/)] });
    const load = (change: Partial<RelayMaterial>) =>
      relay.load({ certificate: desk.certificate, trust: [ca.certificate], crls: [], ...change });
    expect(load({ certificate: 'nonsense' })).toMatchObject({ kind: 'refused', code: 'bad-certificate' });
    expect(load({ certificate: alice.certificate })).toMatchObject({ kind: 'refused', code: 'key-mismatch' });
    expect(load({ trust: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'] })).toMatchObject({
      kind: 'refused',
      code: 'bad-certificate',
    });
    expect(load({ crls: ['nonsense'] })).toMatchObject({ kind: 'refused', code: 'bad-certificate' });
    expect(await dial(port, alice)).toContain('line hello');
  });

  test('weak material is refused in words before anything is dialled', () => {
    const small = issuedBy(ca, { subject: '/CN=alice', newKey: ['rsa:1024'] });
    const sha1 = issuedBy(ca, { subject: '/CN=alice', digest: 'sha1' });
    const wrong = {
      key: issuedBy(ca, { subject: '/CN=bob', newKey: ['ed25519'] }).key,
      certificate: alice.certificate,
    };
    const codes = [small, sha1, wrong].map((who) => {
      const ready = prepareNodeClient({
        version: '1.3',
        serverName: 'localhost',
        trust: [],
        certificate: who.certificate,
        privateKey: new Secret(who.key),
      });
      return ready.kind === 'refused' ? ready.code : ready.kind;
    });
    expect(codes).toEqual(['weak-key', 'weak-key', 'key-mismatch']);
  });

  test('a revoked or exchanged trust counts from the next connection on, without resumption', async () => {
    const { relay, port, said } = await aRelay();
    await dial(port, alice);
    relay.load({ certificate: desk.certificate, trust: [foreign.certificate], crls: [] });
    expect(await dial(port, alice)).toEqual(['trusts CN=desk', 'ended']);
    expect(said().at(-1)).toBe('refused SELF_SIGNED_CERT_IN_CHAIN'); // alice's client sends her root along
  });

  test('what is loaded already is not judged again, and counts again after something else', async () => {
    const { relay, port, loaded } = await aRelay();
    const load = (trust: Made) => relay.load({ certificate: desk.certificate, trust: [trust.certificate], crls: [] });
    expect(load(ca)).toBe(loaded);
    expect(load(foreign)).toMatchObject({ kind: 'loaded' });
    expect(await dial(port, alice)).not.toContain('line hello');
    expect(load(ca)).toEqual(loaded);
    expect(await dial(port, alice)).toContain('line hello');
    const certificate = issuedBy(ca, { subject: '/CN=other', for: 'server', names: 'DNS:localhost' });
    const other = { certificate: certificate.certificate, trust: [ca.certificate], crls: [] };
    expect(relay.load(other)).toMatchObject({ kind: 'refused', code: 'key-mismatch' });
    expect(relay.load({ ...other, privateKey: new Secret(certificate.key) })).toMatchObject({ kind: 'loaded' });
    expect(relay.load(other)).toMatchObject({ kind: 'refused', code: 'key-mismatch' });
  });

  test.each(['TLSv1.3', 'TLSv1.2'] as const)('%s: a session that a client kept is not resumed', async (version) => {
    const { port } = await aRelay();
    const options = { ...outsider(alice), port: port, minVersion: version, maxVersion: version };
    const first = connectTls(options).on('error', () => undefined); // the relay ends before its goodbye is read
    const kept = await new Promise<Buffer>((resolve) => first.on('session', resolve).resume());
    first.end();
    const second = connectTls({ ...options, session: kept }).on('error', () => undefined);
    await once(second, 'data');
    expect(second.isSessionReused()).toBe(false);
    second.end();
  });

  test.each([
    ['a suite without forward secrecy', { ciphers: 'AES256-GCM-SHA384', maxVersion: 'TLSv1.2' }, /handshake failure/],
    [
      'a suite without AEAD',
      { ciphers: 'ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA', maxVersion: 'TLSv1.2' },
      /handshake failure/,
    ],
    ['TLS 1.1', { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }, /protocol version/],
  ] as const)('%s is not spoken', async (_, offer, refusal) => {
    const { port, said } = await aRelay();
    const socket = connectTls({ ...outsider(alice), port: port, ...offer });
    await expect(once(socket, 'secureConnect')).rejects.toThrow(refusal);
    expect(said()).toEqual([expect.stringMatching(/^fault ERR_SSL_(NO_SHARED_CIPHER|UNSUPPORTED_PROTOCOL)$/)]);
  });

  test('an RSA key of 1024 bits is too weak for the relay, though Node itself would take it', async () => {
    const { port, said } = await aRelay();
    const small = issuedBy(ca, { subject: '/CN=alice', for: 'client', newKey: ['rsa:1024'] });
    const socket = connectTls({ ...outsider(small), port: port, ciphers: 'DEFAULT:@SECLEVEL=0' });
    await end(socket.on('error', () => undefined).resume());
    expect(said()).toEqual(['refused UNSPECIFIED']);
  });

  test('a handshake that takes too long is cut and does not complete later', async () => {
    const { port, said } = await aRelay({}, 50);
    const socket = connectTcp(port, '127.0.0.1');
    socket.resume();
    await end(socket);
    expect(said()).toEqual(['ended ERR_TLS_HANDSHAKE_TIMEOUT']);
  });

  test('bytes that are not TLS are a fault that the relay noticed', async () => {
    const { port, said } = await aRelay();
    const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    socket.resume();
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await end(socket);
    expect(said()).toEqual(['fault ERR_SSL_HTTP_REQUEST']);
  });

  test('a connection that is cut before it says anything is only ended', async () => {
    const { port, said, reports } = await aRelay();
    const socket = connectTcp(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await expect.poll(() => reports.length).toBe(1);
    expect(said()[0]).toMatch(/^ended/);
  });

  test('who comes again is recognised, and nobody is taken for another', async () => {
    const { port, reports } = await aRelay();
    const bob = issuedBy(ca, { subject: '/CN=bob', for: 'client' });
    for (const who of [alice, bob, alice, bob]) await dial(port, who);
    const peers = reports.flatMap((report) => (report.kind === 'accepted' ? [report.peer] : []));
    expect(peers.slice(0, 2).map(({ subject }) => subject)).toEqual(['CN=alice,O=Order Desk', 'CN=bob']);
    expect(peers.slice(2)).toEqual(peers.slice(0, 2));
  });

  test('one client can be cut off by its fingerprint, live', async () => {
    const { relay, port, reports } = await aRelay();
    const bob = issuedBy(ca, { subject: '/CN=bob', for: 'client' });
    const ready = prepareNodeClient({
      version: '1.3',
      serverName: 'localhost',
      trust: [ca.certificate],
      certificate: bob.certificate,
      privateKey: new Secret(bob.key),
    });
    if (ready.kind === 'refused') throw new Error(ready.text);
    const ended = new Promise<void>((resolve) => {
      ready.start(connectTcp(port, '127.0.0.1'), (report) => {
        if (report.kind === 'ended') resolve();
        const accepted = reports.find(({ kind }) => kind === 'accepted');
        if (report.kind === 'line' && accepted?.kind === 'accepted') relay.disconnect(accepted.peer.sha256);
      });
    });
    await ended;
  });

  test('closing twice is harmless and ends what is open', async () => {
    const { relay, port } = await aRelay();
    const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.resume();
    await Promise.all([relay.close(), relay.close(), end(socket)]);
  });
});
