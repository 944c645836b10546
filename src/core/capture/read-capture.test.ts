import { describe, expect, test } from 'vitest';
import { concat, uintBytes } from '../bytes/reader.ts';
import type { Chunk } from '../tls/dissection.ts';
import type { Capture } from './capture.ts';
import * as build from './fixtures/build.ts';
import { FLAGS } from './net/tcp.ts';
import { readCapture } from './read-capture.ts';

const { TLS13, CLIENT, SERVER, packets, pcap, sentBy, streamOf, text } = build;
const SENT = sentBy(TLS13.chunks);
const PACKETS = packets(SENT);

/** The one connection holds exactly the bytes of the session. */
function expectSession({ connections, problems }: Capture, told: readonly string[] = []): void {
  expect(problems.map(({ text }) => text)).toEqual([]);
  expect(connections).toHaveLength(1);
  const [connection] = connections;
  expect(connection?.problems.map(({ text }) => text)).toEqual(told);
  for (const side of ['client', 'server'] as const)
    expect(streamOf(connection?.chunks ?? [], side)).toEqual(streamOf(TLS13.chunks, side));
}

const wrapped = (...header: readonly Uint8Array[]) =>
  PACKETS.map(({ at, bytes }) => ({ at, bytes: concat(...header, bytes) }));
const MACS = new Uint8Array(12);
const hex = build.bytesOf;

describe('link layers', () => {
  // Headers as tcpdump.org/linktypes lays them out.
  const rows: readonly (readonly [name: string, linkType: number, header: Uint8Array])[] = [
    ['Ethernet', 1, concat(MACS, hex('0800'))],
    ['Ethernet with a VLAN tag', 1, concat(MACS, hex('8100 0064 0800'))],
    ['Ethernet with two VLAN tags', 1, concat(MACS, hex('88a8 0064 8100 0065 0800'))],
    ['Ethernet with PPPoE (RFC 2516 §4)', 1, concat(MACS, hex('8864 11 00 0001 0000 0021'))],
    ['Ethernet with two MPLS labels (RFC 3032 §2.1)', 1, concat(MACS, hex('8847 00001040 00002140'))],
    ['PPP in frames like HDLC (RFC 1662 §3.1)', 9, hex('ff03 0021')],
    ['Linux cooked v1', 113, hex('0000 0304 0006 000000000000 0000 0800')],
    ['Linux cooked v2', 276, hex('0800 0000 00000001 0304 00 06 0000000000000000')],
    ['BSD loopback, little-endian', 0, hex('02000000')],
    ['BSD loopback, big-endian', 0, hex('00000002')],
    ['OpenBSD loopback', 108, hex('00000002')],
    ['raw IP', 101, hex('')],
    ['raw IP as 12', 12, hex('')],
    ['raw IP as 14', 14, hex('')],
    ['IPv4', 228, hex('')],
  ];
  test.each(rows)('%s', (_name, linkType, header) => {
    const capture = readCapture(pcap(wrapped(header), { linkType }));
    expectSession(capture);
    expect(capture.connections[0]).toMatchObject({ client: CLIENT, server: SERVER, startTls: null });
  });

  test('IPv6, with and without extension headers', () => {
    const plain = packets(SENT, { ipv6: true });
    // hop-by-hop options, then destination options, 8 bytes each
    const extended = plain.map(({ at, bytes }) => {
      const header = concat(
        bytes.subarray(0, 4),
        uintBytes(bytes.length - 40 + 16, 2),
        Uint8Array.of(0),
        bytes.subarray(7, 40),
      );
      return { at, bytes: concat(header, hex('3c00 010400000000'), hex('0600 010400000000'), bytes.subarray(40)) };
    });
    for (const list of [plain, extended]) {
      const capture = readCapture(pcap(list, { linkType: 229 }));
      expectSession(capture);
      expect(capture.connections[0]?.client.address).toBe('2001:db8::1');
      expect(capture.connections[0]?.server.address).toBe('2001:db8:0:1::2');
    }
  });

  test('a link layer that is not known is told', () => {
    const { connections, problems } = readCapture(pcap(PACKETS, { linkType: 147 }));
    expect(connections).toEqual([]);
    expect(problems).toEqual([{ packet: 1, text: expect.stringContaining(`${PACKETS.length} packets`) as string }]);
  });
});

