/** Every check of the table, true and false, on a world that was really made. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClassroom, type Classroom } from '../../server/cli/lessons/classroom.ts';
import type { HeadlessLearner } from '../../server/cli/lessons/headless-learner.ts';
import { CHECKS } from '../../src/core/course/checks.ts';
import { parseExpression, type Expression } from '../../src/core/course/expression.ts';
import type { CommandInput } from '../../src/core/world/commands.ts';
import { evaluate } from '../../src/core/world/evaluate.ts';
import { EMPTY_WORLD } from '../../src/core/world/world.ts';

const PLAY: readonly CommandInput[] = [
  { type: 'key', who: 'me' },
  { type: 'sign-message', who: 'me', message: 'order 1 tea' },
  { type: 'edit-message', who: 'me', message: 'order 9 tea' },
  { type: 'ca', name: 'mine' },
  { type: 'csr', who: 'desk' },
  { type: 'sign', csr: 'desk', by: 'mine', for: 'server' },
  { type: 'csr', who: 'alice' },
  { type: 'sign', csr: 'alice', by: 'mine', for: 'client' },
  { type: 'csr', who: 'mallory', subject: 'O=Order Desk, CN=alice' },
  { type: 'sign', csr: 'mallory', by: 'self', for: 'client' },
  { type: 'trust', side: 'client', ca: 'mine' },
  { type: 'dial', scenario: 'no-client-cert' },
  { type: 'dial', scenario: 'self-signed-client-cert' },
  { type: 'dial', scenario: 'client-trusts-nothing' },
  { type: 'dial', scenario: 'good', version: '1.2', tickets: 'yes' },
  { type: 'hang-up' },
  { type: 'dial', scenario: 'good', version: '1.2', resume: 'yes', label: 'again' },
  { type: 'hang-up' },
  { type: 'dial', scenario: 'good' },
  { type: 'desk', do: 'create-account', user: 'alice', password: 'two lumps please' },
  { type: 'desk', do: 'order', item: 'tea', quantity: 2 },
  { type: 'predict', id: 'stop', choice: 2 },
];

/** What holds of that world, and what does not. Both sides are about things that are there. */
const HOLDS = [
  'key.exists(me)',
  'key.home(me)',
  'key.home(desk)',
  'key.fits(alice)',
  'sig.ok(me)',
  'sig.bytes(me, 11|256)',
  'csr.valid(desk)',
  'csr.field(mallory, subject.CN, alice)',
  'ca.exists(mine)',
  'cert.exists(desk)',
  'cert.ok(desk, for=server)',
  'cert.ok(alice, by=ca:mine)',
  'cert.self(ca:mine)',
  'cert.self(mallory)',
  "cert.field(alice, issuer, 'O=Order Desk, CN=Desk Root CA')",
  'trust.is(client, ca:mine)',
  'trust.is(server, none)',
  'handshake.accepted(as=alice, key=alice, version=1.3)',
  'handshake.accepted(of=good, version=1.2, resumed=false)',
  'handshake.accepted(of=again, as=alice, resumed=true)',
  'handshake.refused(of=self-signed-client-cert, by=server, at=Certificate, alert=none, reason=DEPTH_ZERO_SELF_SIGNED_CERT)',
  'handshake.refused(of=no-client-cert, alert=116)',
  'handshake.refused(of=client-trusts-nothing, by=client)',
  'lamp(client, of=self-signed-client-cert)',
  'wire.alert(116, of=no-client-cert, from=server)',
  'wire.alert(none, of=self-signed-client-cert)',
  'wire.shows(alice, of=good, version=1.2)',
  'wire.shows(alice, view=client)',
  'wire.reads(ServerHello)',
  'wire.reads(Certificate, view=server)',
  'log.explained(100)',
  'conn.open()',
  'desk.order(item=tea, quantity=2, user=alice)',
  'predicted(stop)',
];

