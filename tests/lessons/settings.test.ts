/** What a `dial` can choose, as a `play` block writes it: on real sockets, with both clients and both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import type { Run } from '../../src/core/bridge/run.ts';
import { parsePlay } from '../../src/core/course/play.ts';
import { dissectionOf, outcomeOf } from '../../src/core/world/outcome.ts';
import { VOCABULARY } from '../../src/core/world/vocabulary.ts';
import { hasProgram } from '../programs.ts';
import { lastRunOf } from './doing.ts';

let classroom: Classroom;
let learner: HeadlessLearner;
beforeAll(async () => {
  classroom = await openClassroom();
  learner = await classroom.enter();
  await play('dial scenario=good', 'hang-up', 'trust side=client ca=mine', 'trust side=server ca=mine');
});
afterAll(() => classroom.close());

/** Carries out the lines of a `play` block; the first refusal ends it. */
async function refusalOf(...lines: string[]): Promise<string | null> {
  for (const line of parsePlay(lines.join('\n'), 1, VOCABULARY.positional)) {
    const read = line.kind === 'command' ? VOCABULARY.readCommand(line.fields) : line;
    if (read.kind === 'problem') return read.text;
    const refusal = await learner.perform(read.command);
    if (refusal) return refusal.why;
  }
  return null;
}
const play = async (...lines: string[]) => expect(await refusalOf(...lines)).toBeNull();
const run = (): Run => lastRunOf(learner);
const messages = () => dissectionOf(run()).messages.map(({ name }) => name);

const servers = ['node', ...(hasProgram('openssl') ? ['openssl'] : [])];
describe.each(servers.flatMap((server) => ['page', 'node'].map((client) => [server, client] as const)))(
  'server %s, client %s',
  (server, client) => {
    const dial = (more: string) => play(`dial server=${server} client=${client} ${more}`);

    test('suite and group are those that were chosen, and P-384 works too', async () => {
      await dial('suites=TLS_CHACHA20_POLY1305_SHA256 clientGroups=secp384r1');
      expect(dissectionOf(run())).toMatchObject({ cipherSuite: 'TLS_CHACHA20_POLY1305_SHA256', group: 'secp384r1' });
      expect(outcomeOf(run()).accepted?.as).toBe('alice');
      await play('hang-up');
      await dial('clientSuites=TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256 suites=TLS_AES_128_GCM_SHA256');
      expect(dissectionOf(run()).cipherSuite).toBe('TLS_AES_128_GCM_SHA256');
      await play('hang-up');
    });

    test('a desk of P-256 alone asks for another key share: HelloRetryRequest', async () => {
      await dial('groups=secp256r1 clientGroups=x25519,secp256r1');
      expect(messages().slice(0, 4)).toEqual(['ClientHello', 'HelloRetryRequest', 'ClientHello', 'ServerHello']);
      expect(outcomeOf(run()).accepted?.as).toBe('alice');
      expect(dissectionOf(run()).problems).toEqual([]);
      await play('hang-up');
    });

    test('without a group in common the desk says handshake_failure', async () => {
      await dial('groups=secp384r1 clientGroups=x25519');
      expect(outcomeOf(run())).toMatchObject({ accepted: null, noticedBy: 'server', alert: { code: 40 } });
    });
  },
);

describe.each([
  ['page', '1.3'],
  ['node', '1.3'],
  ['node', '1.2'],
] as const)('client %s, TLS %s', (client, version) => {
  const how = `client=${client} version=${version}`;
  test('resumes with the ticket of the connection before: no certificates, and both still know who it is', async () => {
    await play(`dial ${how} tickets=yes`, 'hang-up');
    const full = messages().length;
    await play(`dial ${how} resume=yes label=again`);
    expect(messages().length).toBeLessThan(full);
    for (const name of ['Certificate', 'CertificateRequest', 'CertificateVerify']) expect(messages()).not.toContain(name);
    expect(dissectionOf(run())).toMatchObject({ resumed: true, verified: { finished: { client: { holds: true } } } });
    expect(outcomeOf(run())).toMatchObject({
      accepted: { as: 'alice' },
      lamps: { client: { peer: { subject: expect.stringContaining('CN=localhost') } } },
    });
    await play('hang-up', `dial ${how} resume=yes label=again`);
    expect(dissectionOf(run()).resumed).toBe(true);
    await play('hang-up');
  });

  test('after the desk has loaded other anchors, a ticket opens nothing: the certificates are shown again', async () => {
    await play(`dial ${how} tickets=yes`, 'hang-up');
    // Another anchor at the desk for one connection, as after a revocation; then the one before again.
    await play(`dial ${how} scenario=desk-trusts-other-ca label=other`);
    expect(outcomeOf(run()).accepted).toBeNull();
    await play(`dial ${how} resume=yes`);
    expect(dissectionOf(run()).resumed).toBe(false);
    expect(messages()).toContain('CertificateRequest');
    expect(outcomeOf(run()).accepted?.as).toBe('alice');
    await play('hang-up');
  });

  test('a ticket that is not there is said in words, and nothing is dialled', async () => {
    const { id, startedAt } = run();
    expect(await refusalOf(`dial ${how} resume=yes serverName=127.0.0.1`)).toMatch(/Connect with tickets on first\.$/);
    expect(run()).toMatchObject({ id, startedAt });
  });
});

test.each([
  ['a suite of another version', 'dial suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', /no cipher suite of TLS 1.3/],
  ['an ECDSA suite', 'dial version=1.2 suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', /an ECDSA key/],
  ['a suite that is none', 'dial suites=RC4', /suites/],
  ['a group twice', 'dial groups=x25519,x25519', /groups.*each one once/],
])('%s is refused in words', async (_name, line, words) => {
  expect(await refusalOf(line)).toMatch(words);
});

describe('certificates over keys on P-256', () => {
  test.each([
    ['page', '1.3'],
    ['node', '1.3'],
    ['node', '1.2'],
  ] as const)('client %s, TLS %s: both are made, and both sign with ECDSA', async (client, version) => {
    await play(`dial client=${client} version=${version} keys=p256`);
    const { verified, cipherSuite } = dissectionOf(run());
    expect(verified.certificateVerify.client.why).toContain('ecdsa_secp256r1_sha256');
    if (version === '1.3') expect(verified.certificateVerify.server.why).toContain('ecdsa_secp256r1_sha256');
    expect(outcomeOf(run()).accepted?.as).toBe('alice');
    if (version === '1.2') expect(cipherSuite).toBe('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256');
    await play('hang-up');
  });

  test('in TLS 1.2 their curve has to be among the groups, and their suites are others', async () => {
    expect(await refusalOf('dial version=1.2 groups=x25519')).toMatch(/P-256 key needs the group secp256r1/);
    expect(await refusalOf('dial version=1.2 suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')).toMatch(
      /an RSA key, and the desk’s certificate has an ECDSA key/,
    );
    const suite = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA';
    await play(`dial version=1.2 suites=${suite} clientSuites=${suite}`, 'hang-up');
    expect(dissectionOf(run()).cipherSuite).toBe('TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA');
    await play('dial keys=rsa', 'hang-up');
  });
});
