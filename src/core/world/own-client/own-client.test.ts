/** The client over a made-up bridge, against Node's TLS server on a socket. */
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Answer, ClientReport } from '../../bridge/messages.ts';
import type { Fact } from '../../bridge/run.ts';
import { fromPem } from '../../bytes/pem.ts';
import { Secret } from '../../bytes/secret.ts';
import * as pki from '../../pki/pki.ts';
import type { BridgePort, Pki, Ports } from '../ports.ts';
import { KeptTickets } from './kept-tickets.ts';
import { OwnClient, type OwnClientOptions } from './own-client.ts';

const RUN = 7;
const later = Object.fromEntries(
  Object.entries(pki as Record<string, (...args: never[]) => unknown>).map(([name, call]) => [
    name,
    (...args: never[]) => Promise.resolve(call(...args)),
  ]),
) as Pki;

let ca: string;
let alice: { certificate: string; privateKey: string };
let server: Server;
const accepted: TLSSocket[] = [];
const failed: (string | undefined)[] = [];

beforeAll(async () => {
  const value = <V>(result: { ok: true; value: V } | { ok: false }): V => {
    if (!result.ok) throw new Error('not made');
    return result.value;
  };
  const now = Date.now();
  const [root, desk, own] = await Promise.all([pki.generateKey(), pki.generateKey(), pki.generateKey()]);
  ca = value(pki.createAuthority({ privateKey: root.privateKey, subject: 'CN=CA', now }));
  const issued = (key: string, subject: string, purpose: 'client' | 'server') => {
    const request = value(pki.createRequest({ privateKey: key, subject }));
    const issuer = { certificate: ca, privateKey: root.privateKey };
    return value(pki.issueCertificate({ request, issuer, for: purpose, names: ['localhost'], now }));
  };
  alice = { certificate: issued(own.privateKey, 'O=Order Desk, CN=alice', 'client'), privateKey: own.privateKey };
  server = createServer(
    {
      ...{ key: desk.privateKey, cert: issued(desk.privateKey, 'CN=desk', 'server'), ca, minVersion: 'TLSv1.3' },
      ...{ requestCert: true, rejectUnauthorized: true },
    },
    (socket) => {
      accepted.push(socket);
      socket.on('error', () => socket.destroy());
      socket.write('good day\n');
      socket.on('data', (data: Buffer) => socket.write(`you said ${data.toString()}`));
    },
  );
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    failed.push(error.code);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());
beforeEach(() => {
  accepted.splice(0);
  failed.splice(0);
});

/** A bridge whose tap is a plain socket. */
class SocketBridge implements BridgePort {
  readonly reports: ClientReport[] = [];
  readonly sent: Uint8Array[] = [];
  hungUp = 0;
  isGone = false;
  #tell: (fact: Fact) => void = () => undefined;
  readonly #socket: Socket;
  #index = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('data', (sent: Buffer) => {
      const record = { seq: 1, run: RUN, index: this.#index++, sentAt: 0, at: 0, delivered: null };
      this.#tell({ ...record, from: 'server', sent: Uint8Array.from(sent) });
    });
    socket.on('end', () => this.close('server'));
  }

  ask(request: Parameters<BridgePort['ask']>[0]): Promise<Answer> {
    if (this.isGone) return Promise.reject(new Error('The local server is not answering.'));
    if (request.type === 'report') this.reports.push(...request.reports);
    if (request.type === 'hang-up') {
      this.hungUp += 1;
      this.#socket.end();
    }
    return Promise.resolve({ type: 'done', re: 1 });
  }

  send(_run: number, bytes: Uint8Array): Promise<void> {
    if (this.isGone) return Promise.reject(new Error('The local server is not answering.'));
    this.sent.push(bytes);
    this.#socket.write(bytes);
    return Promise.resolve();
  }

  onFact(listener: (fact: Fact) => void): () => void {
    this.#tell = listener;
    return () => (this.#tell = () => undefined);
  }

  close(from: 'client' | 'server'): void {
    this.#tell({ type: 'closed', seq: 1, run: RUN, at: 0, from, how: 'FIN' });
  }

  /** The server counts its runs anew. */
  restart(): void {
    const run = { label: 'good', version: '1.3', client: 'page', engine: 'node', serverName: 'localhost' } as const;
    this.#tell({ type: 'run', seq: 1, run: RUN, startedAt: 0, ...run });
  }

  kinds(): string[] {
    return this.reports.map(({ kind }) => kind).filter((kind) => kind !== 'key-log');
  }
}

const identity = (): NonNullable<OwnClientOptions['identity']> => {
  const pem = fromPem(alice.certificate);
  const chain = pem.ok ? pem.value.map(({ der }) => der) : [];
  return { chain, schemes: [0x0804], privateKey: new Secret(alice.privateKey) };
};

async function started(change: Partial<OwnClientOptions> = {}, pkiChange: Partial<Pki> = {}) {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const bridge = new SocketBridge(socket);
  const ports: Ports = {
    ...{ pki: { ...later, ...pkiChange }, bridge, clients: new Map(), tickets: new KeptTickets(), now: Date.now },
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    wait: () => Promise.resolve(),
  };
  const client = new OwnClient(
    { run: RUN, serverName: 'localhost', trust: [ca], identity: identity(), ...change },
    ports,
  );
  client.start();
  return { client, bridge };
}

