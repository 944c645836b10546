/** What the client says first, and what it changes when it is asked again. Sections are those of RFC 8446. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { ClientOptions, Ticket } from '../../src/core/tls/client/options.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import { hasProgram } from '../programs.ts';
import {
  ext,
  extensionOf,
  hex,
  HostileServer,
  join,
  message,
  number,
  record,
  text,
  vec,
  zeros,
  type Extension,
  type Hello,
  type Settings,
} from './hostile-server.ts';
import { Identities } from './identities.ts';

vi.setConfig({ testTimeout: 60_000 });

const identities = new Identities();
afterAll(() => identities.close());

const meet = (settings: Partial<Settings> = {}) => new HostileServer({ identity: identities.of('p256'), ...settings });
const helloOf = (options: Partial<ClientOptions>): Hello => meet({ options }).hello;
const typesOf = ({ extensions }: Hello) => extensions.map(({ type }) => type);
const NOW = 1_700_000_000_000;

describe.skipIf(!hasProgram('openssl'))('the first hello', () => {
  test('has the fields of §4.1.2, and in each connection others', () => {
    const [one, two] = [helloOf({}), helloOf({})];
    expect(one.legacyVersion).toBe(0x0303);
    expect([one.random.length, one.sessionId.length]).toEqual([32, 32]);
    expect(one.compression).toEqual(hex('00'));
    expect(one.suites).toEqual(hex('1301 1302 1303'));
    expect(one.random).not.toEqual(two.random);
    expect(one.sessionId).not.toEqual(two.sessionId);
    expect(extensionOf(one, 51)).not.toEqual(extensionOf(two, 51));
  });

  test('travels in a record of version 3.1, the later ones in 3.3 (§5.1)', () => {
    const server = meet();
    server.retry({ group: 0x0017 });
    const records = server.outputs.flatMap((output) => (output.kind === 'record' ? [output.bytes] : []));
    expect(records.map((bytes) => [...bytes.subarray(0, 3)])).toEqual([
      [22, 3, 1],
      [20, 3, 3],
      [22, 3, 3],
    ]);
  });

  test('has every extension that §9.2 demands, with the contents of §4.2', () => {
    const hello = helloOf({ serverName: 'desk.test', alpn: ['desk/1', 'http/1.1'], shares: 2 });
    expect(typesOf(hello)).toEqual([0, 10, 13, 16, 43, 45, 51]);
    expect(extensionOf(hello, 0)).toEqual(vec(2, hex('00'), vec(2, text('desk.test'))));
    expect(extensionOf(hello, 10)).toEqual(hex('0004 001d 0017'));
    // no SHA-1, PKCS#1 last, and only what the client computes with
    const schemes = '0403 0503 0603 0807 0804 0805 0806 0809 080a 080b 0401 0501 0601';
    expect(extensionOf(hello, 13)).toEqual(vec(2, hex(schemes)));
    expect(extensionOf(hello, 16)).toEqual(vec(2, vec(1, text('desk/1')), vec(1, text('http/1.1'))));
    expect(extensionOf(hello, 43)).toEqual(hex('02 0304'));
    expect(extensionOf(hello, 45)).toEqual(hex('01 01'));
    const shares = extensionOf(hello, 51) ?? zeros(0);
    expect([shares.length, ...shares.subarray(0, 6)]).toEqual([2 + 36 + 69, 0, 105, 0, 0x1d, 0, 32]);
    expect([...shares.subarray(38, 43)]).toEqual([0, 0x17, 0, 65, 4]);
  });

  test.each([
    ['a name', 'desk.test', 'desk.test'],
    ['a name with a dot at its end, RFC 6066 §3', 'desk.test.', 'desk.test'],
    ['an IPv4 address', '127.0.0.1', null],
    ['an IPv6 address', '::1', null],
    ['nothing', '', null],
    ['a name that is not ASCII', 'bücher.test', null],
    ['null', null, null],
  ])('server_name for %s', (_name, serverName, sent) => {
    const expected = sent === null ? null : vec(2, hex('00'), vec(2, text(sent)));
    expect(extensionOf(helloOf({ serverName }), 0)).toEqual(expected);
  });

  test('without any share asks the server to choose (§4.2.8)', () => {
    expect(extensionOf(helloOf({ shares: 0 }), 51)).toEqual(hex('0000'));
  });
});

const PSK = zeros(32).fill(7);
const ticketOf = (changes: Partial<Ticket> = {}): Ticket => ({
  identity: text('a ticket of before'),
  psk: PSK,
  suite: 0x1301,
  ageAdd: 0xfffffff0,
  lifetimeSeconds: 100,
  receivedAt: NOW - 5000,
  serverName: null,
  ...changes,
});

/** pre_shared_key of a hello taken apart, and the hello up to its binders. */
function offeredPsk({ bytes, extensions }: Hello) {
  const last = extensions.at(-1);
  if (last?.type !== 41) return null;
  const identityBytes = 2 + ((last.body[0] ?? 0) << 8) + (last.body[1] ?? 0);
  const binders = last.body.subarray(identityBytes);
  return {
    identities: last.body.subarray(2, identityBytes),
    binder: binders.subarray(3),
    truncated: bytes.subarray(0, bytes.length - binders.length),
  };
}

