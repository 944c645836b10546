/** What can be chosen of a run, on real sockets with both engines, and what the wire then shows. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/core/bridge/messages.ts';
import { GROUPS, SUITE_NAMES, SUITES, type GroupName, type SuiteName } from '../../src/core/bridge/settings.ts';
import { keyLogOf, viewOf, type Run } from '../../src/core/bridge/run.ts';
import { CIPHER_SUITES, suiteOf } from '../../src/core/tls/names/suites.ts';
import { GROUPS as GROUP_REGISTRY } from '../../src/core/tls/names/names.ts';
import { dissectionOf } from '../../src/core/world/outcome.ts';
import { findEngines } from '../../server/session/engines.ts';
import type { Sessions } from '../../server/session/session.ts';
import { hasProgram } from '../programs.ts';
import { writePcapng } from '../../src/core/capture/write-pcapng.ts';
import { aPki, Learner, said, sessionsFor, type Pki } from './learner.ts';
import { issuedBy, type Made } from './openssl-pki.ts';

test('names and code points are those of the registry', () => {
  for (const name of SUITE_NAMES) {
    expect(CIPHER_SUITES.nameOf(SUITES[name].code)).toBe(name);
    expect(suiteOf(SUITES[name].code)?.isTls13).toBe(SUITES[name].version === '1.3');
  }
  for (const [name, { code }] of Object.entries(GROUPS)) expect(GROUP_REGISTRY.nameOf(code)).toBe(name);
});

const engines = ['node', 'openssl'] as const;

describe.skipIf(!hasProgram('openssl'))('what was chosen for a run', () => {
  let pki: Pki;
  /** RSA: in TLS 1.2 an ECDSA key is good only where its curve is among the groups, RFC 8422 §5.1.1 */
  let alice: Made;
  let found: Awaited<ReturnType<typeof findEngines>>;
  const opened: Sessions[] = [];
  beforeAll(async () => {
    pki = aPki();
    alice = issuedBy(pki.ca, { subject: '/O=Order Desk/CN=alice', for: 'client', newKey: ['rsa:2048'] });
    found = await findEngines();
  });
  afterEach(async () => {
    for (const sessions of opened.splice(0)) await sessions.closeAll();
  });
  const aLearner = () => {
    const sessions = sessionsFor(pki, { engines: found });
    opened.push(sessions);
    return new Learner(sessions.of('learner').session, pki);
  };

  type RelayChange = Parameters<Learner['configure']>[0];
  type DialChange = Parameters<Learner['dial']>[1];

  /** A run that is over or was greeted. */
  async function run(learner: Learner, engine: Engine, relay: RelayChange, dial: DialChange = {}): Promise<Run> {
    expect(await learner.configure({ engine, ...relay })).toMatchObject({ type: 'relay-ready' });
    const id = await learner.dial(alice, dial);
    const keeps = relay?.tickets === true;
    return learner.until(
      id,
      (one) => one.closes.length === 2 || (one.heard.length > 0 && (!keeps || said(one, 'client', 'kept-ticket'))),
    );
  }
  const seen = (one: Run) => {
    const { version, cipherSuite, group, resumed, messages } = dissectionOf(one);
    return { version, cipherSuite, group, resumed, messages: messages.map(({ name }) => name) };
  };

  const cases: [Engine, '1.2' | '1.3', SuiteName, GroupName][] = engines.flatMap((engine) => [
    [engine, '1.3', 'TLS_AES_256_GCM_SHA384', 'secp256r1'],
    [engine, '1.3', 'TLS_CHACHA20_POLY1305_SHA256', 'secp384r1'],
    [engine, '1.2', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'x25519'],
    [engine, '1.2', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'secp384r1'],
    [engine, '1.2', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'secp256r1'],
  ]);
  test.each(cases)('%s, TLS %s: %s with %s is what both speak', async (engine, version, suite, group) => {
    const learner = aLearner();
    const one = await run(learner, engine, { suites: [suite], groups: [group] }, { version, suites: [suite] });
    expect(seen(one)).toMatchObject({ version: `TLS ${version}`, cipherSuite: suite, group, resumed: false });
    expect(dissectionOf(one).verified.finished).toMatchObject({ client: { holds: true }, server: { holds: true } });
    expect(dissectionOf(one).problems).toEqual([]);
  });

  test.each(engines)('%s: a server of P-256 alone asks a client for another key share', async (engine) => {
    const learner = aLearner();
    const one = await run(learner, engine, { groups: ['secp256r1'] }, { groups: ['x25519', 'secp256r1'] });
    expect(seen(one).messages.slice(0, 4)).toEqual([
      ...['ClientHello', 'HelloRetryRequest', 'ClientHello', 'ServerHello'],
    ]);
    expect(seen(one).group).toBe('secp256r1');
  });

  test.each(engines)(
    '%s: two sides without a group, or a suite, in common end with handshake_failure',
    async (engine) => {
      const learner = aLearner();
      const groups = await run(learner, engine, { groups: ['secp384r1'] }, { groups: ['x25519'] });
      const accepts: SuiteName[] = ['TLS_AES_128_GCM_SHA256'];
      const suites = await run(learner, engine, { suites: accepts }, { suites: ['TLS_AES_256_GCM_SHA384'] });
      for (const one of [groups, suites])
        expect(dissectionOf(one).alerts).toMatchObject([{ from: 'server', code: 40 }]);
    },
  );

  test('a list of one version leaves the other as it is', async () => {
    const learner = aLearner();
    const one = await run(learner, 'node', { suites: ['TLS_AES_256_GCM_SHA384'] }, { version: '1.2' });
    expect(seen(one)).toMatchObject({ version: 'TLS 1.2', cipherSuite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' });
  });

  test.each(engines)('%s: what cannot be is said before anything is dialled', async (engine) => {
    const learner = aLearner();
    expect(await learner.configure({ engine, suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] })).toMatchObject({
      code: 'bad-settings',
      text: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 asks for a certificate with an ECDSA key, and the desk’s certificate has an RSA key.',
    });
    await learner.configure({ engine });
    expect(await learner.tryDial(alice, { version: '1.2', suites: ['TLS_AES_128_GCM_SHA256'] })).toMatchObject({
      code: 'bad-settings',
      text: 'The client has no cipher suite of TLS 1.2 to choose from: TLS_AES_128_GCM_SHA256.',
    });
    expect(learner.facts).toEqual([]);
  });

  test.skipIf(!hasProgram('tshark'))(
    'tshark sees the same: the group asked for again, and no certificates',
    async () => {
      const learner = aLearner();
      const first = await run(
        ...([learner, 'openssl'] as const),
        { groups: ['secp256r1'], suites: ['TLS_AES_256_GCM_SHA384'], tickets: true },
        { groups: ['x25519', 'secp256r1'] },
      );
      // ClientHello, HelloRetryRequest (a ServerHello to tshark), ClientHello, ServerHello of 0x1302 with a share of 23
      expect(sharked(first, 'tls.handshake.type').slice(0, 6)).toEqual(['1', '2', '1', '2', '8', '13']);
      expect(sharked(first, 'tls.handshake.extensions_key_share_selected_group')).toEqual(['23']);
      expect(sharked(first, 'tls.handshake.ciphersuite', 'tls.handshake.type == 2')).toEqual(['0x1302', '0x1302']);
      await learner.ask({ type: 'hang-up', run: first.id });
      await learner.until(first.id, ({ closes }) => closes.length === 2);
      const second = await run(
        ...([learner, 'openssl'] as const),
        { groups: ['secp256r1'], suites: ['TLS_AES_256_GCM_SHA384'], tickets: true },
        { groups: ['x25519', 'secp256r1'], resume: true },
      );
      expect(sharked(second, 'tls.handshake.type').slice(0, 7)).toEqual(['1', '2', '1', '2', '8', '20', '20']);
      expect(sharked(second, 'tls.handshake.extensions.psk.identity.selected')).toEqual(['0']);
    },
  );

  describe('resumption', () => {
    const CERTIFICATES = ['Certificate', 'CertificateRequest', 'CertificateVerify'];
    const over = async (learner: Learner, one: Run) => {
      await learner.ask({ type: 'hang-up', run: one.id });
      return learner.until(one.id, ({ closes }) => closes.length === 2);
    };

    test.each(engines.flatMap((engine) => (['1.3', '1.2'] as const).map((version) => [engine, version] as const)))(
      '%s, TLS %s: a kept ticket stands for both certificates',
      async (engine, version) => {
        const learner = aLearner();
        const first = await run(learner, engine, { tickets: true }, { version });
        const kept = first.events.find(({ name }) => name === 'kept-ticket');
        expect(kept).toMatchObject({ side: 'client', code: null, lifetimeSeconds: expect.any(Number) });
        expect(seen(first).messages).toEqual(expect.arrayContaining(CERTIFICATES));
        await over(learner, first);

        const second = await run(learner, engine, { tickets: true }, { version, resume: true });
        expect(seen(second).resumed).toBe(true);
        expect(seen(second).messages.filter((name) => CERTIFICATES.includes(name))).toEqual([]);
        expect(second.records.length).toBeLessThan(first.records.length);
        const server = second.events.find(({ side, name }) => side === 'server' && name === 'trusts-peer');
        expect(server?.peer?.subject).toBe('CN=alice,O=Order Desk');
        const client = second.events.find(({ side, name }) => side === 'client' && name === 'trusts-peer');
        expect(client?.peer?.subject).toBe('CN=localhost,O=Order Desk');
        await over(learner, second);

        const third = await run(learner, engine, { tickets: true }, { version, resume: true });
        expect(seen(third).resumed).toBe(true);
      },
    );

    test.each(engines)(
      '%s: under other anchors an old ticket opens nothing: the handshake is a full one',
      async (engine) => {
        const learner = aLearner();
        const trust = [pki.ca.certificate];
        await over(learner, await run(learner, engine, { tickets: true }));
        const both = [...trust, pki.foreignCa.certificate];
        const full = await run(learner, engine, { tickets: true, trust: both }, { resume: true });
        const [hello] = dissectionOf(full).messages;
        expect(JSON.stringify(hello)).toContain('pre_shared_key'); // it was offered
        expect(seen(full).resumed).toBe(false);
        expect(seen(full).messages).toEqual(expect.arrayContaining(CERTIFICATES));
        await over(learner, full);
        const again = await run(learner, engine, { tickets: true, trust: both }, { resume: true });
        expect(seen(again).resumed).toBe(true);
      },
    );

    test('with tickets off nothing is kept, and a kept one is not taken', async () => {
      const learner = aLearner();
      const plain = await run(learner, 'node', {});
      expect(said(plain, 'client', 'kept-ticket')).toBe(false);
      expect(await learner.tryDial(alice, { resume: true })).toMatchObject({ code: 'no-ticket' });
      await over(learner, await run(learner, 'node', { tickets: true }));
      const refused = await run(learner, 'node', { tickets: false }, { resume: true });
      expect(seen(refused).resumed).toBe(false);
    });

    test('a ticket is for the same name, anchors and certificate', async () => {
      const learner = aLearner();
      await over(learner, await run(learner, 'node', { tickets: true }));
      const no = { type: 'error', code: 'no-ticket', text: expect.stringContaining('Connect with tickets on first') };
      expect(await learner.tryDial(alice, { resume: true, serverName: '127.0.0.1' })).toMatchObject(no);
      expect(await learner.tryDial(alice, { resume: true, trust: [] })).toMatchObject(no);
      expect(await learner.tryDial(null, { resume: true })).toMatchObject(no);
    });

    test('a ticket past its lifetime is not used, and that is said', async () => {
      let now = Date.now();
      const sessions = sessionsFor(pki, { now: () => now });
      opened.push(sessions);
      const learner = new Learner(sessions.of('learner').session, pki);
      await run(learner, 'node', { tickets: true });
      now += 8 * 24 * 60 * 60 * 1000;
      expect(await learner.tryDial(alice, { resume: true })).toMatchObject({
        code: 'no-ticket',
        text: expect.stringContaining('past its lifetime'),
      });
    });
  });
});

/** The values of a field in a run, as tshark reads its capture. */
function sharked(run: Run, field: string, filter = 'tls.handshake'): string[] {
  const file = writePcapng({
    ...{ chunks: viewOf(run, 'wire'), keyLog: keyLogOf(run, 'both'), startedAt: run.startedAt, comment: '' },
    client: { address: '127.0.0.2', port: 40_000 },
    server: { address: '127.0.0.1', port: 6226 },
  });
  if (!file.ok) throw new Error(file.error.why);
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-shark-'));
  try {
    const path = join(folder, 'run.pcapng');
    writeFileSync(path, file.value);
    const args = ['-r', path, '-d', 'tcp.port==6226,tls', '-Y', filter, '-T', 'fields', '-e', field];
    const output = execFileSync('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    return output.split(/[\n,]/).filter((value) => value !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
