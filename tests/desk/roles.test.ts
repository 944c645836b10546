/** Who may do what, and what is written down about it. On the wire, by a client of foreign make. */
import { describe, expect, test } from 'vitest';
import { MODES } from '../../src/core/aes/envelope.ts';
import { ROLES } from '../../src/core/desk/messages.ts';
import { createPasswords } from '../../server/desk/passwords.ts';
import { randomBytes } from 'node:crypto';
import { ALICE, BOB, type DeskUnderTest, PASSWORD, aDesk, signedIn, signedUp } from './a-desk.ts';
import type { Message } from './foreign-client.ts';

const random = (bytes: number) => randomBytes(bytes);
/** Cheap hashes: these tests are not about them. */
const passwords = createPasswords(random, { cost: 16, blockSize: 8, parallel: 1 });
const CAROL = { subject: 'CN=carol', serial: '0e3f', sha256: 'c3'.repeat(32), address: '127.0.0.1:50312' };
const TEA = { type: 'order', item: 'tea', quantity: 3 };

async function aManager(desk: DeskUnderTest) {
  const carol = await signedUp(desk, 'carol', CAROL);
  await desk.store.setRole('carol', 'manager');
  return carol;
}

/** The audit trail without what a test cannot know. */
async function audited(manager: { ask(request: Message): Promise<Message | null> }): Promise<Message[]> {
  const answer = await manager.ask({ type: 'audit' });
  expect(answer).toMatchObject({ type: 'ok' });
  return answer?.['events'] as Message[];
}

describe('roles', () => {
  const ASKED: [string, Message, readonly string[]][] = [
    ['orders', { type: 'orders' }, ROLES],
    ['all-orders', { type: 'all-orders' }, ['clerk', 'manager']],
    ['users', { type: 'users' }, ['manager']],
    ['audit', { type: 'audit' }, ['manager']],
    ['set-role', { type: 'set-role', user: 'alice', role: 'customer' }, ['manager']],
    ['revoke', { type: 'revoke', serial: '0badc0de' }, ['manager']],
  ];
  test.each(ASKED)('%s is for those who may, and for nobody before the sign-in', async (_name, request, who) => {
    const authority = { revoke: async (serial: string) => ({ ok: true as const, value: serial }), renew: none };
    const desk = await aDesk({ passwords, authority });
    const nobody = await desk.visit();
    await nobody.greeting();
    expect(await nobody.ask(request)).toMatchObject({ code: 'unauthenticated' });
    for (const role of ROLES) {
      const user = `a-${role}`;
      const client = await signedUp(desk, user, ALICE);
      if (role !== 'manager') await signedUp(desk, role === 'customer' ? 'alice' : 'alice2', ALICE);
      await desk.store.setRole(user, role);
      const answer = await client.ask(request);
      expect({ role, ...answer }).toMatchObject(who.includes(role) ? { type: 'ok' } : { code: 'forbidden' });
    }
  });

  test('a new account is a customer, whatever it says; a role changes at once, both ways', async () => {
    const desk = await aDesk({ passwords });
    const alice = await signedUp(desk);
    const bob = await signedUp(desk, 'bob', BOB);
    const carol = await aManager(desk);
    await bob.ask(TEA);
    expect(await alice.ask({ type: 'all-orders', role: 'clerk' })).toMatchObject({ code: 'bad-request' });
    expect(await alice.ask({ type: 'all-orders' })).toMatchObject({ code: 'forbidden' });
    const promoted = await carol.ask({ type: 'set-role', user: 'alice', role: 'clerk', id: 9 });
    expect(promoted).toEqual({ type: 'ok', id: 9, user: 'alice', role: 'clerk' });
    expect(await alice.ask({ type: 'all-orders' })).toMatchObject({ orders: [{ user: 'bob', item: 'tea' }] });
    expect(await alice.ask({ type: 'orders' })).toMatchObject({ orders: [] });
    await carol.ask({ type: 'set-role', user: 'alice', role: 'customer' });
    expect(await alice.ask({ type: 'all-orders' })).toMatchObject({ code: 'forbidden' });
    expect(await carol.ask({ type: 'set-role', user: 'nobody-here', role: 'clerk' })).toMatchObject({
      code: 'bad-request',
    });
  });

  test('a manager sees the accounts, and nothing of their passwords', async () => {
    const desk = await aDesk({ passwords });
    await signedUp(desk);
    const carol = await aManager(desk);
    const answer = await carol.ask({ type: 'users' });
    expect(answer).toEqual({
      type: 'ok',
      users: [
        { user: 'alice', role: 'customer', subject: ALICE.subject },
        { user: 'carol', role: 'manager', subject: CAROL.subject },
      ],
    });
    expect(await carol.ask({ type: 'users', after: 'alice' })).toMatchObject({ users: [{ user: 'carol' }], total: 2 });
  });
});

