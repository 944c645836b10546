/** What a server may do, however odd: the client goes on. Sections are those of RFC 8446. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { GroupName } from '../../src/core/tls/client/options.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import { hasProgram } from '../programs.ts';
import { block, ext, hex, HostileServer, join, message, record, text, vec, type Settings } from './hostile-server.ts';
import { Identities, type Kind } from './identities.ts';

vi.setConfig({ testTimeout: 60_000 });

const identities = new Identities();
afterAll(() => identities.close());

const meet = (settings: Partial<Settings> = {}, kind: Kind = 'p256') =>
  new HostileServer({ identity: identities.of(kind), ...settings });
const kinds = ({ outputs }: HostileServer) => outputs.map(({ kind }) => kind);

/** Both have finished, data pass both ways, and the dissector finds every proof right. */
function expectConnected(server: HostileServer): void {
  server.deliver(server.sealed(23, text('from the server')));
  server.input({ kind: 'send', bytes: text('from the client') });
  expect(server.outputs).toContainEqual({ kind: 'data', bytes: text('from the server') });
  expect(server.heard.at(-1)).toEqual({ under: 'application', type: 23, content: text('from the client') });
  expect(server.finishedHolds).toEqual([true]);
  expect(server.client.expects).toBe('anything');
  // The dissector takes other versions for no TLS at all: it has to tell what a stream is, and the client knows.
  if ((server.settings.version ?? 0x0303) >> 8 !== 3) return;
  const { verified, problems } = dissect(server.chunks, server.keyLog);
  expect(problems).toEqual([]);
  expect(verified.finished).toMatchObject({ client: { holds: true }, server: { holds: true } });
}

describe.skipIf(!hasProgram('openssl'))('handshakes', () => {
  const cases: [suite: number, group: GroupName, kind: Kind, scheme: number][] = [
    [0x1301, 'x25519', 'p256', 0x0403],
    [0x1302, 'x25519', 'p384', 0x0503],
    [0x1303, 'secp256r1', 'p521', 0x0603],
    [0x1301, 'secp256r1', 'ed25519', 0x0807],
    [0x1302, 'secp256r1', 'rsa', 0x0804],
    [0x1303, 'x25519', 'rsa', 0x0805],
    [0x1301, 'x25519', 'rsa', 0x0806],
    [0x1302, 'x25519', 'pss', 0x0809],
    [0x1303, 'secp256r1', 'pss', 0x080a],
    [0x1301, 'x25519', 'pss', 0x080b],
    [0x1301, 'x25519', 'pss384', 0x080a],
  ];
  test.each(cases)('suite %i, %s, a key %s with scheme %i', (suite, group, kind, scheme) => {
    const server = meet({ suite, scheme, options: { suites: [suite], groups: [group] } }, kind);
    server.connect();
    expect(kinds(server)).toContain('judge');
    expectConnected(server);
  });

  test.each<[Kind, number]>([
    ['p256', 0x0403],
    ['p384', 0x0503],
    ['p521', 0x0603],
    ['ed25519', 0x0807],
    ['rsa', 0x0804],
    ['rsa', 0x0805],
    ['rsa', 0x0806],
    ['pss', 0x0809],
  ])('a client with a key %s signs with scheme %i', (kind, scheme) => {
    const clientKey = identities.of(kind, 7);
    const server = meet({
      clientKey,
      options: { identity: { chain: [clientKey.der], schemes: [0x0a0a, scheme] } },
    });
    server
      .greet()
      .encrypted()
      .say(server.certificateRequest([ext(13, join(vec(2, hex('0303'), number2(scheme))))]));
    server.prove().finish();
    expectConnected(server);
    const { verified, certificates } = dissect(server.chunks, server.keyLog);
    expect(verified.certificateVerify).toMatchObject({ client: { holds: true }, server: { holds: true } });
    expect(certificates.client.map(({ der }) => der)).toEqual([clientKey.der]);
  });

  test.each(['digitalSignature', 'digitalSignature, keyEncipherment', 'digitalSignature, decipherOnly'])(
    'a server whose key is for %s (§4.4.2.2)',
    (usage) => {
      const identity = identities.usedFor(usage);
      const server = meet({ identity });
      server.connect();
      expectConnected(server);
    },
  );

  test('a client whose key can make no signature that the server checks shows no certificate (§4.4.2)', () => {
    const { der } = identities.of('p256');
    const server = meet({ options: { identity: { chain: [der], schemes: [0x0403] } } });
    server
      .greet()
      .encrypted()
      .say(server.certificateRequest([ext(13, '0004 0804 0503')]));
    server.prove().finish();
    const answer = server.heard.filter(({ type }) => type === 22).map(({ content }) => content);
    expect(answer.slice(-2).map((bytes) => bytes[0])).toEqual([11, 20]);
    expect(answer.at(-2)).toEqual(message(11, hex('00 000000')));
    expect(kinds(server)).not.toContain('sign');
    expectConnected(server);
  });

  test('a client without any certificate in its chain shows none', () => {
    const server = meet({ options: { identity: { chain: [], schemes: [0x0403] } } });
    server.connect({ asks: true });
    expect(server.heard.map(({ content }) => content)).toContainEqual(message(11, hex('00 000000')));
    expectConnected(server);
  });

  test('a client that is not asked says nothing about itself', () => {
    const clientKey = identities.of('p256', 7);
    const server = meet({ clientKey, options: { identity: { chain: [clientKey.der], schemes: [0x0403] } } });
    server.connect();
    expect(server.heard.filter(({ under }) => under === 'handshake').map(({ content }) => content[0])).toEqual([20]);
    expectConnected(server);
  });
});

