/** The engine with Node's client at the other end: what the client is told, what the server says, what is on the wire. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClientReport } from '../../src/core/bridge/messages.ts';
import { Secret } from '../../src/core/bytes/secret.ts';
import { hasProgram } from '../../tests/programs.ts';
import { relayPort } from '../../tests/session/relay-port.ts';
import { anAuthority, issuedBy, selfSigned, type Made } from '../../tests/session/openssl-pki.ts';
import { prepareNodeClient } from './node-client.ts';
import { openOpensslRelay } from './openssl-relay.ts';
import { saidBy } from './openssl-words.ts';
import type { RelayMaterial, RelayReport } from './relay.ts';

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('trustwalk-relay-'));

describe.skipIf(!hasProgram('openssl'))('openssl s_server as the relay', () => {
  const ca = anAuthority();
  const foreign = anAuthority('/O=Elsewhere/CN=Elsewhere CA');
  const desk = issuedBy(ca, { subject: '/CN=desk', for: 'server', names: 'DNS:localhost,IP:127.0.0.1' });
  const alice = issuedBy(ca, { subject: '/O=Order Desk/CN=alice', for: 'client' });
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function aRelay(material: Partial<RelayMaterial> | null = {}) {
    const reports: RelayReport[] = [];
    const relay = await openOpensslRelay({ openssl: 'openssl', identity: { privateKey: new Secret(desk.key) } });
    const { port, close } = await relayPort(relay, () => ({
      report: (report) => void reports.push(report),
      plaintext: (stream) => {
        stream.on('error', () => stream.destroy());
        stream.write('Quiet words: R, P and q are no commands\n');
        stream.on('data', (bytes: Buffer) => stream.write(bytes));
      },
    }));
    closers.push(() => relay.close().then(close));
    if (material) relay.load({ certificate: desk.certificate, trust: [ca.certificate], crls: [], ...material });
    return { relay, port, reports, said: () => reports.filter(({ kind }) => kind !== 'key-log').map(short) };
  }

  const short = (report: RelayReport | ClientReport): string => {
    if ('code' in report) return `${report.kind} ${report.code ?? '-'}`;
    if ('peer' in report) return `${report.kind} ${report.peer.subject}`;
    return 'line' in report ? `${report.kind} ${report.line}` : report.kind;
  };

  /** Connects, says one line once greeted, hangs up when it comes back; resolves with what the client reported. */
  async function dial(port: number, who: Made | null, version: '1.2' | '1.3' = '1.3', trust = [ca.certificate]) {
    const reports: ClientReport[] = [];
    const ready = prepareNodeClient({
      ...{ version, serverName: 'localhost', trust, certificate: who?.certificate ?? null },
      privateKey: who ? new Secret(who.key) : null,
    });
    if (ready.kind === 'refused') throw new Error(ready.text);
    const socket = connectTcp(port, '127.0.0.1');
    await once(socket, 'connect');
    await new Promise<void>((resolve) => {
      const client = ready.start(socket, (report) => {
        reports.push(report);
        if (report.kind === 'line' && report.line !== 'Q') client.say('Q');
        else if (report.kind === 'line') client.hangUp();
        if (['refuses', 'told', 'fault', 'ended'].includes(report.kind)) resolve();
      });
    });
    return reports.filter(({ kind }) => kind !== 'key-log').map(short);
  }

  test.each(['1.3', '1.2'] as const)(
    'TLS %s: greets whom it accepts, names them, and logs every secret',
    async (version) => {
      const { port, reports, said } = await aRelay();
      expect(await dial(port, alice, version)).toEqual([
        'trusts CN=desk',
        'line Quiet words: R, P and q are no commands',
        'line Q',
        expect.stringMatching(/^ended/),
      ]);
      await expect.poll(said).toEqual(['accepted CN=alice,O=Order Desk', 'ended -']);
      expect(reports.find(({ kind }) => kind === 'accepted')).toMatchObject({ version: `TLS ${version}` });
      const labels = reports.flatMap((report) => (report.kind === 'key-log' ? [report.line.split(' ')[0]] : []));
      expect(labels.sort()).toEqual(
        version === '1.2'
          ? ['CLIENT_RANDOM']
          : [
              ...['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'CLIENT_TRAFFIC_SECRET_0', 'EXPORTER_SECRET'],
              ...['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0'],
            ],
      );
    },
  );

  /** Alerts of OpenSSL 3.0.19. */
  test.each<[string, () => Made | null, string, string]>([
    ['no certificate', () => null, 'told ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'refused error:0A0000C7'],
    [
      'of another CA',
      () => issuedBy(foreign, { subject: '/CN=x' }),
      'told ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'refused verify error:num=20',
    ],
    ['self-signed', () => selfSigned('/CN=x'), 'told ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'refused verify error:num=18'],
    ['for servers only', () => desk, 'told ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'refused verify error:num=26'],
  ])('a client with a certificate: %s, is told by an alert', async (_what, who, told, refused) => {
    const { port, said } = await aRelay();
    expect((await dial(port, who())).at(-1)).toBe(told);
    await expect.poll(said).toEqual([refused]);
  });

  test('a client that refuses the server is heard: its alert is told', async () => {
    const { port, said } = await aRelay();
    const nobody = ['-verify', '5', '-verify_return_error', '-no-CAfile', '-no-CApath', '-no-CAstore'];
    const args = ['s_client', '-connect', `127.0.0.1:${port}`, ...nobody];
    const child = spawn('openssl', args, { stdio: 'ignore' });
    await once(child, 'close');
    await expect.poll(said).toEqual(['told SSL alert number 48']);
  });

  test('an empty list of anchors believes nobody, also where the system has some', async () => {
    const { port, said } = await aRelay({ trust: [] });
    expect((await dial(port, alice)).at(-1)).toBe('told ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
    await expect.poll(said).toEqual(['refused verify error:num=19']); // Node's client sends its root along
  });

  test('several connections at one time have a process each', async () => {
    const { port, said } = await aRelay();
    const all = await Promise.all([dial(port, alice), dial(port, null), dial(port, alice)]);
    expect(all.map((reports) => reports.length > 2)).toEqual([true, false, true]);
    await expect.poll(() => said().filter((word) => word.startsWith('accepted'))).toHaveLength(2);
  });

  test('a connection of a certificate is ended on demand; closing ends all, and no file is left', async () => {
    const before = folders();
    const { relay, port, reports } = await aRelay();
    const sockets = [1, 2].map(() => connectTcp(port, '127.0.0.1'));
    sockets.forEach((socket) => socket.on('error', () => socket.destroy()));
    const talk = dial(port, alice);
    await expect.poll(() => reports.some(({ kind }) => kind === 'accepted')).toBe(true);
    for (const report of reports) if (report.kind === 'accepted') relay.disconnect(report.peer.sha256);
    await talk;
    await Promise.all([relay.close(), relay.close(), ...sockets.map((socket) => once(socket, 'close'))]);
    expect(folders()).toEqual(before);
    const ours = ['-P', String(process.pid), '-f', 'accept 127.0.0.1.*trustwalk-relay'];
    await expect.poll(() => spawnSync('pgrep', ours).stdout?.toString() ?? '').toBe('');
  });

  test('without a certificate, or without the program, the connection is closed and it is said', async () => {
    const { port, said } = await aRelay(null);
    const socket = connectTcp(port, '127.0.0.1');
    socket.resume();
    await once(socket, 'close');
    expect(said()).toEqual(['ended -']);
    const reports: RelayReport[] = [];
    const absent = await openOpensslRelay({
      openssl: '/nowhere/openssl',
      identity: { privateKey: new Secret(desk.key) },
    });
    const door = await relayPort(absent, () => ({
      report: (report) => void reports.push(report),
      plaintext: () => undefined,
    }));
    closers.push(() => absent.close().then(door.close));
    absent.load({ certificate: desk.certificate, trust: [], crls: [] });
    const second = connectTcp(door.port, '127.0.0.1');
    second.resume();
    await once(second, 'close');
    expect(reports).toMatchObject([{ kind: 'ended', text: expect.stringContaining('did not start') }]);
  });
});

test.each([
  ['verify error:num=10:certificate has expired', 'refused', 'verify error:num=10'],
  [
    '4077436B827F0000:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../ssl/record/rec_layer_s3.c:1601:SSL alert number 48',
    'told',
    'SSL alert number 48',
  ],
  [
    '40E795801D7F0000:error:0A0000C7:SSL routines:tls_process_client_certificate:peer did not return a certificate:../ssl/statem/statem_srvr.c:3517:',
    'refused',
    'error:0A0000C7',
  ],
  [
    '40E795801D7F0000:error:0A000119:SSL routines:tls_get_more_records:decryption failed or bad record mac:../ssl/record/ssl3_record.c:677:',
    'fault',
    'error:0A000119',
  ],
])('%s: %s', (line, kind, code) => {
  expect(saidBy(line)).toMatchObject({ kind, code });
});

test.each([
  'depth=0 CN = x',
  'ERROR',
  'verify error:self-signed certificate',
  'Ciphersuite: TLS_AES_128_GCM_SHA256',
  '',
])('"%s" says nothing about the outcome', (line) => expect(saidBy(line)).toBeNull());
