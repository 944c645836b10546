/** The desk as a client of foreign make meets it: real TCP, no TLS, the wire format to the letter. */
import { describe, expect, test } from 'vitest';
import { MODES } from '../../src/core/aes/envelope.ts';
import { ALICE, BOB, PASSWORD, aDesk, signedUp } from './a-desk.ts';
import type { ForeignClient, Message } from './foreign-client.ts';

const TEA = { type: 'order', item: 'tea', quantity: 3 };

describe('the greeting', () => {
  test('comes first, with a fresh nonce of 16 bytes and the certificate it has seen', async () => {
    const desk = await aDesk();
    const [one, two] = [await (await desk.visit()).greeting(), await (await desk.visit()).greeting()];
    expect(Object.keys(one)).toEqual(['type', 'service', 'version', 'nonce', 'subject', 'serial', 'time']);
    expect(one).toMatchObject({ type: 'hello', service: 'order-desk', version: 1 });
    expect(one).toMatchObject({ subject: ALICE.subject, serial: ALICE.serial });
    expect(Buffer.from(String(one['nonce']), 'base64')).toHaveLength(16);
    expect(two['nonce']).not.toBe(one['nonce']);
    expect(new Date(String(one['time'])).toISOString()).toBe(one['time']);
  });
});

describe('a client of foreign make', () => {
  test('creates an account, orders, lists and asks who it is', async () => {
    const alice = await signedUp(await aDesk());
    const placed = await alice.ask({ ...TEA, id: 7 });
    expect(placed).toMatchObject({ type: 'ok', id: 7, order: { item: 'tea', quantity: 3, user: 'alice' } });
    expect(placed?.['order']).toMatchObject({ serial: ALICE.serial, fingerprint: ALICE.sha256 });
    expect(await alice.ask({ type: 'orders' })).toEqual({ type: 'ok', orders: [placed?.['order']] });
    expect(await alice.ask({ type: 'whoami' })).toMatchObject({
      user: 'alice',
      role: 'customer',
      serial: ALICE.serial,
    });
  });

  test('may send several lines at once and gets the answers in their order', async () => {
    const alice = await signedUp(await aDesk());
    for (const id of [1, 2, 3]) alice.send(alice.sealed({ ...TEA, quantity: id, id }));
    for (const id of [1, 2, 3]) expect(await alice.answer()).toMatchObject({ id, order: { quantity: id } });
  });

  test('may cut its lines anywhere', async () => {
    const alice = await signedUp(await aDesk());
    const bytes = Buffer.from(JSON.stringify(alice.sealed(TEA)) + '\n');
    for (const byte of bytes) alice.send(Buffer.from([byte]));
    expect(await alice.answer()).toMatchObject({ type: 'ok' });
  });

  test('finds the same order under the same key, over connections too', async () => {
    const desk = await aDesk();
    const alice = await signedUp(desk);
    const one = await alice.ask({ ...TEA, key: 'k1' });
    const again = await desk.visit();
    await again.greeting();
    await again.ask({ type: 'sign-in', user: 'alice', password: PASSWORD });
    expect(await again.ask({ ...TEA, quantity: 9, key: 'k1' })).toEqual(one);
    expect(desk.store.orderCount('alice')).toBe(1);
  });

  test('gets a list of orders that fits into one line, however many there are', async () => {
    const desk = await aDesk();
    const alice = await signedUp(desk);
    const { serial, sha256: fingerprint } = ALICE;
    const long = { item: '\u{1F375}'.repeat(100), quantity: 1, user: 'alice', serial, fingerprint, time: 0, key: null };
    await Promise.all(Array.from({ length: 150 }, () => desk.store.addOrder(long)));
    alice.send(alice.sealed({ type: 'orders' }));
    const line = await alice.line();
    expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThanOrEqual(64 * 1024);
    const answer = alice.opened(line ?? {});
    expect(answer).toMatchObject({ type: 'ok', total: 150 });
    expect((answer['orders'] as { id: number }[]).at(-1)?.id).toBe(150); // the newest ones
  });
});

describe('nobody is let in by word alone', () => {
  test('an order before sign-in is unauthenticated', async () => {
    const client = await (await aDesk()).visit();
    await client.greeting();
    expect(await client.ask(TEA)).toMatchObject({ type: 'error', code: 'unauthenticated' });
    expect(await client.ask({ type: 'orders' })).toMatchObject({ code: 'unauthenticated' });
  });

  test("alice's certificate with bob's password is refused as the wrong certificate", async () => {
    const desk = await aDesk();
    await signedUp(desk, 'bob', BOB);
    const alice = await desk.visit(ALICE);
    await alice.greeting();
    const answer = await alice.ask({ type: 'sign-in', user: 'bob', password: PASSWORD });
    expect(answer).toMatchObject({ type: 'error', code: 'wrong-certificate' });
    expect(await alice.ask(TEA)).toMatchObject({ code: 'unauthenticated' });
  });

  test('an unknown user and a wrong password get the same words', async () => {
    const desk = await aDesk();
    await signedUp(desk);
    const client = await desk.visit();
    await client.greeting();
    const wrong = await client.ask({ type: 'sign-in', user: 'alice', password: 'not the password' });
    const unknown = await client.ask({ type: 'sign-in', user: 'nobody-here', password: 'not the password' });
    expect(wrong).toMatchObject({ code: 'bad-credentials' });
    expect(unknown).toEqual(wrong);
  });

  test('failures slow further tries down', async () => {
    const desk = await aDesk();
    await signedUp(desk);
    const client = await desk.visit();
    await client.greeting();
    const codes: unknown[] = [];
    for (let i = 0; i < 7; i++)
      codes.push((await client.ask({ type: 'sign-in', user: 'alice', password: 'not the password' }))?.['code']);
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('bad-credentials'));
    expect(codes.at(-1)).toBe('too-many-tries');
  });

  test.each([
    ['weak-password', { user: 'carol', password: 'short' }],
    ['weak-password', { user: 'carol', password: 'password123' }],
    ['bad-request', { user: 'Carol', password: PASSWORD }],
    ['bad-request', { user: '../etc', password: PASSWORD }],
    ['name-taken', { user: 'alice', password: PASSWORD }],
  ])('%s: %j opens no account', async (code, credentials) => {
    const alice = await signedUp(await aDesk());
    expect(await alice.ask({ type: 'create-account', ...credentials })).toMatchObject({ type: 'error', code });
  });

  test.each([0, -1, 1.5, 1_000_001, '3', null])('a quantity of %j is a bad request', async (quantity) => {
    const desk = await aDesk();
    const alice = await signedUp(desk);
    expect(await alice.ask({ ...TEA, quantity, id: 1 })).toMatchObject({ code: 'bad-request', id: 1 });
    expect(desk.store.orderCount('alice')).toBe(0);
  });
});