const FAILS = [
  'key.exists(nobody)',
  'key.home(alice)',
  'key.fits(me, cert=alice)',
  'sig.ok(me, edited)',
  'sig.ok(me, by=alice)',
  'sig.bytes(me, 11)',
  'csr.field(alice, subject.CN, bob)',
  'ca.exists(nobody)',
  'cert.exists(nobody)',
  'cert.ok(desk, for=client)',
  'cert.ok(mallory)',
  'cert.self(alice)',
  'cert.field(alice, subject.CN, bob)',
  'trust.is(client, none)',
  'trust.is(server, ca:mine)',
  'handshake.accepted(as=bob)',
  'handshake.accepted(of=good, resumed=true)',
  'handshake.accepted(key=me)',
  'handshake.accepted(of=no-client-cert)',
  'handshake.refused(of=no-client-cert, by=client)',
  'handshake.refused(of=no-client-cert, alert=none)',
  'handshake.refused(of=self-signed-client-cert, reason=CERT_HAS_EXPIRED)',
  'handshake.refused(of=self-signed-client-cert, at=CertificateVerify)',
  'lamp(server, of=self-signed-client-cert)',
  'lamp(client, of=client-trusts-nothing)',
  'wire.alert(48, of=no-client-cert)',
  'wire.alert(116, of=no-client-cert, from=client)',
  'wire.alert(116, of=self-signed-client-cert)',
  'wire.shows(alice)',
  'wire.reads(Certificate)',
  'log.explained(101)',
  'conn.open(of=no-client-cert)',
  'desk.order(item=coffee)',
  'desk.order(quantity=3)',
  'desk.order(user=bob)',
  'predicted(other)',
];

/** A request is valid by construction here, so a changed letter is what makes it fail. */
const BY_DAMAGE = ['csr.valid'];

let classroom: Classroom;
let learner: HeadlessLearner;
beforeAll(async () => {
  classroom = await openClassroom();
  learner = await classroom.enter();
  for (const command of PLAY) {
    const refusal = await learner.perform(command);
    if (refusal) throw new Error(`${JSON.stringify(command)}: ${refusal.why}`);
  }
});
afterAll(() => classroom.close());

function read(text: string): Expression {
  const result = parseExpression(text);
  if (result.kind === 'problem') throw new Error(`${text}: ${result.text}`);
  return result.expression;
}

const finding = (text: string) => evaluate(read(text), learner.world, learner.ports);

test.each(HOLDS)('%s holds, and its opposite does not', async (text) => {
  expect(await finding(text)).toMatchObject({ holds: true });
  expect(await finding(`!${text}`)).toMatchObject({ holds: false });
});

test.each(FAILS)('%s does not hold, and says what it saw', async (text) => {
  const { holds, saw } = await finding(text);
  expect(holds).toBe(false);
  expect(saw.length).toBeGreaterThan(10);
});

test('a request with one letter changed is not valid', async () => {
  const request = learner.world.requests['alice'] ?? '';
  const der = Buffer.from(request.replace(/-----.*?-----/g, ''), 'base64');
  der.write('Alice', der.indexOf('alice'));
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  const world = { ...learner.world, requests: { alice: pem } };
  expect(await evaluate(read('csr.valid(alice)'), world, learner.ports)).toMatchObject({ holds: false });
});

test('every check of the table is here, holding and failing', () => {
  const names = (texts: readonly string[]) => new Set(texts.map((text) => text.replace(/\(.*/, '')));
  const all = Object.keys(CHECKS).sort();
  expect([...names(HOLDS)].sort()).toEqual(all);
  expect([...names([...FAILS, ...BY_DAMAGE])].sort()).toEqual(all);
});

describe('of what is not there', () => {
  const EXISTENCE = ['key.exists', 'ca.exists', 'cert.exists', 'predicted', 'trust.is'];
  const about = HOLDS.filter((text) => !EXISTENCE.some((name) => text.startsWith(`${name}(`)));

  test.each(about)('neither %s nor its opposite holds', async (text) => {
    for (const one of [text, `!${text}`])
      expect(await evaluate(read(one), EMPTY_WORLD, learner.ports)).toMatchObject({ holds: false });
  });
});

test('a joined expression says first what keeps it from holding', async () => {
  const { holds, saw } = await finding('key.exists(me) and key.exists(nobody)');
  expect({ holds, saw }).toEqual({ holds: false, saw: 'Nobody has no key yet' });
});