const none = () => ({ ok: false as const, error: { kind: 'none', why: 'none' } });

describe('another password', () => {
  test('is taken for the old one, which signs in no more, and signs the other connections out', async () => {
    const desk = await aDesk({ passwords });
    const alice = await signedUp(desk);
    const elsewhere = await signedIn(desk);
    expect(await alice.ask({ type: 'change-password', old: 'not the old one', new: 'another good one' })).toMatchObject(
      {
        code: 'bad-credentials',
      },
    );
    expect(await alice.ask({ type: 'change-password', old: PASSWORD, new: 'password123' })).toMatchObject({
      code: 'weak-password',
    });
    expect(await elsewhere.ask({ type: 'orders' })).toMatchObject({ type: 'ok' });
    expect(await alice.ask({ type: 'change-password', old: PASSWORD, new: 'another good one' })).toEqual({
      type: 'ok',
    });
    expect(await alice.ask({ type: 'orders' })).toMatchObject({ type: 'ok' });
    expect(await elsewhere.ask({ type: 'orders' })).toMatchObject({ code: 'unauthenticated' });
    expect(await elsewhere.ask({ type: 'sign-in', user: 'alice', password: PASSWORD })).toMatchObject({
      code: 'bad-credentials',
    });
    expect(await elsewhere.ask({ type: 'sign-in', user: 'alice', password: 'another good one' })).toMatchObject({
      type: 'ok',
    });
  });

  test('is hashed at the cost of today when a record of yesterday signs in', async () => {
    const desk = await aDesk({ passwords });
    await signedUp(desk);
    const dearer = createPasswords(random, { cost: 32, blockSize: 8, parallel: 1 });
    const later = await aDesk({ store: desk.store, passwords: dearer });
    const before = desk.store.account('alice');
    const alice = await signedIn(later);
    const after = desk.store.account('alice');
    expect([before?.password.cost, after?.password.cost]).toEqual([16, 32]);
    expect(after?.password.salt).not.toEqual(before?.password.salt);
    expect(await alice.ask({ type: 'orders' })).toMatchObject({ type: 'ok' });
    await signedIn(later);
    expect(desk.store.account('alice')?.password).toEqual(after?.password);
  });
});