describe.skipIf(!hasProgram('openssl'))('a hello with a ticket', () => {
  test('offers it last, with its age hidden and a right binder (§4.2.11)', () => {
    const server = meet({ options: { ticket: ticketOf() } });
    const offered = offeredPsk(server.hello);
    const age = (5000 + 0xfffffff0) % 2 ** 32;
    expect(offered?.identities).toEqual(join(vec(2, text('a ticket of before')), number(4, age)));
    expect(offered?.binder).toEqual(server.binder(PSK, [], offered?.truncated ?? zeros(0)));
  });

  test('makes the binder with the hash of the ticket (§4.2.11.2)', () => {
    const psk = zeros(48).fill(8);
    const server = meet({ suite: 0x1302, options: { ticket: ticketOf({ suite: 0x1302, psk }) } });
    const offered = offeredPsk(server.hello);
    expect(offered?.binder).toHaveLength(48);
    expect(offered?.binder).toEqual(server.binder(psk, [], offered?.truncated ?? zeros(0)));
  });

  test.each<[name: string, ticket: Partial<Ticket>, options: Partial<ClientOptions>]>([
    ['a moment too old (§4.2.11.1)', { receivedAt: NOW - 100_001 }, {}],
    ['to be forgotten at once (§4.6.1)', { lifetimeSeconds: 0 }, {}],
    ['older than a week (§4.6.1)', { lifetimeSeconds: 10 ** 9, receivedAt: NOW - 604_800_001 }, {}],
    ['of another server (§4.6.1)', { serverName: 'desk.test' }, { serverName: 'shop.test' }],
    ['of a server with a name, for one without', { serverName: 'desk.test' }, {}],
    ['of a hash that no suite on offer has (§4.2.11)', {}, { suites: [0x1302] }],
    ['of a suite that is none of TLS 1.3', { suite: 0xc02f }, {}],
    ['without a name of its own (§4.2.11)', { identity: zeros(0) }, {}],
    ['too long for a hello', { identity: zeros(60_000) }, {}],
  ])('does not offer one %s', (_name, changes, options) => {
    expect(typesOf(helloOf({ ...options, ticket: ticketOf(changes) }))).not.toContain(41);
  });

  test.each<[name: string, ticket: Partial<Ticket>, options: Partial<ClientOptions>]>([
    ['in its last moment', { receivedAt: NOW - 100_000 }, {}],
    ['from a clock that was ahead', { receivedAt: NOW + 100_000 }, {}],
    ['of another suite with the same hash', { suite: 0x1303 }, { suites: [0x1301] }],
    [
      'of the same server, whatever its protocols',
      { serverName: 'desk.test' },
      { serverName: 'desk.test', alpn: ['desk/2'] },
    ],
  ])('offers one %s', (_name, changes, options) => {
    expect(typesOf(helloOf({ ...options, ticket: ticketOf(changes) })).at(-1)).toBe(41);
  });

  test('resumes: no certificates, and the keys are made from the ticket', () => {
    const server = meet({ psk: PSK, options: { ticket: ticketOf() } });
    server.connect();
    expect(server.finishedHolds).toEqual([true]);
    expect(server.outputs.filter(({ kind }) => kind === 'judge' || kind === 'sign')).toEqual([]);
    expect(server.outputs).toContainEqual({ kind: 'connected', suite: 0x1301, alpn: null, resumed: true });
    expect(dissect(server.chunks, server.keyLog).verified.pskBinder).toMatchObject({ holds: true });
  });

  test('is as good as one without where the server does not take it', () => {
    const server = meet({ options: { ticket: ticketOf() } });
    server.connect();
    expect(server.finishedHolds).toEqual([true]);
    expect(server.outputs).toContainEqual({ kind: 'connected', suite: 0x1301, alpn: null, resumed: false });
    // the key on offer is told, so that its binder can be checked
    expect(dissect(server.chunks, server.keyLog).verified.pskBinder).toMatchObject({ holds: true });
  });

  test('and a certificate: the server that does not take the ticket asks for it', () => {
    const clientKey = identities.of('p256', 7);
    const identity = { chain: [clientKey.der], schemes: [0x0403] };
    const server = meet({ clientKey, options: { ticket: ticketOf(), identity } });
    server.connect({ asks: true });
    expect(server.finishedHolds).toEqual([true]);
    expect(server.outputs.filter(({ kind }) => kind === 'judge' || kind === 'sign')).toHaveLength(2);
  });

  test('is negotiated anew: protocols and all (§4.2)', () => {
    const server = meet({ psk: PSK, options: { ticket: ticketOf(), alpn: ['desk/1'] } });
    server.connect({ extensions: [ext(16, '0007066465736b2f31')] });
    expect(server.outputs).toContainEqual({ kind: 'connected', suite: 0x1301, alpn: 'desk/1', resumed: true });
  });
});