describe('IPv4', () => {
  test('options are skipped, and what fills up an Ethernet frame is no data', () => {
    const list = PACKETS.map(({ at, bytes }) => {
      const header = concat(
        Uint8Array.of(0x46, 0),
        uintBytes(bytes.length + 4, 2),
        bytes.subarray(4, 20),
        hex('01010100'),
      );
      return { at, bytes: concat(MACS, hex('0800'), header, bytes.subarray(20), new Uint8Array(6).fill(0x55)) };
    });
    expectSession(readCapture(pcap(list, { linkType: 1 })));
  });

  test('length 0, as a network card that cuts packets itself shows it, means all there is', () => {
    const list = PACKETS.map(({ at, bytes }) => ({
      at,
      bytes: concat(bytes.subarray(0, 2), hex('0000'), bytes.subarray(4)),
    }));
    expectSession(readCapture(pcap(list)));
  });

  test('fragments are told', () => {
    const list = PACKETS.map(({ at, bytes }, index) =>
      index === 5 ? { at, bytes: concat(bytes.subarray(0, 6), hex('2000'), bytes.subarray(8)) } : { at, bytes },
    );
    const { problems, connections } = readCapture(pcap(list));
    expect(problems).toEqual([{ packet: 6, text: expect.stringContaining('fragments') as string }]);
    expect(connections[0]?.problems[0]?.text).toContain('that the server sent');
  });

  test('packets that were not captured whole are told', () => {
    const list = PACKETS.map(({ at, bytes }) => ({ at, bytes: bytes.subarray(0, 96) }));
    const { problems, connections } = readCapture(pcap(list));
    expect(problems[0]?.text).toContain('not captured whole');
    expect(streamOf(connections[0]?.chunks ?? [], 'client')).toEqual(streamOf(TLS13.chunks, 'client').subarray(0, 56));
  });
});

describe('pcap', () => {
  const shapes = [
    ['little-endian, microseconds', { order: 'little' }],
    ['big-endian, microseconds', { order: 'big' }],
    ['little-endian, nanoseconds', { order: 'little', magic: 0xa1b23c4d, perMs: 1e6 }],
    ['big-endian, nanoseconds', { order: 'big', magic: 0xa1b23c4d, perMs: 1e6 }],
    ["with Kuznetsov's longer headers", { order: 'little', magic: 0xa1b2cd34, extra: 8 }],
  ] as const;
  test.each(shapes)('%s', (_name, shape) => {
    const capture = readCapture(pcap(PACKETS, shape));
    expect(capture.format).toBe('pcap');
    expectSession(capture);
    expect(capture.connections[0]?.startedAt).toBe(build.START_SECONDS * 1000);
    expect(capture.connections[0]?.chunks.map(({ at }) => at)).toEqual(TLS13.chunks.map(({ at }) => at));
  });
});

