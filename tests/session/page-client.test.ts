/** A TLS client that lives in the page, seen from the session: here it is Node's, fed as the page feeds its own. */
import { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openedRun, viewOf, withFact, type Run } from '../../src/core/bridge/run.ts';
import type { Answer, Request } from '../../src/core/bridge/messages.ts';
import type { Sessions } from '../../server/session/session.ts';
import { hasProgram } from '../programs.ts';
import { Learner, aPki, eventsOf, limits, sessionsFor, type Pki } from './learner.ts';

describe.skipIf(!hasProgram('openssl'))('a client in the page', () => {
  let pki: Pki;
  beforeAll(() => {
    pki = aPki();
  });
  const opened: Sessions[] = [];
  afterEach(async () => {
    for (const sessions of opened.splice(0)) await sessions.closeAll();
  });
  const aLearner = async (...change: Parameters<typeof sessionsFor> extends [Pki, ...infer Rest] ? Rest : never) => {
    const sessions = sessionsFor(pki, ...change);
    opened.push(sessions);
    const learner = new Learner(sessions.of('learner').session, pki);
    await learner.configure();
    return learner;
  };

  const dial = (learner: Learner): Promise<Answer> =>
    learner.ask({ type: 'dial', client: 'page', label: 'good', serverName: 'localhost' });
  const dialled = async (learner: Learner): Promise<number> => {
    const answer = await dial(learner);
    if (answer.type !== 'dialled') throw new Error(JSON.stringify(answer));
    return answer.run;
  };

  /** The run's wire as a stream: what is written leaves as frames of the page, what is read are the tap's records. */
  const wireOf = (learner: Learner, run: number): Duplex => {
    const wire = new Duplex({
      read: () => undefined,
      write(bytes: Buffer, _encoding, done) {
        learner.session.send({ run, bytes }, learner.page);
        done();
      },
      final(done) {
        void learner.ask({ type: 'hang-up', run }).then(() => done());
      },
    });
    learner.session.subscribe((fact) => {
      if (fact.run !== run) return;
      if (!('type' in fact)) {
        if (fact.from === 'server' && !('held' in fact)) wire.push(fact.delivered ?? fact.sent);
      } else if (fact.type === 'closed' && fact.from === 'server') wire.push(null);
    });
    return wire;
  };

  const clientOf = (learner: Learner, run: number, options: ConnectionOptions = {}): TLSSocket =>
    connect({
      socket: wireOf(learner, run),
      host: 'localhost',
      servername: 'localhost',
      ca: [pki.ca.certificate],
      cert: pki.alice.certificate,
      key: pki.alice.key,
      minVersion: 'TLSv1.3',
      ...options,
    });

  test('shakes hands with the relay over the bridge, and speaks with the desk', async () => {
    const learner = await aLearner();
    const run = await dialled(learner);
    const tls = clientOf(learner, run);
    const heard = await new Promise<string>((resolve, reject) => {
      tls.once('data', (bytes: Buffer) => resolve(bytes.toString()));
      tls.once('error', reject);
    });
    expect(heard).toBe('hello CN=alice,O=Order Desk\n');
    tls.end();
    const over = await learner.until(run, ({ closes }) => closes.length === 2);
    expect(over).toMatchObject({ client: 'page', version: '1.3', label: 'good' });
    expect(over.closes.map(({ from, how }) => `${from} ${how}`)).toEqual(['client FIN', 'server FIN']);
    expect(over.records.every(({ delivered }) => delivered === null)).toBe(true);
    expect(viewOf(over, 'wire')[0]).toMatchObject({ from: 'client' });
    expect(eventsOf(over)).toEqual(['server trusts-peer', 'server ended']);
  });

  test('what it says stands in the log of the run, also after the end', async () => {
    const learner = await aLearner();
    const run = await dialled(learner);
    const line = `CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}`;
    const peer = { subject: 'CN=localhost', serial: '0a', sha256: 'ff' };
    expect(
      await learner.ask({
        ...{ type: 'report', run },
        reports: [
          { kind: 'key-log', line },
          { kind: 'trusts', peer },
          { kind: 'line', line: 'hello' },
        ],
      }),
    ).toMatchObject({ type: 'done' });
    await learner.ask({ type: 'hang-up', run });
    await learner.until(run, ({ closes, events }) => closes.length === 2 && events.length === 2);
    const last = { kind: 'ended', code: null, text: 'over' } as const;
    expect(await learner.ask({ type: 'report', run, reports: [last] })).toMatchObject({ type: 'done' });
    const seen = learner.run(run);
    expect(seen?.keyLog).toMatchObject([{ side: 'client', line }]);
    expect(seen && eventsOf(seen)).toEqual(['client trusts-peer', 'server ended ECONNRESET', 'client ended']);
    expect(seen?.events[1]?.text).toBe('The client ended the connection before the handshake was done.');
    expect(seen?.events[0]?.peer).toEqual(peer);
    expect(seen?.heard).toMatchObject([{ side: 'client', line: 'hello' }]);
  });

  test('ends with its page: the relay sees a FIN, and nobody else may speak for it', async () => {
    const learner = await aLearner();
    const run = await dialled(learner);
    const stranger = {};
    learner.session.send({ run, bytes: Uint8Array.of(22, 3, 1, 0, 0) }, stranger);
    learner.session.left(stranger);
    const report: Request = { type: 'report', id: 9, run, reports: [{ kind: 'line', line: 'x' }] };
    expect(await learner.session.handle(report, stranger)).toMatchObject({ type: 'error', code: 'run-over' });
    expect(learner.run(run)).toMatchObject({ records: [], closes: [], heard: [] });
    learner.session.left(learner.page);
    const over = await learner.until(run, ({ closes }) => closes.length === 2);
    expect(over.closes[0]).toMatchObject({ from: 'client', how: 'FIN' });
    expect(over.records).toEqual([]);
  });

  test('says its lines itself: the bridge has no keys to say them with', async () => {
    const learner = await aLearner();
    const run = await dialled(learner);
    expect(await learner.ask({ type: 'say', run, line: 'x' })).toMatchObject({ code: 'bad-message' });
  });

  test('counts among the open connections of a session', async () => {
    const learner = await aLearner({ limits: limits({ connectionsPerSession: 2 }) });
    await dialled(learner);
    await dialled(learner);
    expect(await dial(learner)).toMatchObject({ type: 'error', code: 'limit' });
  });

  test('a run is the same to whoever reads the facts later', async () => {
    const learner = await aLearner();
    const run = await dialled(learner);
    const tls = clientOf(learner, run, { cert: undefined, key: undefined });
    tls.on('error', () => void learner.ask({ type: 'hang-up', run }));
    const over = await learner.until(run, ({ closes }) => closes.length === 2);
    const again = learner.session.since(0).reduce<Run | null>((known, fact) => {
      if ('type' in fact && fact.type === 'run') return fact.run === run ? openedRun(fact) : known;
      return known && withFact(known, fact);
    }, null);
    expect(again).toEqual(over);
    expect(eventsOf(over)).toContain('server refuses-peer ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
  });
});