describe.skipIf(!hasProgram('openssl'))('the hello after a HelloRetryRequest (§4.1.2)', () => {
  const without = (extensions: readonly Extension[], ...types: number[]) =>
    extensions.filter(({ type }) => !types.includes(type));
  const OPTIONS: Partial<ClientOptions> = { serverName: 'desk.test', alpn: ['desk/1'] };

  /** The two hellos of a connection that goes on to the end. */
  function retried(settings: Partial<Settings>, request: Parameters<HostileServer['retry']>[0]): [Hello, Hello] {
    const server = meet({ options: OPTIONS, ...settings });
    server.retry(request).connect();
    expect(server.finishedHolds).toEqual([true]);
    expect(dissect(server.chunks, server.keyLog).problems).toEqual([]);
    const [one, two] = server.hellos;
    if (!one || !two) throw new Error('There were no two hellos.');
    for (const field of ['legacyVersion', 'random', 'sessionId', 'suites', 'compression'] as const) {
      expect(two[field]).toEqual(one[field]);
    }
    return [one, two];
  }

  test('has one share, of the group it was asked for, and is the same for the rest', () => {
    const [one, two] = retried({}, { group: 0x0017 });
    expect(without(two.extensions, 51)).toEqual(without(one.extensions, 51));
    expect([...(extensionOf(two, 51) ?? [])].slice(0, 7)).toEqual([0, 69, 0, 0x17, 0, 65, 4]);
  });

  test('gives the cookie back, and is the same for the rest', () => {
    const [one, two] = retried({}, { cookie: text('remember me') });
    expect(extensionOf(two, 44)).toEqual(vec(2, text('remember me')));
    expect(without(two.extensions, 44)).toEqual(one.extensions);
  });

  test('does both', () => {
    const [one, two] = retried({}, { group: 0x0017, cookie: zeros(5000) });
    expect(extensionOf(two, 44)).toEqual(vec(2, zeros(5000)));
    expect(without(two.extensions, 44, 51)).toEqual(without(one.extensions, 51));
  });

  test('makes a new binder over all that was said (§4.2.11.2), and the older age', () => {
    let now = NOW;
    const server = meet({ psk: PSK, now: () => now, options: { ticket: ticketOf() } });
    now += 250;
    server.retry({ group: 0x0017 });
    const offered = offeredPsk(server.hello);
    expect(offered?.identities.subarray(-4)).toEqual(number(4, (5250 + 0xfffffff0) % 2 ** 32));
    const before = server.transcript.slice(0, 2);
    expect(before.map((bytes) => bytes[0])).toEqual([254, 2]);
    expect(offered?.binder).toEqual(server.binder(PSK, before, offered?.truncated ?? zeros(0)));
    server.connect();
    expect(server.finishedHolds).toEqual([true]);
  });

  test('leaves the ticket out where its hash is not the one of the suite (§4.1.4)', () => {
    const server = meet({ suite: 0x1302, options: { ticket: ticketOf() } });
    expect(typesOf(server.hello)).toContain(41);
    server.retry({ group: 0x0017 });
    expect(typesOf(server.hello)).not.toContain(41);
    server.connect();
    expect(server.finishedHolds).toEqual([true]);
  });

  test('comes after one ChangeCipherSpec; there is no second (§D.4)', () => {
    const server = meet();
    server.retry({ group: 0x0017 }).connect();
    const said = server.heard.map(({ type, content }) => [type, content[0]]);
    expect(said).toEqual([
      [22, 1],
      [20, 1],
      [22, 1],
      [22, 20],
    ]);
  });
});