type Row = [name: string, source: string, play: (server: HostileServer) => unknown, settings?: Partial<Settings>];

const number2 = (value: number) => hex(value.toString(16).padStart(4, '0'));

describe.skipIf(!hasProgram('openssl'))('odd, and allowed', () => {
  const CCS = record(20, hex('01'));
  const OFFERING = { options: { serverName: 'desk.test', alpn: ['desk/2', 'desk/1'] } };
  const cases: Row[] = [
    ['a ChangeCipherSpec before anything else', '5', (s) => s.deliver(CCS).connect()],
    [
      'ChangeCipherSpecs between all messages',
      '5',
      (s) => {
        s.deliver(CCS).greet().deliver(CCS, CCS).encrypted().deliver(CCS).prove().deliver(CCS).finish();
      },
    ],
    [
      'a ChangeCipherSpec within a message',
      '5',
      (s) => {
        // §5.1 forbids it to the sender; §5 tells the receiver to drop it "at any time" (OpenSSL and BoringSSL do)
        s.greet();
        const extensions = message(8, block([]));
        s.deliver(s.sealed(22, extensions.subarray(0, 3)), CCS, s.sealed(22, extensions.subarray(3)));
        s.transcript.push(extensions);
        s.prove().finish();
      },
    ],
    ...[0x0000, 0x0300, 0x0301, 0x0304, 0x4854, 0xffff].map((version): Row => [
      `records of version ${version.toString(16)}`,
      '5.1',
      (s) => s.connect(),
      { version },
    ]),
    [
      'legacy_version of any value beside supported_versions',
      '4.2.1',
      (s) => s.greet({ legacyVersion: 0x0301 }).encrypted().prove().finish(),
    ],
    [
      'extensions in any order',
      '4.2',
      (s) =>
        s
          .greet({ extensions: (usual) => [...usual].reverse() })
          .encrypted()
          .prove()
          .finish(),
    ],
    [
      'all messages in one record',
      '5.1',
      (s) => {
        s.greet();
        const flight = [message(8, block([])), s.certificate()];
        s.transcript.push(...flight);
        const verify = s.certificateVerify();
        s.transcript.push(verify);
        s.finish(undefined, undefined, join(...flight, verify));
      },
    ],
    [
      'a message in records of one byte',
      '5.1',
      (s) => {
        s.greet().encrypted();
        const certificate = s.certificate();
        s.transcript.push(certificate);
        for (const byte of certificate) s.deliver(s.sealed(22, Uint8Array.of(byte)));
        s.say(s.certificateVerify()).finish();
      },
    ],
    [
      'a message that ends within the record of the next',
      '5.1',
      (s) => {
        s.greet();
        const [one, two] = [message(8, block([])), s.certificate()];
        s.deliver(
          s.sealed(22, one.subarray(0, 4)),
          s.sealed(22, join(one.subarray(4), two.subarray(0, 9))),
          s.sealed(22, two.subarray(9)),
        );
        s.transcript.push(one, two);
        s.say(s.certificateVerify()).finish();
      },
    ],
    [
      'padding up to the last byte',
      '5.4',
      (s) => {
        s.greet();
        const extensions = message(8, block([]));
        s.transcript.push(extensions);
        s.deliver(s.sealed(22, extensions, 2 ** 14 - extensions.length));
        s.prove().finish();
      },
    ],
    [
      'supported_groups with groups nobody knows',
      '4.2.7',
      (s) =>
        s
          .greet()
          .encrypted([ext(10, '0006 0a0a 11ec 0018')])
          .prove()
          .finish(),
    ],
    [
      'server_name and ALPN',
      '4.3.1',
      (s) =>
        s
          .greet()
          .encrypted([ext(0), ext(16, '0007 06 6465736b2f31')])
          .prove()
          .finish(),
      OFFERING,
    ],
    ['ALPN left unanswered', '4.3.1', (s) => s.greet().encrypted([]).prove().finish(), OFFERING],
    [
      'a request with everything in it',
      '4.3.2',
      (s) => {
        s.greet().encrypted();
        const filter = '000a 03 551d0f 0004 03020780';
        const more = [
          ext(47, '0004 0002 3000'),
          ext(48, filter),
          ext(50, '0002 0401'),
          ext(5),
          ext(18),
          ext(27, '02 0001'),
          ext(0xfafa, 'ff'),
          ext(0x0a0a),
        ];
        s.say(s.certificateRequest([...more, ext(13, '0004 0403 0804')]))
          .prove()
          .finish();
      },
    ],
    [
      'a request for the name of a CA that is no DER',
      '4.2.4',
      (s) => {
        s.greet().encrypted();
        s.say(s.certificateRequest([ext(47, '0007 0005 30ff000102'), ext(13, '0002 0403')]))
          .prove()
          .finish();
      },
    ],
    [
      'certificates that have nothing to do with each other',
      '4.4.2',
      (s) => {
        s.greet().encrypted();
        s.say(s.certificate([s.settings.identity.der, identities.of('rsa').der, text('not one at all')]));
        s.say(s.certificateVerify()).finish();
      },
    ],
    [
      'a cancelled user',
      '6.1',
      (s) =>
        s
          .greet()
          .deliver(s.sealed(21, hex('015a')))
          .encrypted()
          .prove()
          .finish(),
    ],
    [
      'data right behind Finished, before the client has finished',
      '4.4.4',
      (s) => {
        s.greet().encrypted().prove();
        s.finish(undefined, () => s.sealed(23, text('early, and allowed')));
        expect(s.outputs.at(-1)).toEqual({ kind: 'data', bytes: text('early, and allowed') });
      },
    ],
    [
      'tickets right behind Finished',
      '4.6.1',
      (s) => {
        s.greet().encrypted().prove();
        s.finish(undefined, () => s.sealed(22, join(s.ticket(), s.ticket({ nonce: hex('01') }))));
        expect(kinds(s).filter((kind) => kind === 'ticket')).toHaveLength(2);
      },
    ],
  ];
  test.each(cases)('%s (§%s)', (_name, _source, play, settings = {}) => {
    const server = meet(settings);
    play(server);
    expectConnected(server);
  });
});