describe('pcapng', () => {
  const ORDERS = ['little', 'big'] as const;
  test.each(ORDERS)('%s-endian: interfaces of their own link and clock, secrets, unknown blocks', (order) => {
    const start = build.START_SECONDS * 1000;
    const blocks = PACKETS.map(({ at, bytes }, index) => {
      if (index % 2 === 0) return build.enhanced(order, 0, (start + at) * 1e6, bytes); // nanoseconds
      return build.enhanced(order, 1, ((start + at) / 1000) * 2 ** 10, concat(MACS, hex('0800'), bytes));
    });
    const secrets = build.block(
      order,
      10,
      build.uint(order, 0x544c534b, 4),
      build.uint(order, TLS13.keyLog.length, 4),
      text(TLS13.keyLog),
    );
    const unknown = build.block(order, 0x0bad, hex('00112233'));
    const faces = [build.face(order, 101, 9), build.face(order, 1, 0x80 + 10)];
    const capture = readCapture(concat(build.section(order), ...faces, unknown, secrets, ...blocks));
    expectSession(capture);
    expect(capture).toMatchObject({ format: 'pcapng', keyLog: TLS13.keyLog, packets: PACKETS.length });
    const times = capture.connections[0]?.chunks.map(({ at }) => at) ?? [];
    times.forEach((at, index) => expect(Math.abs(at - (TLS13.chunks[index]?.at ?? 0))).toBeLessThan(1)); // 1/1024 s
  });

  test.each(ORDERS)('%s-endian: simple packets, cut to the snap length, and old packet blocks', (order) => {
    const simple = PACKETS.map(({ bytes }) => build.block(order, 3, build.uint(order, bytes.length, 4), bytes));
    expectSession(readCapture(concat(build.section(order), build.face(order, 101), ...simple)));
    const old = PACKETS.map(({ bytes }) => {
      const length = build.uint(order, bytes.length, 4);
      return build.block(
        order,
        2,
        build.uint(order, 0, 2),
        build.uint(order, 7, 2),
        new Uint8Array(8),
        length,
        length,
        bytes,
      );
    });
    expectSession(readCapture(concat(build.section(order), build.face(order, 101), ...old)));
    const snapped = build.block(order, 3, build.uint(order, 1000, 4), PACKETS[0]!.bytes.subarray(0, 40));
    expect(readCapture(concat(build.section(order), build.face(order, 101, null, 40), snapped))).toMatchObject({
      packets: 1,
    });
  });

  test('a second section may have the other byte order and its own interfaces', () => {
    const part = (order: build.Order, list: readonly build.Timed[]): Uint8Array =>
      concat(
        build.section(order),
        build.face(order, 101),
        ...list.map(({ at, bytes }) => build.enhanced(order, 0, at * 1e3, bytes)),
      );
    expectSession(readCapture(concat(part('little', PACKETS.slice(0, 9)), part('big', PACKETS.slice(9)))));
  });

  const good = concat(
    build.section('little'),
    build.face('little', 101),
    build.enhanced('little', 0, 0, PACKETS[0]!.bytes),
  );
  const BAD: readonly (readonly [string, Uint8Array, string])[] = [
    ['length 0', hex('06000000 00000000 00000000'), 'impossible length 0'],
    ['length below 12', hex('06000000 08000000 08000000'), 'impossible length 8'],
    ['a length that is no multiple of four', hex('06000000 0d000000 0000000000'), 'impossible length 13'],
    ['a length beyond the file', hex('06000000 fcffffff 00000000'), 'announces 4294967292 bytes'],
    ['two different lengths', hex('06000000 0c000000 10000000'), 'two different lengths'],
    ['an interface that is not described', build.enhanced('little', 3, 0, hex('00')), 'interface 3'],
    [
      'a packet longer than its block',
      build.block('little', 6, new Uint8Array(12), hex('ffffff7f ffffff7f')),
      'announces 2147483647',
    ],
    ['secrets longer than their block', build.block('little', 10, hex('4b534c54 ffffffff')), 'secrets announce'],
  ];
  test.each(BAD)('%s ends the reading, and what came before is there', (_name, block, words) => {
    const { packets: count, problems } = readCapture(concat(good, block, good));
    expect(count).toBe(1);
    expect(problems.map(({ text }) => text).join()).toContain(words);
    expect(problems.map(({ text }) => text).join()).toContain(`At byte ${good.length} of the file`);
  });
});

describe('what is no capture', () => {
  test.each([
    ['', 'empty'],
    ['1f8b0800', 'gzip'],
    ['28b52ffd', 'zstd'],
    ['48656c6c6f', 'neither a pcap nor a pcapng'],
    ['d4c3b2a1 0200', 'inside its header'],
    ['0a0d0d0a 1c000000 4d3c2b1a', 'cut off or damaged'],
    ['0a0d0d0a 1c000000 00000000 00000000', 'cut off or damaged'],
  ])('%s: %s', (bytes, words) => {
    const { format, problems } = readCapture(hex(bytes));
    expect(format).toBeNull();
    expect(problems[0]?.text).toContain(words);
  });
});

test('how much of the file has been read is told on the way', () => {
  const told: number[] = [];
  const many = Array.from({ length: 300 }, () => PACKETS).flat();
  readCapture(pcap(many), (share) => told.push(share));
  expect(told.length).toBe(Math.floor(many.length / 5000));
  expect(told[0]).toBeCloseTo(5000 / many.length, 2);
});