describe('guesses', () => {
  test('with a certificate of another name slow down such guesses, and not the owner', async () => {
    const desk = await aDesk({ passwords });
    await signedUp(desk);
    const bob = await desk.visit(BOB);
    await bob.greeting();
    const wrong = { type: 'sign-in', user: 'alice', password: 'not the password' };
    for (let i = 0; i < 5; i++) expect(await bob.ask(wrong)).toMatchObject({ code: 'bad-credentials' });
    expect(await bob.ask(wrong)).toMatchObject({ code: 'too-many-tries' });
    expect(await bob.ask({ ...wrong, password: PASSWORD })).toMatchObject({ code: 'too-many-tries' });
    await signedIn(desk);
  });

  test('of many accounts slow the certificate down', async () => {
    const desk = await aDesk({ passwords });
    const bob = await desk.visit(BOB);
    await bob.greeting();
    const codes: unknown[] = [];
    for (let i = 0; i < 22; i++)
      codes.push((await bob.ask({ type: 'sign-in', user: `user-${i}`, password: 'a guess of mine' }))?.['code']);
    expect(codes.slice(0, 20)).toEqual(Array(20).fill('bad-credentials'));
    expect(codes.at(-1)).toBe('too-many-tries');
  });

  test('over many connections at once are no more guesses', async () => {
    const desk = await aDesk({ passwords });
    await signedUp(desk);
    const tries = Array.from({ length: 30 }, async () => {
      const client = await desk.visit();
      await client.greeting();
      return (await client.ask({ type: 'sign-in', user: 'alice', password: 'a guess of mine' }))?.['code'];
    });
    const codes = await Promise.all(tries);
    expect(codes.filter((code) => code === 'bad-credentials').length).toBeLessThanOrEqual(8);
    expect(codes).toContain('too-many-tries');
  });
});

describe('the audit trail', () => {
  test('tells who signed in with which certificate from where, and what was refused and why', async () => {
    const desk = await aDesk({ passwords });
    const carol = await aManager(desk);
    const bob = await signedUp(desk, 'bob', { ...BOB, address: '127.0.0.1:40001' });
    await bob.ask({ type: 'sign-in', user: 'carol', password: PASSWORD });
    await bob.ask({ type: 'sign-in', user: 'bob', password: 'Hunter2-typed-wrong' });
    await bob.ask({ type: 'sign-in', user: 'Hunter2-typed-early', password: 'x' });
    await bob.ask({ type: 'users' });
    await carol.ask({ type: 'set-role', user: 'bob', role: 'clerk' });
    const events = await audited(carol);
    const by = { subject: BOB.subject, serial: BOB.serial, fingerprint: BOB.sha256, address: '127.0.0.1:40001' };
    expect(events.slice(1)).toMatchObject([
      { event: 'create-account', code: null, user: 'bob', ...by },
      { event: 'sign-in', code: 'wrong-certificate', user: 'carol', ...by },
      { event: 'sign-in', code: 'bad-credentials', user: 'bob', ...by },
      { event: 'sign-in', code: 'bad-credentials', user: null, ...by },
      { event: 'users', code: 'forbidden', user: 'bob', ...by },
      { event: 'set-role', code: null, user: 'carol', subject: CAROL.subject, detail: 'bob is now clerk' },
    ]);
    const text = JSON.stringify(events);
    for (const secret of [PASSWORD, 'Hunter2']) expect(text).not.toContain(secret);
    for (const event of events) expect(new Date(String(event['time'])).toISOString()).toBe(event['time']);
  });

  test('tells of lines that do not open', async () => {
    const desk = await aDesk({ passwords });
    const carol = await aManager(desk);
    const enemy = await desk.visit(BOB, '6543210987654321');
    await enemy.greeting();
    enemy.send(enemy.sealed(TEA));
    expect(await enemy.line()).toMatchObject({ code: 'decrypt' });
    expect((await audited(carol)).at(-1)).toMatchObject({ event: 'line', code: 'decrypt', subject: BOB.subject });
  });

  test('counts what one certificate is refused without pause, and does not list it all', async () => {
    const desk = await aDesk({ passwords });
    const carol = await aManager(desk);
    const bob = await signedUp(desk, 'bob', BOB);
    for (let i = 0; i < 150; i++) await bob.ask({ type: 'users' });
    await carol.ask({ type: 'set-role', user: 'nobody-here', role: 'clerk' });
    expect(desk.store.eventCount()).toBeLessThan(120);
    expect((await audited(carol)).at(-1)?.['detail']).toMatch(/Before this one, \d+ refusals are not listed/);
  });

  test('comes in pieces that fit into a line', async () => {
    const desk = await aDesk({ passwords });
    const carol = await aManager(desk);
    const event = { time: 1, event: 'connect', code: 'CERT_REVOKED', user: null, subject: 'CN=' + 'x'.repeat(900) };
    const noise = { ...event, serial: '0a', fingerprint: 'ab'.repeat(32), address: '127.0.0.1:1', detail: '' };
    await Promise.all(Array.from({ length: 150 }, () => desk.store.addEvent(noise)));
    const seen: number[] = [];
    for (let before: number | undefined; ; before = seen[0]) {
      const answer = await carol.ask({ type: 'audit', ...(before === undefined ? {} : { before }) });
      const ids = (answer?.['events'] as { id: number }[]).map(({ id }) => id);
      if (ids.length === 0) break;
      seen.unshift(...ids);
    }
    expect(seen).toEqual([...Array(151).keys()].map((at) => at + 1));
  });
});

