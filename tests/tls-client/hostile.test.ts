/**
 * What a server must not do, and the alert with which the client ends it. The sections are those of RFC 8446; where it
 * names no alert for a case, or leaves a choice, `choice` says what was chosen and why.
 */
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Ticket } from '../../src/core/tls/client/options.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import { hasProgram } from '../programs.ts';
import {
  block,
  ext,
  hex,
  HostileServer,
  join,
  message,
  record,
  text,
  vec,
  zeros,
  type Extension,
  type Settings,
  type Under,
} from './hostile-server.ts';
import { Identities, signAs, type Kind } from './identities.ts';

vi.setConfig({ testTimeout: 60_000 });

const identities = new Identities();
afterAll(() => identities.close());

interface Case {
  readonly name: string;
  readonly alert: number;
  /** section of RFC 8446 that says so */
  readonly source: string;
  /** why this alert, where the RFC names none or several */
  readonly choice?: string;
  readonly settings?: Partial<Settings>;
  readonly kind?: Kind;
  readonly play: (server: HostileServer) => unknown;
}

const row = (
  alert: number,
  source: string,
  name: string,
  play: Case['play'],
  more: Pick<Case, 'choice' | 'settings' | 'kind'> = {},
): Case => ({ alert, source, name, play, ...more });

/** A server of a case. */
const meet = ({ settings = {}, kind = 'p256' }: Pick<Case, 'settings' | 'kind'>): HostileServer =>
  new HostileServer({ identity: identities.of(kind), ...settings });

/** The client has ended it: alert on the wire under the right keys, words outside, and it is deaf from now on. */
function expectRefusal(server: HostileServer, alert: number, under: Under): void {
  const refusals = server.outputs.filter(({ kind }) => kind === 'refused');
  expect(refusals).toEqual([{ kind: 'refused', alert, why: expect.stringMatching(/^[A-Z].{10,}\.$/) as string }]);
  expect(server.outputs.at(-1)).toBe(refusals[0]);
  expect(server.outputs.at(-2)?.kind).toBe('record');
  // opened by the server's own keys
  expect(server.heard.at(-1)).toEqual({ under, type: 21, content: Uint8Array.of(2, alert) });
  // and by the dissector with the client's key log
  const { alerts } = dissect(server.chunks, server.keyLog);
  expect(alerts.filter(({ from }) => from === 'client')).toMatchObject([
    { level: 2, code: alert, encrypted: under !== 'clear' },
  ]);
  expect(server.client.expects).toBe('closed');
  const before = server.outputs.length;
  server.deliver(record(21, hex('0200')));
  for (const kind of ['start', 'close'] as const) server.input({ kind });
  server.input({ kind: 'send', bytes: text('too late') });
  expect(server.outputs.length).toBe(before);
}

function run(title: string, under: Under, cases: readonly Case[]): void {
  describe.skipIf(!hasProgram('openssl'))(title, () => {
    for (const { name, source, alert, play, ...more } of cases) {
      test(`${name}: ${alert} (§${source})`, () => {
        const server = meet(more);
        play(server);
        expectRefusal(server, alert, under);
        expect(server.outputs.some(({ kind }) => kind === 'connected')).toBe(under === 'application');
      });
    }
  });
}

const X25519_BASE = hex('09' + '00'.repeat(31));
const P256_ONLY: Partial<Settings> = { options: { groups: ['secp256r1'] } };
/** the generator of P-256, SEC 2 §2.4.2 */
const P256_X = hex('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296');
const P256_Y = hex('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5');
const OFFERING: Partial<Settings> = { options: { serverName: 'desk.test', alpn: ['desk/1'] } };

const swap = (type: number, by: readonly Extension[]) => (usual: readonly Extension[]) =>
  usual.flatMap((one) => (one.type === type ? by : [one]));
const plus =
  (...more: readonly Extension[]) =>
  (usual: readonly Extension[]) => [...usual, ...more];

/** Points of small order, RFC 7748 §6.1: 0, 1, two of order 8, p - 1, p and p + 1 (cr.yp.to/ecdh.html#validate). */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

const ANY_MESSAGE: readonly (readonly [string, Uint8Array])[] = [
  ['HelloRequest', message(0)],
  ['ClientHello', message(1, zeros(40))],
  ['EndOfEarlyData', message(5)],
  ['ServerHelloDone', message(14)],
  ['message_hash', message(254, zeros(32))],
  ['an unknown message', message(99, zeros(5))],
];