test('shakes hands, hears and says lines, says goodbye; the key was asked for one signature and went nowhere', async () => {
  const { client, bridge } = await started();
  await expect.poll(() => bridge.kinds()).toEqual(['trusts', 'line']);
  expect(bridge.reports.find(({ kind }) => kind === 'trusts')).toMatchObject({
    peer: {
      subject: 'CN=desk',
      serial: expect.stringMatching(/^[0-9a-f]+$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
  expect(client.say('one tea')).toBe(true);
  await expect.poll(() => bridge.reports.at(-1)).toEqual({ kind: 'line', line: 'you said one tea' });
  client.hangUp();
  client.hangUp();
  expect(client.isOver).toBe(true);
  expect(client.say('late')).toBe(false);
  expect(bridge.kinds().at(-1)).toBe('ended');
  expect(bridge.hungUp).toBe(1);
  const [, secret = ''] = alice.privateKey.split('\n'); // the first line of its base64
  const der = Buffer.from(secret, 'base64').subarray(-8);
  const left = Buffer.concat([...bridge.sent, Buffer.from(JSON.stringify(bridge.reports))]);
  expect([left.includes(secret), left.includes(der)]).toEqual([false, false]);
});

test('its key log is told before the bytes that it opens', async () => {
  const { bridge } = await started();
  await expect.poll(() => bridge.kinds()).toContain('trusts');
  const labels = bridge.reports.flatMap((report) => (report.kind === 'key-log' ? [report.line.split(' ')[0]] : []));
  expect(labels).toEqual([
    'ECDHE_SECRET',
    'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
    'SERVER_HANDSHAKE_TRAFFIC_SECRET',
    'CLIENT_TRAFFIC_SECRET_0',
    'SERVER_TRAFFIC_SECRET_0',
    'EXPORTER_SECRET',
  ]);
});

test('refuses a server that no anchor vouches for: with an alert, its reason, and the end', async () => {
  const { client, bridge } = await started({ trust: [] });
  await expect.poll(() => client.isOver).toBe(true);
  expect(bridge.reports.at(-1)).toMatchObject({ kind: 'refuses', code: 'unknown_ca', peer: { subject: 'CN=desk' } });
  expect(bridge.hungUp).toBe(1);
});

test('tells the alert that the server has sent', async () => {
  const { client, bridge } = await started({ identity: null });
  await expect.poll(() => client.isOver).toBe(true);
  expect(bridge.kinds()).toEqual(['trusts', 'told']);
  expect(bridge.reports.at(-1)).toMatchObject({ code: 'certificate_required' });
});

test('when the server closes without a goodbye it says so, and closes too', async () => {
  const { client, bridge } = await started();
  await expect.poll(() => bridge.kinds()).toContain('line');
  bridge.close('server');
  expect(client.isOver).toBe(true);
  expect(bridge.reports.at(-1)).toEqual({ kind: 'ended', code: null, text: 'The server closed without a goodbye.' });
  expect(bridge.hungUp).toBe(1);
});

test('a server that was started anew counts another run under its number: the client leaves it alone', async () => {
  const { client, bridge } = await started();
  await expect.poll(() => bridge.kinds()).toContain('line');
  const said = bridge.reports.length;
  bridge.restart();
  expect(client.isOver).toBe(true);
  expect([bridge.reports.length, bridge.hungUp]).toEqual([said, 0]);
});

test('a bridge that is gone is the end of the connection', async () => {
  const { client, bridge } = await started();
  await expect.poll(() => bridge.kinds()).toContain('line');
  bridge.isGone = true;
  client.say('is anybody there?');
  await expect.poll(() => client.isOver).toBe(true);
});

test('when its own judge fails it sends internal_error, and does not blame the server’s certificate', async () => {
  const explain: Pki['explain'] = () => Promise.reject(new Error('The key workshop of this page stopped.'));
  const { client, bridge } = await started({}, { explain });
  await expect.poll(() => client.isOver).toBe(true);
  expect(bridge.reports.at(-1)).toMatchObject({
    ...{ kind: 'fault', code: 'internal_error' },
    text: 'The key workshop of this page stopped.',
  });
});

test('when the server says goodbye it says the same before it leaves', async () => {
  const { client, bridge } = await started();
  await expect.poll(() => bridge.kinds()).toContain('line');
  const records = bridge.sent.length;
  for (const socket of accepted) socket.end();
  await expect.poll(() => client.isOver).toBe(true);
  expect(bridge.reports.at(-1)).toEqual({ kind: 'ended', code: null, text: 'The server has said goodbye.' });
  // close_notify: two bytes and their type, sealed with 16 more
  expect(bridge.sent.slice(records).map((bytes) => bytes.length)).toEqual([5 + 2 + 1 + 16]);
});

test('when its key cannot sign it ends with internal_error, and says why', async () => {
  const signHandshake: Pki['signHandshake'] = () => Promise.reject(new Error('You cancelled it. Nothing was kept.'));
  const { client, bridge } = await started({}, { signHandshake });
  await expect.poll(() => client.isOver).toBe(true);
  expect(bridge.reports.at(-1)).toMatchObject({
    ...{ kind: 'fault', code: 'internal_error' },
    text: 'You cancelled it. Nothing was kept.',
  });
  await expect.poll(() => failed).toEqual(['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR']);
  expect(accepted).toEqual([]);
});