describe('passphrases', () => {
  const [OLD, NEW, OTHER] = ['1234567890123456', 'abcdefghijklmnop', 'ABCDEFGHIJKLMNOP'] as const;

  test('both are taken while they change, each answered in its own; a third is not', async () => {
    const desk = await aDesk({ passwords, passphrase: [NEW, OLD] });
    for (const passphrase of [NEW, OLD]) {
      const client = await desk.visit(ALICE, passphrase);
      await client.greeting();
      expect(await client.ask({ type: 'whoami' })).toMatchObject({ type: 'ok', subject: ALICE.subject });
      expect(await client.ask({ type: 'whoami' })).toMatchObject({ type: 'ok' });
    }
    const stranger = await desk.visit(ALICE, OTHER);
    await stranger.greeting();
    expect(await stranger.ask({ type: 'whoami' })).toMatchObject({ code: 'decrypt' });
  });

  test('a connection keeps the one that it began with', async () => {
    const desk = await aDesk({ passwords, passphrase: [NEW, OLD] });
    const client = await desk.visit(ALICE, OLD);
    await client.greeting();
    await client.ask({ type: 'whoami' });
    client.changePassphrase(NEW);
    client.send(client.sealed({ type: 'whoami' }));
    expect(await client.line()).toMatchObject({ code: 'decrypt' });
  });

  test.each(['cbc', 'ecb'] as const)('both are taken in %s too', async (mode) => {
    const desk = await aDesk({ passwords, passphrase: [NEW, OLD], modes: MODES });
    for (const passphrase of [NEW, OLD])
      for (let i = 0; i < 20; i++) {
        const client = await desk.visit(ALICE, passphrase);
        await client.greeting();
        expect(await client.ask({ type: 'whoami' }, { mode })).toMatchObject({ type: 'ok' });
      }
  });

  test('no iv comes twice, not over restarts either', async () => {
    const seen = new Set<unknown>();
    let lines = 0;
    for (let start = 0; start < 3; start++) {
      const desk = await aDesk({ passwords });
      for (let visit = 0; visit < 5; visit++) {
        const client = await desk.visit();
        seen.add((await client.greeting())['nonce']);
        for (let i = 0; i < 20; i++) {
          client.send(client.sealed({ type: 'whoami' }));
          seen.add((await client.line())?.['iv']);
        }
        lines += 21;
      }
    }
    expect(seen.size).toBe(lines);
  });

  test('a desk with weak modes says so in each answer, whatever the mode', async () => {
    const desk = await aDesk({ passwords, modes: MODES });
    const client = await desk.visit();
    await client.greeting();
    const warned = { warning: expect.stringContaining('weak') as string };
    expect(await client.ask({ type: 'whoami' })).toMatchObject({ type: 'ok', ...warned });
    expect(await client.ask({ type: 'orders' })).toMatchObject({ code: 'unauthenticated', ...warned });
    expect(await client.ask({ type: 'whoami' }, { mode: 'ecb' })).toMatchObject(warned);
    const strict = await (await aDesk({ passwords })).visit();
    await strict.greeting();
    expect(await strict.ask({ type: 'whoami' })).not.toHaveProperty('warning');
  });
});