run('in place of a ServerHello', 'clear', [
  ...ANY_MESSAGE.map(([name, bytes]) =>
    row(10, name === 'EndOfEarlyData' ? '4.5' : '4', name, (s) => s.deliver(record(22, bytes))),
  ),
  row(10, '4', 'EncryptedExtensions', (s) => s.deliver(record(22, message(8, block([]))))),
  row(10, '4', 'Certificate', (s) => s.deliver(record(22, s.certificate()))),
  row(10, '4', 'Finished', (s) => s.deliver(record(22, message(20, zeros(32))))),
  row(10, '4.6.1', 'NewSessionTicket', (s) => s.deliver(record(22, s.ticket()))),
  row(10, '4.6.3', 'KeyUpdate', (s) => s.deliver(record(22, message(24, hex('00'))))),
  row(10, '4', 'the first bytes of a long message that is not due', (s) => s.deliver(record(22, hex('0b 03 00 00')))),
  row(10, '5.2', 'application data', (s) => s.deliver(record(23, text('hello there, client')))),
  row(10, '5', 'a ChangeCipherSpec of 02', (s) => s.deliver(record(20, hex('02')))),
  row(10, '5', 'a ChangeCipherSpec of two bytes', (s) => s.deliver(record(20, hex('0101')))),
  row(10, '5', 'a ChangeCipherSpec of no byte', (s) => s.deliver(record(20, zeros(0)))),
  ...[0, 19, 24, 99, 255].map((type) =>
    row(10, '5', `a record of type ${type}`, (s) => s.deliver(record(type, hex('00')))),
  ),
  row(10, '5', 'an answer in HTTP', (s) => s.deliver(text('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  row(10, '5', 'the banner of SSH', (s) => s.deliver(text('SSH-2.0-OpenSSH_9.2\r\n'))),
  row(10, '5', 'a ServerHello of SSL 2.0', (s) => s.deliver(hex('800b 04 00 01 0002 0000 0000 0000'))),
  row(10, '5', 'a single byte that begins no record', (s) => s.deliver(hex('48'))),
  row(22, '5.1', 'the header of a record of 2^14 + 1 bytes', (s) => s.deliver(hex('16 0303 4001'))),
  row(22, '5.1', 'an alert of 2^14 + 1 bytes', (s) => s.deliver(record(21, zeros(2 ** 14 + 1)))),
  row(10, '5.1', 'an empty handshake record', (s) => s.deliver(record(22, zeros(0)))),
  row(10, '5.1', 'an empty handshake record within a message', (s) =>
    s.deliver(record(22, s.serverHello().subarray(0, 20)), record(22, zeros(0))),
  ),
  row(10, '5.1', 'an alert within a message', (s) =>
    s.deliver(record(22, s.serverHello().subarray(0, 20)), record(21, hex('0228'))),
  ),
  row(10, '5.4', 'an empty alert', (s) => s.deliver(record(21, zeros(0))), {
    choice: '§5.4 speaks of sealed records; in clear it is the same mistake',
  }),
  row(50, '6', 'an alert of one byte', (s) => s.deliver(record(21, hex('02')))),
  row(50, '5.1', 'two alerts in one record', (s) => s.deliver(record(21, hex('0228 0228'))), {
    choice: 'one record, one alert: four bytes do not conform to the syntax (§6.2)',
  }),
  row(47, '4', 'a ServerHello that announces more than 256 KiB', (s) => s.deliver(record(22, hex('02 040000'))), {
    choice: 'a limit of this client; OpenSSL ends with the same alert',
  }),
]);

run('what a ServerHello may not say', 'clear', [
  // versions
  row(70, '4.2.1', 'TLS 1.2', (s) => s.greet({ extensions: () => [ext(0xff01, '00')] })),
  row(70, '4.2.1', 'TLS 1.2 without any extension', (s) => {
    const head = join(hex('0303'), zeros(32), vec(1, zeros(0)), hex('c02f 00'));
    s.deliver(record(22, message(2, head)));
  }),
  row(70, '4.2.1', 'TLS 1.0', (s) => s.greet({ legacyVersion: 0x0301, extensions: () => [] })),
  row(70, '4.2.1', 'TLS 1.3 in the old place only', (s) =>
    s.greet({ legacyVersion: 0x0304, extensions: swap(43, []) }),
  ),
  ...['01', '00'].map((last) =>
    row(47, '4.1.3', `TLS 1.2 with the warning of a downgrade ${last}`, (s) =>
      s.greet({ extensions: () => [], random: join(zeros(24), text('DOWNGRD'), hex(last)) }),
    ),
  ),
  ...['0303', '0302', '0300', '0305', '7f1c', '0a0a'].map((version) =>
    row(47, '4.2.1', `supported_versions ${version}`, (s) => s.greet({ extensions: swap(43, [ext(43, version)]) })),
  ),
  ...['', '03', '030403', '020304'].map((body) =>
    row(50, '6.2', `supported_versions of the bytes "${body}"`, (s) =>
      s.greet({ extensions: swap(43, [ext(43, body)]) }),
    ),
  ),
  // fields
  row(47, '4.1.3', 'another session id', (s) => s.greet({ sessionId: zeros(32) })),
  row(47, '4.1.3', 'no session id', (s) => s.greet({ sessionId: zeros(0) })),
  row(47, '4.1.3', 'half the session id', (s) => s.greet({ sessionId: s.hello.sessionId.subarray(0, 16) })),
  row(50, '6.2', 'a session id of 33 bytes', (s) => s.greet({ sessionId: join(s.hello.sessionId, zeros(1)) })),
  ...[0x1304, 0x1300, 0xc02f, 0x009c, 0x0000, 0xffff, 0x0a0a].map((suite) =>
    row(47, '4.1.3', `suite ${suite.toString(16)}`, (s) => s.greet({ suite })),
  ),
  row(47, '4.1.3', 'a suite that was left out of the offer', (s) => s.greet({ suite: 0x1302 }), {
    settings: { options: { suites: [0x1301, 0x1303] } },
  }),
  row(47, '4.1.3', 'a suite of TLS 1.2 that was on offer', (s) => s.greet({ suite: 0xc02f }), {
    settings: { options: { suites: [0x1301, 0xc02f] } },
  }),
  row(47, '4.1.3', 'compression', (s) => s.greet({ compression: 1 })),
  // extensions: which
  row(47, '4.2', 'key_share twice', (s) => s.greet({ extensions: (usual) => [...usual, ...usual.slice(-1)] }), {
    choice: '§4.2 forbids it without naming an alert; it is well-formed and wrong (§6)',
  }),
  row(47, '4.2', 'supported_versions twice', (s) =>
    s.greet({ extensions: (usual) => [...usual.slice(0, 1), ...usual] }),
  ),
  row(47, '4.2', 'an unknown extension twice', (s) => s.greet({ extensions: plus(ext(0xfafa), ext(0xfafa)) })),
  ...[
    [0xff01, 'renegotiation_info', '00'],
    [23, 'extended_master_secret', ''],
    [35, 'session_ticket', ''],
    [11, 'ec_point_formats', '0100'],
    [0xfafa, 'an unknown extension', ''],
    [0x0a0a, 'GREASE', ''],
    [41, 'pre_shared_key without a ticket on offer', '0000'],
  ].map(([type, name, body]) =>
    row(110, '4.2', `${name}`, (s) => s.greet({ extensions: plus(ext(Number(type), `${body}`)) })),
  ),
  ...[
    [0, 'server_name', ''],
    [10, 'supported_groups', '0002001d'],
    [13, 'signature_algorithms', '00020403'],
    [16, 'ALPN', '0007 06 6465736b2f31'],
    [44, 'cookie', '000101'],
    [45, 'psk_key_exchange_modes', '0101'],
    [42, 'early_data', ''],
    [21, 'padding', '00'],
    [49, 'post_handshake_auth', ''],
    [5, 'status_request', ''],
  ].map(([type, name, body]) =>
    row(
      47,
      '4.2',
      `${name}, which belongs elsewhere`,
      (s) => s.greet({ extensions: plus(ext(Number(type), `${body}`)) }),
      {
        settings: OFFERING,
      },
    ),
  ),
  // key shares
  row(109, '9.2', 'no key_share', (s) => s.greet({ extensions: swap(51, []) }), {
    choice: 'mandatory where no ticket is taken: missing_extension as §6.2 defines it',
  }),
  ...['', '00', '001d', '001d0020', '001d0000', '001d0001', '001d000100ff'].map((body) =>
    row(50, '6.2', `a key_share of the bytes "${body}"`, (s) => s.greet({ extensions: swap(51, [ext(51, body)]) })),
  ),
  row(47, '4.2.8', 'a share of P-384', (s) => s.greet({ group: 0x0018, share: join(hex('04'), zeros(96)) })),
  row(47, '4.2.8', 'a share of P-256, for which no share was sent', (s) =>
    s.greet({ group: 0x0017, share: join(hex('04'), P256_X, P256_Y) }),
  ),
  row(47, '4.2.8', 'a share of GREASE', (s) => s.greet({ group: 0x0a0a, share: zeros(1) })),
  ...[31, 33, 1, 64].map((length) =>
    row(47, '4.2.8.2', `a share of X25519 with ${length} bytes`, (s) => s.greet({ share: zeros(length).fill(9) }), {
      choice: 'the vector is well-formed; what is wrong is its meaning (§6)',
    }),
  ),
  ...LOW_ORDER.map((point) =>
    row(47, '7.4.2', `the point of small order ${point.slice(0, 8)}…`, (s) => s.greet({ share: hex(point) })),
  ),
  ...(
    [
      ['off the curve', join(hex('04'), P256_X, P256_X)],
      ['compressed', join(hex('03'), P256_X)],
      ['of the hybrid form', join(hex('07'), P256_X, P256_Y)],
      ['at infinity', hex('00')],
      ['at infinity, padded', zeros(65)],
      ['without its form', join(P256_X, P256_Y)],
      ['one byte short', join(hex('04'), P256_X, P256_Y.subarray(1))],
      ['one byte long', join(hex('04'), P256_X, P256_Y, zeros(1))],
      ['with x = p', join(hex('04'), hex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff'), P256_Y)],
      ['at zero', join(hex('04'), zeros(64))],
      ['of X25519', X25519_BASE],
    ] as const
  ).map(([name, share]) =>
    row(47, '4.2.8.2', `a point of P-256 ${name}`, (s) => s.greet({ share }), { settings: P256_ONLY }),
  ),
  // form
  row(50, '6.2', 'a byte behind the extensions', (s) => {
    const hello = s.serverHello();
    s.deliver(record(22, message(2, hello.subarray(4), zeros(1))));
  }),
  row(50, '6.2', 'an extension longer than the message', (s) => {
    const hello = s.serverHello();
    s.deliver(record(22, message(2, hello.subarray(4, hello.length - 1))));
  }),
  row(50, '6.2', 'a message that ends within the random', (s) =>
    s.deliver(record(22, message(2, hex('0303'), zeros(31)))),
  ),
  row(50, '6.2', 'an empty message', (s) => s.deliver(record(22, message(2)))),
  row(10, '5.1', 'EncryptedExtensions behind it in the same record', (s) =>
    s.deliver(record(22, join(s.serverHello(), message(8, block([]))))),
  ),
  row(10, '5.1', 'the first byte of another message behind it', (s) =>
    s.deliver(record(22, join(s.serverHello(), hex('08')))),
  ),
]);

const PSK = zeros(32).fill(7);
const ticket = (changes: Partial<Ticket> = {}): Ticket => ({
  identity: text('ticket'),
  psk: PSK,
  suite: 0x1301,
  ageAdd: 5,
  lifetimeSeconds: 60,
  receivedAt: 1_700_000_000_000 - 1000,
  ...changes,
});
const resuming = (changes: Partial<Ticket> = {}, settings: Partial<Settings> = {}): Partial<Settings> => ({
  options: { ticket: ticket(changes) },
  psk: PSK,
  ...settings,
});

run('a ServerHello that takes a ticket', 'clear', [
  row(47, '4.2.11', 'the second of one', (s) => s.greet({ extensions: swap(41, [ext(41, '0001')]) }), {
    settings: resuming(),
  }),
  row(47, '4.2.11', 'number 65535', (s) => s.greet({ extensions: swap(41, [ext(41, 'ffff')]) }), {
    settings: resuming(),
  }),
  row(47, '4.2.11', 'with a suite of another hash', (s) => s.greet({ suite: 0x1302 }), { settings: resuming() }),
  row(47, '4.2.11', 'without a key share: only psk_dhe_ke is on offer', (s) => s.greet({ extensions: swap(51, []) }), {
    settings: resuming(),
  }),
  ...['', '00', '000000'].map((body) =>
    row(
      50,
      '6.2',
      `with a pre_shared_key of the bytes "${body}"`,
      (s) => s.greet({ extensions: swap(41, [ext(41, body)]) }),
      {
        settings: resuming(),
      },
    ),
  ),
  row(110, '4.2', 'that was too old to be offered', (s) => s.greet(), { settings: resuming({ lifetimeSeconds: 0 }) }),
  row(110, '4.2', 'that was of another server and not offered', (s) => s.greet(), {
    settings: resuming({ serverName: 'other.test' }),
  }),
  row(
    110,
    '4.2',
    'that the second hello no longer offers',
    (s) => s.retry({ cookie: hex('01'), suite: 0x1302 }).greet(),
    {
      settings: resuming({}, { suite: 0x1302 }),
    },
  ),
]);

const P256 = 0x0017;
run('a HelloRetryRequest', 'clear', [
  row(47, '4.2.8', 'for the group it has', (s) => s.retry({ group: 0x001d })),
  row(47, '4.2.8', 'for a group that was not on offer', (s) => s.retry({ group: 0x0018 })),
  row(47, '4.1.4', 'that would change nothing', (s) => s.retry()),
  row(10, '4.1.4', 'and a second one', (s) => s.retry({ group: P256 }).retry({ cookie: hex('01') })),
  row(10, '4.1.4', 'and the same one again', (s) => s.retry({ group: P256 }).retry({ group: P256 })),
  row(47, '4.1.4', 'with a suite that was not on offer', (s) => s.retry({ group: P256, suite: 0x1304 })),
  row(47, '4.1.4', 'and another suite in ServerHello', (s) => s.retry({ group: P256 }).greet({ suite: 0x1303 })),
  row(47, '4.1.4', 'and another version in ServerHello', (s) =>
    s.retry({ group: P256 }).greet({ extensions: swap(43, [ext(43, '0303')]) }),
  ),
  row(47, '4.1.4', 'and TLS 1.2 in ServerHello', (s) => s.retry({ group: P256 }).greet({ extensions: () => [] }), {
    choice: 'the version changes (§4.1.4); protocol_version would say less',
  }),
  row(47, '4.2.8', 'and a share of the group before', (s) =>
    s.retry({ group: P256 }).greet({ group: 0x001d, share: X25519_BASE }),
  ),
  row(70, '4.1.4', 'without supported_versions', (s) => s.retry({ group: P256, extensions: swap(43, []) }), {
    choice: 'without it the version is 1.2 (§4.2.1), as OpenSSL reads it; missing_extension would be possible',
  }),
  row(47, '4.2.1', 'of TLS 1.2', (s) => s.retry({ group: P256, extensions: swap(43, [ext(43, '0303')]) })),
  row(47, '4.1.3', 'with another session id', (s) => s.retry({ group: P256, sessionId: zeros(32) })),
  row(47, '4.1.3', 'with compression', (s) => s.retry({ group: P256, compression: 1 })),
  row(110, '4.1.4', 'with an unknown extension', (s) => s.retry({ group: P256, extensions: plus(ext(0xfafa)) })),
  row(47, '4.2', 'with ALPN', (s) => s.retry({ group: P256, extensions: plus(ext(16, '0007066465736b2f31')) }), {
    settings: OFFERING,
  }),
  row(47, '4.2', 'with pre_shared_key', (s) => s.retry({ group: P256, extensions: plus(ext(41, '0000')) }), {
    settings: { options: { ticket: ticket() } },
  }),
  row(47, '4.2', 'with key_share twice', (s) => s.retry({ group: P256, extensions: plus(ext(51, '0017')) })),
  row(50, '6.2', 'with a whole share', (s) => s.retry({ extensions: plus(ext(51, '0017 0001 00')) })),
  row(50, '6.2', 'with half a group', (s) => s.retry({ extensions: plus(ext(51, '00')) })),
  row(50, '4.2.2', 'with an empty cookie', (s) => s.retry({ group: P256, cookie: zeros(0) })),
  row(50, '6.2', 'with a cookie shorter than announced', (s) => s.retry({ extensions: plus(ext(44, '000201')) })),
  row(50, '6.2', 'with bytes behind the cookie', (s) => s.retry({ extensions: plus(ext(44, '00010101')) })),
  row(
    80,
    '6.2',
    'with a cookie that leaves no room in a hello',
    (s) => {
      const request = s.helloRetryRequest({ cookie: zeros(65_400) });
      for (let at = 0; at < request.length; at += 2 ** 14) s.deliver(record(22, request.subarray(at, at + 2 ** 14)));
    },
    { choice: 'no answer can be written; nothing about it is illegal' },
  ),
  row(10, '5.1', 'with a ServerHello in the same record', (s) =>
    s.deliver(record(22, join(s.helloRetryRequest({ group: P256 }), s.serverHello()))),
  ),
  row(10, '5.2', 'and sealed records before a ServerHello', (s) =>
    s.retry({ group: P256 }).deliver(record(23, zeros(40))),
  ),
]);

/** A record sealed as it is: the inner plaintext is the test's own. */
const inner = (server: HostileServer, bytes: Uint8Array) => server.deliver(server.sending?.seal(bytes) ?? zeros(0));
const spoilt = (bytes: Uint8Array, at = bytes.length - 1) =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

run('in place of EncryptedExtensions', 'handshake', [
  ...ANY_MESSAGE.map(([name, bytes]) => row(10, '4', name, (s) => s.greet().say(bytes))),
  row(10, '4.3.1', 'CertificateRequest', (s) => s.greet().say(s.certificateRequest())),
  row(10, '4.3.1', 'Certificate', (s) => s.greet().say(s.certificate())),
  row(10, '4.3.1', 'Finished', (s) => s.greet().say(s.finished())),
  row(10, '4.6.3', 'KeyUpdate', (s) => s.greet().say(message(24, hex('00')))),
  row(10, '4.6.1', 'NewSessionTicket', (s) => s.greet().say(s.ticket())),
  row(10, '4', 'a second ServerHello, sealed', (s) => s.greet().say(s.serverHello())),
  row(10, '4', 'a second ServerHello, in clear', (s) => s.greet().deliver(record(22, s.serverHello()))),
  row(10, '4.4.4', 'application data', (s) => s.greet().deliver(s.sealed(23, text('early')))),
  row(10, '5.2', 'EncryptedExtensions in clear', (s) => s.greet().deliver(record(22, message(8, block([]))))),
  row(10, '5.2', 'an alert in clear', (s) => s.greet().deliver(record(21, hex('0228'))), {
    choice: 'anyone on the way could have put it there',
  }),
  row(10, '5', 'a ChangeCipherSpec, sealed', (s) => s.greet().deliver(s.sealed(20, hex('01')))),
  row(10, '5', 'a ChangeCipherSpec of 02', (s) => s.greet().deliver(record(20, hex('02')))),
  ...[0x18, 0x01, 0x63, 0xff].map((type) =>
    row(10, '5', `sealed content of type ${type}`, (s) => s.greet().deliver(s.sealed(type, hex('00')))),
  ),
  row(10, '5.4', 'a sealed record of zeros only', (s) => inner(s.greet(), zeros(40))),
  row(10, '5.4', 'a sealed record of nothing', (s) => inner(s.greet(), zeros(0))),
  row(10, '5.4', 'an empty handshake record', (s) => s.greet().deliver(s.sealed(22, zeros(0)))),
  row(10, '5.4', 'an empty handshake record with padding', (s) => s.greet().deliver(s.sealed(22, zeros(0), 100))),
  row(10, '5.4', 'an empty alert', (s) => s.greet().deliver(s.sealed(21, zeros(0), 10))),
  row(50, '6', 'an alert of three bytes', (s) => s.greet().deliver(s.sealed(21, hex('022800')))),
  row(10, '5.1', 'an alert within a message', (s) => {
    s.greet().deliver(s.sealed(22, hex('08 00')));
    s.deliver(s.sealed(21, hex('0228')));
  }),
  row(22, '5.2', 'the header of a record of 2^14 + 257 bytes', (s) => s.greet().deliver(hex('17 0303 4101'))),
  row(22, '5.1', 'content of 2^14 + 1 bytes', (s) => inner(s.greet(), join(zeros(2 ** 14 + 1).fill(8), hex('16')))),
  row(22, '5.4', 'content of 2^14 bytes and padding', (s) =>
    inner(s.greet(), join(zeros(2 ** 14).fill(8), hex('16 00'))),
  ),
  row(22, '5.4', 'little content and too much padding', (s) => inner(s.greet(), join(hex('08 16'), zeros(2 ** 14)))),
  row(20, '5.2', 'a wrong tag', (s) => s.greet().deliver(spoilt(s.sealed(22, message(8, block([])))))),
  row(20, '5.2', 'a wrong byte of ciphertext', (s) =>
    s.greet().deliver(spoilt(s.sealed(22, message(8, block([]))), 5)),
  ),
  ...[0, 1, 15, 16, 17].map((length) =>
    row(20, '5.2', `a sealed record of ${length} bytes`, (s) => s.greet().deliver(record(23, zeros(length)))),
  ),
  row(20, '5.3', 'a record left out', (s) => {
    s.greet();
    s.sealed(22, message(8, block([])));
    s.say(message(8, block([])));
  }),
  row(20, '5.2', 'a header whose version is not the one that was sealed', (s) =>
    s.greet().deliver(spoilt(s.sealed(22, message(8, block([]))), 2)),
  ),
]);

const NAMED = [
  [43, 'supported_versions', '0304'],
  [51, 'key_share', '001d0001ff'],
  [41, 'pre_shared_key', '0000'],
  [44, 'cookie', '000101'],
  [13, 'signature_algorithms', '00020403'],
  [50, 'signature_algorithms_cert', '00020403'],
  [45, 'psk_key_exchange_modes', '0101'],
  [21, 'padding', '00'],
  [47, 'certificate_authorities', '0003000100'],
  [48, 'oid_filters', '0000'],
  [49, 'post_handshake_auth', ''],
  [5, 'status_request', ''],
  [18, 'signed_certificate_timestamp', ''],
] as const;

run('what EncryptedExtensions may not say', 'handshake', [
  ...NAMED.map(([type, name, body]) =>
    row(47, '4.3.1', name, (s) => s.greet().encrypted([ext(type, body)]), { settings: OFFERING }),
  ),
  ...(
    [
      [0, 'server_name, without one sent', ''],
      [16, 'ALPN, without any offered', '0007066465736b2f31'],
      [42, 'early_data', ''],
      [1, 'max_fragment_length', '01'],
      [14, 'use_srtp', '000200010000'],
      [15, 'heartbeat', '01'],
      [19, 'client_certificate_type', '02'],
      [20, 'server_certificate_type', '02'],
      [23, 'extended_master_secret', ''],
      [28, 'record_size_limit', '4001'],
      [57, 'quic_transport_parameters', ''],
      [0xff01, 'renegotiation_info', '00'],
      [0x0a0a, 'GREASE', ''],
      [0xfafa, 'an unknown extension', '0102'],
    ] as const
  ).map(([type, name, body]) => row(110, '4.2', name, (s) => s.greet().encrypted([ext(type, body)]))),
  row(110, '4.2', 'server_name, where an address was asked for', (s) => s.greet().encrypted([ext(0)]), {
    settings: { options: { serverName: '127.0.0.1' } },
  }),
  row(47, '4.2', 'the same twice', (s) => s.greet().encrypted([ext(0), ext(0)]), { settings: OFFERING }),
  row(50, '6.2', 'server_name with a body', (s) => s.greet().encrypted([ext(0, '00')]), { settings: OFFERING }),
  row(47, '6.2', 'a protocol that was not on offer', (s) => s.greet().encrypted([ext(16, '0007066465736b2f32')]), {
    settings: OFFERING,
    choice: 'RFC 7301 §3.1 names no alert for clients',
  }),
  row(47, '6.2', 'two protocols', (s) => s.greet().encrypted([ext(16, '000e066465736b2f31066465736b2f31')]), {
    settings: OFFERING,
    choice: 'the list is well-formed and says too much (RFC 7301 §3.1)',
  }),
  ...['', '0000', '000100', '0007066465736b2f', '0007076465736b2f31', '0007066465736b2f3100'].map((body) =>
    row(50, '6.2', `ALPN of the bytes "${body}"`, (s) => s.greet().encrypted([ext(16, body)]), { settings: OFFERING }),
  ),
  ...['', '0000', '000100', '00030017ff', '0004 0017'].map((body) =>
    row(50, '6.2', `supported_groups of the bytes "${body}"`, (s) => s.greet().encrypted([ext(10, body)])),
  ),
  row(50, '6.2', 'a byte behind the extensions', (s) => s.greet().say(message(8, block([]), zeros(1)))),
  row(50, '6.2', 'nothing at all', (s) => s.greet().say(message(8))),
  row(50, '6.2', 'half an extension', (s) => s.greet().say(message(8, hex('0002 0000')))),
  row(50, '6.2', 'a list longer than the message', (s) => s.greet().say(message(8, hex('0005 0000')))),
]);

const asked = (server: HostileServer, ...parts: Parameters<HostileServer['certificateRequest']>) =>
  server
    .greet()
    .encrypted()
    .say(server.certificateRequest(...parts));

run('a CertificateRequest', 'handshake', [
  row(109, '4.3.2', 'without signature_algorithms', (s) => asked(s, [ext(47, '0003000130')])),
  row(109, '4.3.2', 'without any extension', (s) => asked(s, [])),
  row(47, '4.3.2', 'with a context', (s) => asked(s, undefined, hex('01')), {
    choice: 'the syntax allows it, the text does not',
  }),
  row(10, '4.3.2', 'twice', (s) => asked(s).say(s.certificateRequest())),
  row(10, '4.3.2', 'after Certificate', (s) => s.greet().encrypted().say(s.certificate()).say(s.certificateRequest())),
  row(10, '4.3.2', 'in a resumed handshake', (s) => asked(s), { settings: resuming() }),
  row(47, '4.2', 'with signature_algorithms twice', (s) => asked(s, [ext(13, '00020403'), ext(13, '00020403')])),
  ...NAMED.filter(([type]) => ![13, 50, 47, 48, 5, 18].includes(type)).map(([type, name, body]) =>
    row(47, '4.2', `with ${name}`, (s) => asked(s, [ext(13, '00020403'), ext(type, body)])),
  ),
  row(47, '4.2', 'with server_name', (s) => asked(s, [ext(13, '00020403'), ext(0)])),
  ...['', '0000', '00010403', '0003040308', '00040403'].map((body) =>
    row(50, '6.2', `with signature_algorithms of the bytes "${body}"`, (s) => asked(s, [ext(13, body)])),
  ),
  row(50, '6.2', 'with an empty list of CAs', (s) => asked(s, [ext(13, '00020403'), ext(47, '0000')])),
  row(50, '6.2', 'with an empty name of a CA', (s) => asked(s, [ext(13, '00020403'), ext(47, '00020000')])),
  row(50, '6.2', 'with a name of a CA that is cut short', (s) =>
    asked(s, [ext(13, '00020403'), ext(47, '0003000230')]),
  ),
  row(50, '6.2', 'with a byte behind it', (s) =>
    s
      .greet()
      .encrypted()
      .say(message(13, vec(1), block([ext(13, '00020403')]), zeros(1))),
  ),
  row(50, '6.2', 'cut short', (s) =>
    s
      .greet()
      .encrypted()
      .say(message(13, vec(1))),
  ),
]);

const shown = (server: HostileServer, ...parts: Parameters<HostileServer['certificate']>) =>
  server
    .greet()
    .encrypted()
    .say(server.certificate(...parts));

run('a Certificate', 'handshake', [
  row(50, '4.4.2.4', 'of nobody', (s) => shown(s, [])),
  row(
    47,
    '4.4.2',
    'with a context',
    (s) =>
      s
        .greet()
        .encrypted()
        .say(message(11, vec(1, hex('01')), s.certificate().subarray(5))),
    {
      choice: 'the syntax allows it, the text does not',
    },
  ),
  row(110, '4.4.2', 'with status_request, which nobody asked for', (s) =>
    shown(s, undefined, [ext(5, '01 000001 30')]),
  ),
  row(110, '4.4.2', 'with an unknown extension', (s) => shown(s, undefined, [ext(0xfafa)])),
  row(47, '4.2', 'with key_share', (s) => shown(s, undefined, [ext(51, '001d0001ff')])),
  row(47, '4.2', 'with an extension twice', (s) => shown(s, undefined, [ext(0xfafa), ext(0xfafa)])),
  row(110, '4.4.2', 'with an unknown extension at its second entry', (s) => {
    const entry = (extensions: readonly Extension[]) => join(vec(3, s.settings.identity.der), block(extensions));
    s.greet()
      .encrypted()
      .say(message(11, vec(1), vec(3, entry([]), entry([ext(0xfafa)]))));
  }),
  row(50, '4.4.2', 'of no bytes', (s) => shown(s, [zeros(0)])),
  row(42, '6.2', 'that is no certificate', (s) => shown(s, [text('certainly')])),
  row(42, '6.2', 'that is cut short', (s) => shown(s, [s.settings.identity.der.subarray(0, 100)])),
  row(50, '6.2', 'without the extensions of its entry', (s) =>
    s
      .greet()
      .encrypted()
      .say(message(11, vec(1), vec(3, vec(3, s.settings.identity.der)))),
  ),
  row(50, '6.2', 'longer than announced', (s) =>
    s
      .greet()
      .encrypted()
      .say(message(11, s.certificate().subarray(4), zeros(1))),
  ),
  row(50, '6.2', 'shorter than announced', (s) =>
    s
      .greet()
      .encrypted()
      .say(message(11, s.certificate().subarray(4, -1))),
  ),
  row(10, '4.4.2', 'left out: Finished', (s) => s.greet().encrypted().say(s.finished())),
  row(10, '4.4.2', 'left out: CertificateVerify', (s) => s.greet().encrypted().say(s.certificateVerify())),
  row(10, '4.4', 'twice', (s) => shown(s).say(s.certificate())),
  row(10, '4', 'in compressed form', (s) =>
    s
      .greet()
      .encrypted()
      .say(message(25, hex('0001 000001 000001 00'))),
  ),
  row(10, '4.2.11', 'in a resumed handshake', (s) => shown(s), { settings: resuming() }),
  row(10, '4.3.1', 'and EncryptedExtensions again', (s) => shown(s).say(message(8, block([])))),
  ...[42, 43, 44, 45, 46, 48, 49].map((alert) =>
    row(alert, '6.2', 'that the verdict is against', (s) => shown(s), {
      settings: { refusal: { alert, why: 'The verdict of the judge.' } },
    }),
  ),
]);

const proven = (server: HostileServer, changes: Parameters<HostileServer['certificateVerify']>[0]) =>
  shown(server).say(server.certificateVerify(changes));
const ANY_SIGNATURE = zeros(64).fill(1);

run('a CertificateVerify', 'handshake', [
  ...[0x0808, 0x081a, 0x0904, 0x0a0a, 0xffff, 0x0000].map((scheme) =>
    row(47, '4.4.3', `with scheme ${scheme.toString(16)}, which was not on offer`, (s) =>
      proven(s, { scheme, signature: ANY_SIGNATURE }),
    ),
  ),
  row(
    47,
    '4.4.3',
    'with a right signature of Ed448, which was not on offer',
    (s) => {
      shown(s);
      const signature = signAs(0x0808, s.settings.identity.key, s.signed('server', s.digest()));
      s.say(s.certificateVerify({ scheme: 0x0808, signature }));
    },
    { kind: 'ed448' },
  ),
  row(47, '4.4.3', 'with SHA-1', (s) => proven(s, { scheme: 0x0203, signature: ANY_SIGNATURE })),
  ...[0x0401, 0x0501, 0x0601].map((scheme) =>
    row(
      47,
      '4.4.3',
      `with PKCS#1, scheme ${scheme.toString(16)}`,
      (s) => proven(s, { scheme, signature: ANY_SIGNATURE }),
      { kind: 'rsa' },
    ),
  ),
  row(
    47,
    '4.4.3',
    'of ECDSA with a right signature of PKCS#1',
    (s) => {
      shown(s);
      const signature = signAs(0x0401, s.settings.identity.key, s.signed('server', s.digest()));
      s.say(s.certificateVerify({ scheme: 0x0401, signature }));
    },
    { kind: 'rsa' },
  ),
  ...(
    [
      ['p256', 0x0804, 'of RSA'],
      ['p256', 0x0503, 'of P-384'],
      ['p256', 0x0807, 'of Ed25519'],
      ['p384', 0x0403, 'of P-256'],
      ['p521', 0x0503, 'of P-384'],
      ['rsa', 0x0403, 'of ECDSA'],
      ['rsa', 0x0809, 'of an RSASSA-PSS key'],
      ['pss', 0x0804, 'of an RSA key'],
      ['pss384', 0x0809, 'of another hash than the key allows'],
      ['ed25519', 0x0403, 'of ECDSA'],
    ] as const
  ).map(([kind, scheme, name]) =>
    row(
      47,
      '4.4.3',
      `by a key ${kind} with the scheme ${name}`,
      (s) => proven(s, { scheme, signature: ANY_SIGNATURE }),
      {
        kind,
        choice: 'the scheme MUST be compatible with the key; an incompatible one is inconsistent (§6.2)',
      },
    ),
  ),
  ...(['secp256k1', 'ed448'] as const).map((kind) =>
    row(43, '6.2', `by a key ${kind}`, (s) => proven(s, { scheme: 0x0403, signature: ANY_SIGNATURE }), {
      kind,
      choice: 'no scheme on offer fits such a certificate',
    }),
  ),
  ...['keyEncipherment', 'keyAgreement', 'cRLSign', 'decipherOnly'].map((usage) =>
    row(
      43,
      '4.4.2.2',
      `by a key for ${usage} only`,
      (s) => {
        const limited = identities.usedFor(usage);
        s.greet()
          .encrypted()
          .say(s.certificate([limited.der]));
        s.say(s.certificateVerify({ key: limited }));
      },
      { choice: 'unsupported_certificate is what §4.4.2.2 proposes where nothing fits better' },
    ),
  ),
  row(51, '4.4.3', 'with one bit changed', (s) => {
    shown(s);
    s.say(spoilt(s.certificateVerify()));
  }),
  row(51, '4.4.3', 'without a signature', (s) => proven(s, { signature: zeros(0) })),
  row(51, '4.4.3', 'by another key', (s) => proven(s, { key: identities.of('p256', 1) })),
  row(51, '4.4.3', 'over the sentence of clients', (s) => proven(s, { side: 'client' })),
  row(51, '4.4.3', 'over another conversation', (s) => proven(s, { transcript: zeros(32) })),
  row(51, '4.4.3', 'over the hash without its sentence', (s) => {
    shown(s);
    s.say(s.certificateVerify({ signature: signAs(0x0403, s.settings.identity.key, s.digest()) }));
  }),
  row(
    51,
    '4.2.3',
    'of RSASSA-PSS, signed as PKCS#1',
    (s) => {
      shown(s);
      const signature = signAs(0x0401, s.settings.identity.key, s.signed('server', s.digest()));
      s.say(s.certificateVerify({ scheme: 0x0804, signature }));
    },
    { kind: 'rsa' },
  ),
  row(
    51,
    '4.2.3',
    'of RSASSA-PSS with SHA-256 where SHA-384 is said',
    (s) => {
      shown(s);
      const signature = signAs(0x0804, s.settings.identity.key, s.signed('server', s.digest()));
      s.say(s.certificateVerify({ scheme: 0x0805, signature }));
    },
    { kind: 'rsa' },
  ),
  row(50, '6.2', 'longer than announced', (s) => {
    shown(s);
    s.say(message(15, s.certificateVerify().subarray(4), zeros(1)));
  }),
  row(50, '6.2', 'cut short', (s) => shown(s).say(message(15, hex('0403 0040 01')))),
  row(50, '6.2', 'of one byte', (s) => shown(s).say(message(15, hex('04')))),
  row(10, '4.4.3', 'left out', (s) => shown(s).say(s.finished())),
  row(10, '4.4.3', 'twice', (s) => {
    shown(s);
    const verify = s.certificateVerify();
    s.say(verify).say(verify);
  }),
]);

/** Everything up to the server's Finished. */
const almost = (server: HostileServer) => server.greet().encrypted().prove();

run('a Finished', 'handshake', [
  row(51, '4.4.4', 'that is wrong', (s) => almost(s).finish(s.finished(spoilt(s.verifyData())))),
  row(51, '4.4.4', "that is the client's own", (s) => almost(s).finish(s.finished(s.verifyData('client')))),
  ...[0, 12, 31, 33, 48].map((length) =>
    row(50, '4.4.4', `of ${length} bytes`, (s) =>
      almost(s).finish(s.finished(join(s.verifyData(), zeros(16)).subarray(0, length))),
    ),
  ),
  row(
    51,
    '4.4.4',
    'that is wrong, in a resumed handshake',
    (s) =>
      s
        .greet()
        .encrypted()
        .finish(s.finished(zeros(32))),
    { settings: resuming() },
  ),
  row(
    51,
    '7.1',
    'of a server that does not have the key of the ticket',
    (s) =>
      s
        .greet()
        .encrypted()
        .finish(s.finished(zeros(32))),
    {
      settings: resuming(),
    },
  ),
  row(10, '5.1', 'with a ticket behind it in the same record', (s) => {
    almost(s);
    s.deliver(s.sealed(22, join(s.finished(), s.ticket())));
  }),
  row(10, '4.4.4', 'after application data', (s) => almost(s).deliver(s.sealed(23, text('early')))),
  row(10, '4.6.3', 'after a KeyUpdate', (s) => almost(s).say(message(24, hex('00')))),
  row(10, '4.6.1', 'after a ticket', (s) => almost(s).say(s.ticket())),
  row(10, '5.2', 'in clear', (s) => almost(s).deliver(record(22, s.finished()))),
]);

run('once connected', 'application', [
  ...ANY_MESSAGE.map(([name, bytes]) => row(10, '4', name, (s) => s.connect().deliver(s.sealed(22, bytes)))),
  row(10, '4.6.2', 'a CertificateRequest: post_handshake_auth is not on offer', (s) => {
    s.connect().deliver(s.sealed(22, s.certificateRequest(undefined, hex('01'))));
  }),
  row(10, '4', 'a ServerHello', (s) => {
    s.connect();
    s.deliver(s.sealed(22, s.serverHello()));
  }),
  row(10, '4', 'a second Finished', (s) => {
    s.connect();
    s.deliver(s.sealed(22, s.finished()));
  }),
  row(10, '5', 'a ChangeCipherSpec', (s) => s.connect().deliver(record(20, hex('01')))),
  row(10, '5', 'a ChangeCipherSpec, sealed', (s) => s.connect().deliver(s.sealed(20, hex('01')))),
  row(10, '5.2', 'a ticket in clear', (s) => s.connect().deliver(record(22, s.ticket()))),
  row(10, '5.2', 'an alert in clear', (s) => s.connect().deliver(record(21, hex('0100')))),
  row(10, '5', 'a record of type 24', (s) => s.connect().deliver(record(24, hex('01')))),
  row(10, '5', 'sealed content of type 24', (s) => s.connect().deliver(s.sealed(24, hex('01')))),
  row(10, '5.4', 'a sealed record of zeros only', (s) => inner(s.connect(), zeros(7))),
  row(10, '5.4', 'an empty handshake record', (s) => s.connect().deliver(s.sealed(22, zeros(0)))),
  row(10, '5.4', 'an empty alert', (s) => s.connect().deliver(s.sealed(21, zeros(0)))),
  row(50, '6', 'an alert of one byte', (s) => s.connect().deliver(s.sealed(21, hex('01')))),
  row(22, '5.2', 'a record of 2^14 + 257 bytes', (s) => s.connect().deliver(record(23, zeros(2 ** 14 + 257)))),
  row(22, '5.2', 'data of 2^14 + 1 bytes', (s) => s.connect().deliver(s.sealed(23, zeros(2 ** 14 + 1)))),
  row(20, '5.2', 'a wrong tag', (s) => s.connect().deliver(spoilt(s.sealed(23, text('hello'))))),
  row(20, '5.3', 'the same record twice', (s) => {
    const sealed = s.connect().sealed(23, text('pay 1'));
    s.deliver(sealed, sealed);
  }),
  ...['02', 'ff'].map((value) =>
    row(47, '4.6.3', `a KeyUpdate of ${value}`, (s) => s.connect().deliver(s.sealed(22, message(24, hex(value))))),
  ),
  row(50, '6.2', 'an empty KeyUpdate', (s) => s.connect().deliver(s.sealed(22, message(24)))),
  row(50, '6.2', 'a KeyUpdate of two bytes', (s) => s.connect().deliver(s.sealed(22, message(24, hex('0000'))))),
  row(10, '5.1', 'two KeyUpdates in one record', (s) =>
    s.connect().deliver(s.sealed(22, join(message(24, hex('00')), message(24, hex('00'))))),
  ),
  row(20, '4.6.3', 'a KeyUpdate, and the old key after it', (s) =>
    s
      .connect()
      .deliver(s.sealed(22, message(24, hex('00'))))
      .deliver(s.sealed(23, text('old'))),
  ),
  row(20, '4.6.3', 'a new key without a KeyUpdate', (s) => {
    s.connect().sending?.update();
    s.deliver(s.sealed(23, text('new')));
  }),
  row(50, '4.6.1', 'a ticket of no bytes', (s) => s.connect().deliver(s.sealed(22, s.ticket({ ticket: zeros(0) })))),
  row(50, '6.2', 'a ticket with a byte behind it', (s) =>
    s.connect().deliver(s.sealed(22, message(4, s.ticket().subarray(4), zeros(1)))),
  ),
  row(50, '6.2', 'a ticket that is cut short', (s) =>
    s.connect().deliver(s.sealed(22, message(4, s.ticket().subarray(4, -1)))),
  ),
  row(50, '6.2', 'a ticket with early_data of two bytes', (s) =>
    s.connect().deliver(s.sealed(22, s.ticket({ extensions: [ext(42, '0001')] }))),
  ),
  row(47, '4.2', 'a ticket with an extension twice', (s) =>
    s.connect().deliver(s.sealed(22, s.ticket({ extensions: [ext(0xfafa), ext(0xfafa)] }))),
  ),
  row(47, '4.2', 'a ticket with key_share', (s) =>
    s.connect().deliver(s.sealed(22, s.ticket({ extensions: [ext(51, '001d')] }))),
  ),
  row(10, '5.1', 'data within a ticket', (s) => {
    const whole = s.connect().ticket();
    s.deliver(s.sealed(22, whole.subarray(0, 9)), s.sealed(23, text('hello')), s.sealed(22, whole.subarray(9)));
  }),
]);

describe.skipIf(!hasProgram('openssl'))('a ServerHello cut short anywhere', () => {
  test('ends with decode_error, or says TLS 1.2 where all its extensions are gone (§6.2)', () => {
    const whole = meet({}).serverHello();
    for (let length = 0; length < whole.length - 4; length++) {
      const server = meet({});
      const body = server.serverHello().subarray(4, 4 + length);
      server.deliver(record(22, message(2, body)));
      const endsBeforeExtensions = length === 2 + 32 + 33 + 2 + 1;
      expectRefusal(server, endsBeforeExtensions ? 70 : 50, 'clear');
    }
  });
});
