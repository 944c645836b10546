import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Server, Socket, connect, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { keyLogOf, viewOf } from '../../src/core/bridge/run.ts';
import { decodeRecords } from '../../src/core/bridge/frames.ts';
import { encodeRecords } from '../bridge/encode-records.ts';
import { createLoopback } from '../../server/session/loopback.ts';
import { createDesk } from '../../server/desk/desk.ts';
import type { Sessions } from '../../server/session/session.ts';
import { openStore } from '../../server/store/sqlite-store.ts';
import { hasProgram } from '../programs.ts';
import { Learner, aPki, eventsOf, limits, said, sessionsFor, type Pki } from './learner.ts';
import { issuedBy, selfSigned } from './openssl-pki.ts';

describe.skipIf(!hasProgram('openssl'))('a learner’s session', () => {
  let pki: Pki;
  beforeAll(() => {
    pki = aPki();
  });
  const opened: Sessions[] = [];
  afterEach(async () => {
    for (const sessions of opened.splice(0)) await sessions.closeAll();
  });
  const someSessions = (...args: Parameters<typeof sessionsFor> extends [Pki, ...infer Rest] ? Rest : never) => {
    const sessions = sessionsFor(pki, ...args);
    opened.push(sessions);
    return sessions;
  };
  const aLearner = async (...args: Parameters<typeof someSessions>) => {
    const learner = new Learner(someSessions(...args).of('learner').session, pki);
    expect(await learner.configure()).toMatchObject({ type: 'relay-ready', trust: [expect.any(String)] });
    return learner;
  };

  test.each(['1.3', '1.2'] as const)(
    'TLS %s: two lamps, each lit by its own side, and the greeting is heard',
    async (version) => {
      const learner = await aLearner();
      const id = await learner.dial(pki.alice, { version });
      const run = await learner.until(id, ({ heard }) => heard.some(({ side }) => side === 'client'));
      expect(run.version).toBe(version);
      const trusts = run.events.filter(({ name }) => name === 'trusts-peer');
      expect(Object.fromEntries(trusts.map(({ side, peer }) => [side, peer?.subject]))).toEqual({
        client: 'CN=localhost,O=Order Desk',
        server: 'CN=alice,O=Order Desk',
      });
      expect(run.heard[0]).toMatchObject({ side: 'client', line: 'hello CN=alice,O=Order Desk' });

      expect(await learner.ask({ type: 'say', run: id, line: 'one tea' })).toMatchObject({ type: 'done' });
      const answered = await learner.until(id, ({ heard }) => heard.length === 3);
      expect(answered.heard.map(({ side, line }) => `${side} ${line}`).slice(1)).toEqual([
        'server one tea',
        'client one tea',
      ]);
      expect(keyLogOf(answered, 'client').split('\n')[0]).toMatch(
        version === '1.3' ? /^SERVER_HANDSHAKE/ : /^CLIENT_RANDOM/,
      );

      expect(await learner.ask({ type: 'hang-up', run: id })).toMatchObject({ type: 'done' });
      const over = await learner.until(id, ({ closes }) => closes.length === 2);
      expect(over.closes.map(({ from, how }) => `${from} ${how}`)).toEqual(['client FIN', 'server FIN']);
      expect(await learner.ask({ type: 'say', run: id, line: 'late' })).toMatchObject({ code: 'run-over' });
    },
  );

  test('behind the accepted connection is a real order desk with a book of its own', async () => {
    const openDesk = vi.fn(() =>
      createDesk({ passphrase: '1234567890123456', store: openStore(':memory:'), now: Date.now, random: randomBytes }),
    );
    const learner = await aLearner({ openDesk });
    const id = await learner.dial(pki.alice);
    const greeted = await learner.until(id, ({ heard }) => heard.length > 0);
    expect(JSON.parse(greeted.heard[0]?.line ?? '')).toMatchObject({ type: 'hello', subject: 'CN=alice,O=Order Desk' });
    await learner.ask({ type: 'say', run: id, line: 'no envelope' });
    const answered = await learner.until(id, ({ heard, closes }) => heard.length === 3 && closes.length === 2);
    expect(answered.heard[1]).toMatchObject({ side: 'server', line: 'no envelope' });
    expect(JSON.parse(answered.heard[2]?.line ?? '')).toMatchObject({ type: 'error' });
    await learner.until(await learner.dial(pki.alice), ({ heard }) => heard.length > 0);
    expect(openDesk).toHaveBeenCalledTimes(1);
  });

  test('every fact has the next number, and the records come first to last as they passed', async () => {
    const learner = await aLearner();
    const id = await learner.dial(pki.alice);
    const run = await learner.until(id, ({ heard }) => heard.length > 0);
    expect(learner.facts.map(({ seq }) => seq)).toEqual(learner.facts.map((_, index) => index + 1));
    expect(run.records.map(({ index }) => index)).toEqual(run.records.map((_, index) => index));
    expect(run.records[0]).toMatchObject({ from: 'client', delivered: null });
    expect(run.records[0]?.sent[0]).toBe(22);
    const ats = run.records.map(({ at }) => at);
    expect(ats).toEqual([...ats].sort((one, other) => one - other));
    expect(decodeRecords(encodeRecords(run.records))).toEqual({ kind: 'records', records: run.records });
    expect(learner.session.since(5)).toEqual(learner.facts.slice(5));
    expect(viewOf(run, 'client')).toHaveLength(run.records.length);
  });

  test.each([
    ['self-signed', () => selfSigned('/CN=alice'), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'foreign',
      () => issuedBy(pki.foreignCa, { subject: '/CN=alice', for: 'client' }),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
  ])('a %s certificate: a bare FIN, no alert, and a reason that only the server tells', async (_, make, reason) => {
    const learner = await aLearner();
    const id = await learner.dial(make());
    const run = await learner.until(id, (run) => run.closes.length === 2 && said(run, 'server', 'refuses-peer'));
    expect(eventsOf(run)).toContain(`server refuses-peer ${reason}`);
    expect(said(run, 'client', 'trusts-peer')).toBe(true);
    expect(said(run, 'client', 'told')).toBe(false);
    expect(said(run, 'server', 'trusts-peer')).toBe(false);
    expect(run.closes[0]).toMatchObject({ from: 'server', how: 'FIN' });
    // What the server sent after its first flight: nothing, so no alert either. Its flight ends before the client's.
    const firstOfClientFlight = run.records.findIndex(({ from, index }) => from === 'client' && index > 0);
    expect(run.records.slice(firstOfClientFlight).every(({ from }) => from === 'client')).toBe(true);
    expect(run.heard).toEqual([]);
  });

  test('TLS 1.2: a self-signed certificate is refused with a FIN before the server has finished', async () => {
    const learner = await aLearner();
    const id = await learner.dial(selfSigned('/CN=alice'), { version: '1.2' });
    const run = await learner.until(id, (run) => run.closes.length === 2 && said(run, 'server', 'refuses-peer'));
    expect(said(run, 'client', 'trusts-peer')).toBe(false);
    expect(run.closes[0]).toMatchObject({ from: 'server', how: 'FIN' });
    expect(run.records.some(({ sent }) => sent[0] === 21)).toBe(false);
  });

  test('without a certificate there is an alert: told to the client by name', async () => {
    const learner = await aLearner();
    const newer = await learner.dial(null);
    const run = await learner.until(newer, (run) => said(run, 'client', 'told') && said(run, 'server', 'refuses-peer'));
    expect(eventsOf(run)).toContain('client told ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
    const older = await learner.dial(null, { version: '1.2' });
    const clear = await learner.until(older, (run) => said(run, 'client', 'told'));
    const alert = clear.records.find(({ sent }) => sent[0] === 21);
    expect(alert).toMatchObject({ from: 'server', sent: Uint8Array.of(21, 3, 3, 0, 2, 2, 40) });
  });

  test('a client that trusts nothing refuses the desk; Node sends no alert', async () => {
    const learner = await aLearner();
    const id = await learner.dial(pki.alice, { trust: [] });
    const run = await learner.until(id, ({ closes }) => closes.length > 0);
    expect(eventsOf(run)[0]).toBe('client refuses-peer SELF_SIGNED_CERT_IN_CHAIN');
    expect(run.heard.some(({ side }) => side === 'client')).toBe(false);
  });

  test('an address is checked against the certificate, but not sent as a server name', async () => {
    const learner = await aLearner();
    const hello = async (serverName: string) => {
      const id = await learner.dial(pki.alice, { serverName });
      const run = await learner.until(id, ({ heard }) => heard.length > 0);
      return Buffer.from(run.records[0]?.sent ?? []).toString('latin1');
    };
    expect(await hello('localhost')).toContain('localhost');
    expect(await hello('127.0.0.1')).not.toContain('127.0.0.1');
  });

  test('what cannot be done is said in a sentence', async () => {
    const sessions = someSessions();
    const learner = new Learner(sessions.of('learner').session, pki);
    expect(await learner.tryDial(pki.alice)).toMatchObject({
      code: 'no-certificate',
      text: 'The desk has no certificate yet. Sign its request first.',
    });
    expect(await learner.configure({ certificate: pki.alice.certificate })).toMatchObject({ code: 'key-mismatch' });
    expect(await learner.configure({ trust: ['x'] })).toMatchObject({ code: 'bad-certificate' });
    await learner.configure();
    expect(await learner.tryDial({ ...pki.alice, key: pki.ca.key })).toMatchObject({ code: 'key-mismatch' });
    expect(await learner.tryDial(pki.alice, { serverName: 'a b' })).toMatchObject({ code: 'bad-message' });
    expect(await learner.ask({ type: 'say', run: 9, line: 'x' })).toMatchObject({ code: 'no-such-run' });
    expect(await learner.ask({ type: 'hang-up', run: 9 })).toMatchObject({ code: 'no-such-run' });
    expect(await learner.ask({ type: 'csr' })).toMatchObject({ type: 'csr', pem: pki.identity.csr });
    await learner.configure({ certificate: null });
    expect(await learner.tryDial(pki.alice)).toMatchObject({ code: 'no-certificate' });
  });

  test('so many connections and no more, also when they are dialled at once', async () => {
    const learner = await aLearner({ limits: limits({ connectionsPerSession: 2 }) });
    const answers = await Promise.all([1, 2, 3].map(() => learner.tryDial(pki.alice)));
    expect(answers.map(({ type }) => type).sort()).toEqual(['dialled', 'dialled', 'error']);
    expect(answers.find(({ type }) => type === 'error')).toMatchObject({ code: 'limit' });
    await learner.ask({ type: 'hang-up', run: 1 });
    await learner.until(1, ({ closes }) => closes.length === 2);
    await expect.poll(async () => (await learner.tryDial(pki.alice)).type).toBe('dialled');
  });

  test('the deadline ends a connection, and the tap is named for it', async () => {
    const learner = await aLearner({ limits: limits({ connectionMs: 300 }) });
    const id = await learner.dial(pki.alice);
    const run = await learner.until(id, ({ closes }) => closes.length === 2);
    expect(run.closes.map(({ how }) => how)).toEqual(['deadline', 'deadline']);
  });

  test('another program that finds the tap’s port is not let in and leaves no trace', async () => {
    const learner = await aLearner();
    const id = await learner.dial(pki.alice);
    await learner.until(id, ({ heard }) => heard.length > 0);
    const before = learner.facts.length;
    const ports = listeningPorts();
    expect(ports).toHaveLength(1); // by which all connections of this process with itself are made
    // From another loopback address, which Linux always has, even a port that the run itself uses can be had.
    const reusable = process.platform === 'linux' ? dialledPorts() : [];
    const taken = reusable.map((localPort) => ({ localAddress: '127.0.0.2', localPort }));
    const ends = ports.flatMap((port) => [{}, ...taken].map((from) => ({ port, ...from })));
    for (const end of ends) {
      const stranger = connect({ host: '127.0.0.1', ...end }).on('error', () => undefined);
      await once(stranger, 'connect');
      stranger.resume().write('GET / HTTP/1.1\r\n\r\n');
      await new Promise((resolve) => stranger.once('close', resolve));
    }
    for (const port of ports) {
      const { key, certificate: cert } = pki.alice; // a certificate that the relay would accept
      const stranger = connectTls({ host: '127.0.0.1', port, ca: pki.ca.certificate, key, cert });
      let heard = 0;
      stranger.on('data', (bytes: Buffer) => (heard += bytes.length)).on('error', () => undefined);
      await new Promise((resolve) => stranger.once('close', resolve));
      expect(heard).toBe(0);
    }
    expect(learner.facts.slice(before)).toEqual([]);
  });

  test('a session is kept for its learner, and made anew when it was forgotten', async () => {
    const sessions = someSessions({ limits: limits({ sessions: 2 }) });
    const first = sessions.of('first');
    expect(first.isNew).toBe(true);
    expect(sessions.of('first')).toEqual({ session: first.session, isNew: false });
    const stop = first.session.subscribe(() => undefined);
    sessions.of('second');
    sessions.of('third'); // no place left: `second` has no listener and goes, although `first` is older
    expect(sessions.of('first').isNew).toBe(false);
    const second = sessions.of('second');
    expect(second.isNew).toBe(true);
    expect(second.session.id).not.toBe(first.session.id);
    stop();
  });

  test('a session that nobody listens to ends after its idle time', async () => {
    const sessions = someSessions({ limits: limits({ sessionIdleMs: 40 }) });
    const stop = sessions.of('here').session.subscribe(() => undefined);
    const quiet = sessions.of('gone').session;
    await expect
      .poll(async () => (await quiet.handle({ type: 'csr', id: 1 }, {})).type, { timeout: 2000 })
      .toBe('error');
    expect(sessions.of('here').isNew).toBe(false);
    stop();
  });

  test('200 sessions, opened with a handshake each and closed, leave nothing open', async () => {
    const before = handles();
    const loopback = createLoopback();
    const sessions = sessionsFor(pki, { loopback, limits: limits({ sessions: 200 }) });
    for (let batch = 0; batch < 20; batch++) {
      const learners = Array.from({ length: 10 }, (_, index) => {
        return new Learner(sessions.of(`learner-${batch}-${index}`).session, pki);
      });
      await Promise.all(
        learners.map(async (learner) => {
          await learner.configure();
          const id = await learner.dial(pki.alice);
          await learner.until(id, ({ heard }) => heard.length > 0);
        }),
      );
    }
    expect(handles()).toBeGreaterThan(before + 200);
    await sessions.closeAll();
    await loopback.close();
    await expect.poll(handles, { timeout: 5000 }).toBeLessThanOrEqual(before);
  });
});

/** Sockets and listeners that this process holds open. */
const handles = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(TCP|TLS|Server|Socket)/.test(name)).length;

/** What this process holds open. Node has no public way to ask. */
function active(): unknown[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles: () => unknown[] };
  return handles.call(process);
}

const listeningPorts = (): number[] =>
  active()
    .filter((handle) => handle instanceof Server)
    .map((server) => (server.address() as AddressInfo).port);

/** The local ports of the connections that this process has dialled itself: the client's, and the tap's. */
function dialledPorts(): number[] {
  const listening = listeningPorts();
  const sockets = active().filter((handle) => handle instanceof Socket);
  return sockets.flatMap(({ remotePort, localPort }) => (listening.includes(remotePort ?? 0) ? [localPort ?? 0] : []));
}