describe('a line that is not what it should be ends the connection and changes nothing', () => {
  test('a wrong passphrase is told in clear', async () => {
    const client = await (await aDesk()).visit(ALICE, '6543210987654321');
    await client.greeting();
    client.send(client.sealed({ type: 'create-account', user: 'alice', password: PASSWORD }));
    expect(await client.line()).toEqual({ type: 'error', code: 'decrypt', message: expect.any(String) });
    expect(await client.line()).toBeNull();
  });

  /** Each sends one line after the sign-up, whose own line had n 0. */
  const BAD: [string, string, (client: ForeignClient) => string | Uint8Array | Message][] = [
    ['a repeated count', 'replay', (client) => client.sealed(TEA, { n: 0 })],
    ['a skipped count', 'replay', (client) => client.sealed(TEA, { n: 2 })],
    ['a count that is a fraction', 'bad-request', (client) => client.sealed(TEA, { n: 1.5 })],
    ['a line of another connection', 'decrypt', (client) => client.sealed(TEA, { nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' })],
    ["the desk's own direction", 'decrypt', (client) => client.sealed(TEA, { from: 's' })],
    ['a tag of 4 bytes', 'bad-request', (client) => client.sealed(TEA, { tagBytes: 4 })],
    ['CBC without --weak-modes', 'bad-request', (client) => client.sealed(TEA, { mode: 'cbc' })],
    ['ECB without --weak-modes', 'bad-request', (client) => client.sealed(TEA, { mode: 'ecb' })],
    ['a request in clear', 'bad-request', () => TEA],
    ['an extra field', 'bad-request', (client) => ({ ...client.sealed(TEA), admin: true })],
    ['what is no JSON', 'bad-request', () => 'GET / HTTP/1.1'],
    ['a list', 'bad-request', () => '[]'],
    ['invalid UTF-8', 'bad-request', () => Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a])],
    ['deep nesting', 'bad-request', () => '{"a":'.repeat(5000) + '1' + '}'.repeat(5000)],
  ];
  test.each(BAD)('%s: %s', async (_name, code, line) => {
    const desk = await aDesk();
    const alice = await signedUp(desk);
    alice.send(line(alice));
    expect(await alice.answer()).toMatchObject({ type: 'error', code });
    expect(await alice.line()).toBeNull();
    expect(desk.store.orderCount('alice')).toBe(0);
  });

  test('a changed byte', async () => {
    const desk = await aDesk();
    const alice = await signedUp(desk);
    const envelope = alice.sealed(TEA);
    const ct = Buffer.from(String(envelope['ct']), 'base64');
    ct[5] = (ct[5] ?? 0) ^ 1;
    alice.send({ ...envelope, ct: ct.toString('base64') });
    expect(await alice.line()).toMatchObject({ code: 'decrypt' });
    expect(await alice.line()).toBeNull();
    expect(desk.store.orderCount('alice')).toBe(0);
  });

  test('a line without end is cut off at 64 KiB', async () => {
    const alice = await signedUp(await aDesk());
    alice.send(Buffer.alloc(70 * 1024, 'x'));
    expect(await alice.answer()).toMatchObject({ type: 'error', code: 'too-large' });
    expect(await alice.line()).toBeNull();
  });

  test('a request that is none is answered, and the third ends the connection', async () => {
    const client = await (await aDesk()).visit();
    await client.greeting();
    for (const id of [1, 2, 3])
      expect(await client.ask({ type: 'format-disk', id })).toMatchObject({ code: 'bad-request', id });
    expect(await client.line()).toBeNull();
  });

  test('after each of them the next client is served', async () => {
    const desk = await aDesk();
    const enemy = await desk.visit();
    await enemy.greeting();
    enemy.send(Buffer.alloc(70 * 1024, 'x'));
    enemy.close();
    await signedUp(desk);
  });
});

describe('weak modes', () => {
  test.each(['cbc', 'ecb'] as const)('%s is taken by a desk that was told to, and answered in kind', async (mode) => {
    const client = await (await aDesk({ modes: MODES })).visit();
    await client.greeting();
    client.send(client.sealed({ type: 'create-account', user: 'alice', password: PASSWORD }, { mode }));
    const line = await client.line();
    expect(line).toMatchObject({ n: 0, mode });
    expect(line).not.toHaveProperty('tag');
    expect(client.opened(line ?? {})).toMatchObject({ type: 'ok', user: 'alice' });
  });
});

test('closing the desk ends the conversations', async () => {
  const desk = await aDesk();
  const alice = await signedUp(desk);
  desk.desk.close();
  expect(await alice.line()).toBeNull();
});