describe('TCP', () => {
  const data = SENT.filter(({ data }) => data.length > 0);
  const read = (sent: readonly (typeof SENT)[number][], options = {}): Capture =>
    readCapture(pcap(packets(sent, options)));

  test('sequence numbers may wrap', () => {
    for (const shift of [2 ** 32 - 1001, 2 ** 32 - 1500, 2 ** 32 - 5600]) expectSession(read(SENT, { shift }));
  });

  test('packets in reverse order give the same streams', () => {
    expectSession(read([...SENT.slice(0, 3), ...[...data].reverse(), ...SENT.slice(-4)]));
    expectSession(read([...SENT].reverse()));
  });

  test('a capture in another order shows each side answering what it had heard', () => {
    const order = (sent: typeof SENT) =>
      read(sent).connections[0]?.chunks.map(({ from, bytes }) => [from, bytes.length]);
    const shuffled = [...SENT].sort((one, other) => ((one.sequence * 7919) % 31) - ((other.sequence * 7919) % 31));
    expect(shuffled).not.toEqual(SENT);
    expect(order([...SENT].reverse())).toEqual(order(SENT));
    expect(order(shuffled)).toEqual(order(SENT));
  });

  test('what is sent twice counts once, also where the second cut is another', () => {
    const first = data.find(({ from }) => from === 'server')!;
    const longer = { ...first, data: streamOf(TLS13.chunks, 'server').subarray(0, first.data.length + 100) };
    const inside = { ...first, sequence: first.sequence + 10, data: first.data.subarray(10, 20) };
    expectSession(read([...SENT, ...SENT.slice(3)]));
    expectSession(read([...SENT.slice(0, 6), longer, inside, ...SENT.slice(6)]));
  });

  test('other content under the same numbers is told, and the first counts', () => {
    const first = data[0]!;
    const other = { ...first, data: first.data.map((byte) => byte ^ 1) };
    expectSession(read([...SENT, other]), [expect.stringContaining('with another content') as string]);
  });

  test('a keep-alive repeats a number with a byte of its own', () => {
    const last = data.findLast(({ from }) => from === 'client')!;
    const probe = { ...last, sequence: last.sequence + last.data.length - 1, data: Uint8Array.of(0) };
    expectSession(read([...SENT, probe]));
  });

  test('after a lost packet the stream ends, with words; the other side goes on', () => {
    const lost = data.filter(({ from }) => from === 'server')[2]!;
    const capture = read(SENT.filter((sent) => sent !== lost));
    const [connection] = capture.connections;
    expect(connection?.problems[0]?.text).toContain(`${lost.data.length} bytes that the server sent after its first`);
    expect(streamOf(connection?.chunks ?? [], 'client')).toEqual(streamOf(TLS13.chunks, 'client'));
    const server = streamOf(TLS13.chunks, 'server');
    expect(streamOf(connection?.chunks ?? [], 'server')).toEqual(server.subarray(0, lost.sequence - 5001));
  });

  test('a connection whose beginning is missing is read from its first record on', () => {
    const capture = read(SENT.slice(3));
    expectSession(capture, ['The beginning of the connection was not captured.']);
    const later = read(SENT.slice(10));
    expect(later.connections[0]).toMatchObject({ client: CLIENT, server: SERVER });
    expect(later.connections[0]?.chunks).toHaveLength(data.length - 7);
  });

  test('one half of a connection is enough to know who is who', () => {
    const capture = read(data.filter(({ from }) => from === 'server'));
    expect(capture.connections[0]).toMatchObject({ client: CLIENT, server: SERVER });
  });

  test('the same ports used again are another connection', () => {
    const again = packets(sentBy(TLS13.chunks), { shift: 70_000 });
    const capture = readCapture(pcap([...PACKETS, ...again]));
    expect(capture.connections).toHaveLength(2);
    for (const { chunks } of capture.connections)
      expect(streamOf(chunks, 'server')).toEqual(streamOf(TLS13.chunks, 'server'));
  });

  test('interleaved connections stay apart; one without TLS is counted', () => {
    const plain = sentBy([{ from: 'client', at: 0, bytes: text('GET / HTTP/1.1\r\n\r\n') }]);
    const lists = [PACKETS, packets(SENT, { port: 50_001 }), packets(plain, { port: 50_002 })];
    const mixed = PACKETS.flatMap((_, index) => lists.flatMap((list) => list[index] ?? []));
    const capture = readCapture(pcap(mixed));
    expect(capture.connections.map(({ client }) => client.port)).toEqual([50_000, 50_001]);
    for (const { chunks } of capture.connections)
      expect(streamOf(chunks, 'client')).toEqual(streamOf(TLS13.chunks, 'client'));
    expect(capture.problems.map(({ text }) => text)).toEqual(['1 TCP connection without TLS left out.']);
  });

  test('the end of a side has the time of its first FIN or RST', () => {
    const late = SENT.map((sent, at) => (at < SENT.length - 4 ? sent : { ...sent, at: at - SENT.length + 104 }));
    const again = { ...late.at(-2)!, at: 200 };
    const [connection] = read([...late, again]).connections;
    expect([connection?.ends, connection?.endedAt]).toEqual([
      { client: 'FIN', server: 'FIN' },
      { client: 100, server: 102 },
    ]);
    expect(read(SENT.slice(0, -2)).connections[0]?.endedAt).toMatchObject({ server: null });
  });

  test('RST and FIN are told apart', () => {
    const reset = { ...SENT.at(-1)!, from: 'server' as const, flags: FLAGS.rst };
    const capture = read([...SENT.filter(({ flags }) => (flags & FLAGS.fin) === 0), reset]);
    expect(capture.connections[0]?.ends).toEqual({ client: null, server: 'RST' });
  });
});