describe.skipIf(!hasProgram('openssl'))('tickets of a server (§4.6.1)', () => {
  const say = (server: HostileServer, ...tickets: Uint8Array[]) => server.deliver(server.sealed(22, join(...tickets)));
  const tickets = ({ outputs }: HostileServer) =>
    outputs.flatMap((output) => (output.kind === 'ticket' ? [output.ticket] : []));

  test('come with all that resuming needs', () => {
    const server = meet({ options: { serverName: 'desk.test' } });
    server.connect();
    const nonces = [zeros(0), hex('01'), zeros(255).fill(3)];
    say(server, ...nonces.map((nonce, index) => server.ticket({ nonce, ticket: text(`ticket ${index}`) })));
    expect(tickets(server)).toEqual(
      nonces.map((nonce, index) => ({
        identity: text(`ticket ${index}`),
        psk: server.ticketKey(nonce),
        suite: 0x1301,
        ageAdd: 0x01020304,
        lifetimeSeconds: 3600,
        receivedAt: NOW,
        serverName: 'desk.test',
      })),
    );
  });

  test('count the own certificate: their key covers the whole conversation', () => {
    const clientKey = identities.of('p256', 7);
    const server = meet({ clientKey, options: { identity: { chain: [clientKey.der], schemes: [0x0403] } } });
    server.connect({ asks: true });
    say(server, server.ticket());
    expect(tickets(server).map(({ psk }) => psk)).toEqual([server.ticketKey(hex('00'))]);
  });

  test.each([
    ['of no lifetime are forgotten', 0, []],
    ['of a second are kept', 1, [1]],
    ['of a week are kept', 604_800, [604_800]],
    // the server MUST NOT say so, and the client MUST NOT keep it longer, "regardless of the ticket_lifetime"
    ['of more than a week are kept a week', 604_801, [604_800]],
    ['of the longest lifetime are kept a week', 2 ** 32 - 1, [604_800]],
  ])('%s', (_name, lifetime, kept) => {
    const server = meet();
    server.connect();
    say(server, server.ticket({ lifetime }));
    expect(tickets(server).map(({ lifetimeSeconds }) => lifetimeSeconds)).toEqual(kept);
    expect(server.client.expects).toBe('anything');
  });

  test('may carry early_data and what nobody knows', () => {
    const server = meet();
    server.connect();
    say(server, server.ticket({ extensions: [ext(42, '00004000'), ext(0xfafa, 'ff'), ext(0x1a1a)] }));
    expect(tickets(server)).toHaveLength(1);
  });

  test('with a nonce that was used before are kept: to tell them apart is the duty of the server', () => {
    const server = meet();
    server.connect();
    say(server, server.ticket(), server.ticket());
    expect(tickets(server)).toHaveLength(2);
  });

  test('resume, with the server computing every key by itself', () => {
    const first = meet();
    first.connect();
    say(first, first.ticket());
    const [ticket] = tickets(first);
    if (!ticket) throw new Error('No ticket came.');
    const second = meet({ psk: first.ticketKey(hex('00')), options: { ticket } });
    second.connect();
    expect(second.finishedHolds).toEqual([true]);
    expect(second.outputs).toContainEqual({ kind: 'connected', suite: 0x1301, alpn: null, resumed: true });
  });
});

test.skipIf(!hasProgram('openssl'))('bytes that came before the hello was said are read after it', () => {
  const server = meet();
  expect(server.client.handle({ kind: 'start' })).toEqual([]);
  server.deliver(record(22, message(0)));
  expect(server.outputs.at(-1)).toMatchObject({ kind: 'refused', alert: 10 });
});