describe('TLS after plaintext', () => {
  const say = (from: Chunk['from'], words: string): Chunk => ({ from, at: 0, bytes: text(words) });
  const DIALOGUES: readonly (readonly [string, readonly Chunk[]])[] = [
    [
      'SMTP',
      [
        say('server', '220 mx ESMTP\r\n'),
        say('client', 'EHLO a\r\n'),
        say('server', '250-mx\r\n250 STARTTLS\r\n'),
        say('client', 'STARTTLS\r\n'),
        say('server', '220 go\r\n'),
      ],
    ],
    ['IMAP', [say('server', '* OK IMAP4rev1\r\n'), say('client', 'a1 STARTTLS\r\n'), say('server', 'a1 OK begin\r\n')]],
    ['POP3', [say('server', '+OK\r\n'), say('client', 'STLS\r\n'), say('server', '+OK\r\n')]],
    ['FTP', [say('server', '220 ftp\r\n'), say('client', 'AUTH TLS\r\n'), say('server', '234 ok\r\n')]],
    ['NNTP', [say('server', '200 news\r\n'), say('client', 'STARTTLS\r\n'), say('server', '382 go\r\n')]],
    [
      'XMPP',
      [
        say('client', "<stream:stream to='a'>"),
        say('server', '<stream:features/>'),
        say('client', "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        say('server', '<proceed/>'),
      ],
    ],
    [
      'LDAP',
      [
        say('client', '0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037'),
        say('server', '0\x0c\x02\x01\x01x\x07\x0a\x01\x00\x04\x00\x04\x00'),
      ],
    ],
    ['PostgreSQL', [say('client', '\x00\x00\x00\x08\x04\xd2\x16\x2f'), say('server', 'S')]],
    [
      'MySQL',
      [
        say('server', 'J\x00\x00\x00\x0a8.0.36\x00'),
        say('client', ' \x00\x00\x01\x85\xae\xff\x00' + '\x00'.repeat(28)),
      ],
    ],
    ['an HTTP proxy', [say('client', 'CONNECT a:443 HTTP/1.1\r\n\r\n'), say('server', 'HTTP/1.1 200 OK\r\n\r\n')]],
    ['another protocol', [say('client', 'shall we?'), say('server', 'we shall')]],
  ];
  test.each(DIALOGUES)('%s', (name, dialogue) => {
    const capture = readCapture(pcap(packets(sentBy([...dialogue, ...TLS13.chunks]))));
    expectSession(capture);
    const [connection] = capture.connections;
    expect(connection?.startTls).toBe(name);
    expect(connection?.before).toEqual({
      client: streamOf(dialogue, 'client').length,
      server: streamOf(dialogue, 'server').length,
    });
  });

  test('a hello in the old format is TLS too', () => {
    // `openssl s_client` of 0.9.8: version 3.1 inside, three suites of 3 bytes, challenge of 16
    const hello = concat(hex('8022 01 0301 0009 0000 0010 000035 00002f 00000a'), new Uint8Array(16).fill(7));
    const capture = readCapture(pcap(packets(sentBy([{ from: 'client', at: 0, bytes: hello }]))));
    expect(capture.connections).toHaveLength(1);
  });

  test('a page that begins with the same byte is not TLS', () => {
    const words = [say('client', '\x16\x03 is not TLS'), say('server', '\x17\x03 neither')];
    expect(readCapture(pcap(packets(sentBy(words)))).connections).toEqual([]);
  });
});
