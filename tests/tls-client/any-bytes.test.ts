/** Whatever bytes a server sends, and however they are cut: nothing throws, and nobody is believed without proof. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TlsClient } from '../../src/core/tls/client/client.ts';
import type { ClientInput, ClientOptions, ClientOutput } from '../../src/core/tls/client/options.ts';
import { hasProgram } from '../programs.ts';
import { block, ext, hex, HostileServer, join, message, record, text, vec, zeros } from './hostile-server.ts';
import { Identities } from './identities.ts';

vi.setConfig({ testTimeout: 120_000 });

const identities = new Identities();
afterAll(() => identities.close());

/** The same bytes for each client, so that what a server said to one fits another. */
function chance(): { random: (count: number) => Uint8Array; now: () => number } {
  let count = 0;
  return { random: (length) => new Uint8Array(length).fill((count += 1)), now: () => 0 };
}

interface Recorded {
  readonly options: Partial<ClientOptions>;
  readonly signature: Uint8Array;
  /** what the server said, and up to which byte of it a client may not be connected */
  readonly bytes: Uint8Array;
  readonly handshakeEnd: number;
}

/** A connection with everything in it: a retry, a request, tickets, new keys, data, the end. */
function recorded(): Recorded {
  const clientKey = identities.of('p256', 7);
  const options: Partial<ClientOptions> = {
    serverName: 'desk.test',
    alpn: ['desk/1'],
    identity: { chain: [clientKey.der], schemes: [0x0403] },
  };
  const server = new HostileServer({ identity: identities.of('p256'), clientKey, options, random: chance().random });
  server.retry({ group: 0x0017, cookie: text('remember me') });
  server.deliver(record(20, hex('01')));
  server.connect({ asks: true, extensions: [ext(0), ext(16, '0007066465736b2f31'), ext(10, '0002001d')] });
  const handshakeEnd = spoken(server).length;
  server.deliver(server.sealed(22, join(server.ticket(), server.ticket({ nonce: hex('01') }))));
  server.deliver(server.sealed(23, text('hello')), server.sealed(23, text('padded'), 50));
  server.deliver(server.sealed(22, message(24, hex('01'))));
  server.sending?.update();
  server.deliver(server.sealed(23, text('under new keys')), server.sealed(21, hex('0100')));
  expect(server.finishedHolds).toEqual([true]);
  const verify = server.heard.find(({ type, content }) => type === 22 && content[0] === 15);
  return { options, signature: verify?.content.subarray(8) ?? zeros(0), bytes: spoken(server), handshakeEnd };
}

const spoken = ({ chunks }: HostileServer): Uint8Array =>
  join(...chunks.flatMap(({ from, bytes }) => (from === 'server' ? [bytes] : [])));

/** Feeds a new client the pieces; its questions are answered as they were. */
function replay({ options, signature }: Recorded, pieces: readonly Uint8Array[]): readonly ClientOutput[] {
  const client = new TlsClient(options, chance());
  const outputs: ClientOutput[] = [];
  const feed = (input: ClientInput): void => {
    for (const output of client.handle(input)) {
      outputs.push(output);
      if (output.kind === 'judge') feed({ kind: 'verdict', refusal: null });
      if (output.kind === 'sign') feed({ kind: 'signature', signature });
    }
  };
  feed({ kind: 'start' });
  for (const bytes of pieces) feed({ kind: 'bytes', bytes });
  return outputs;
}

const isConnected = (outputs: readonly ClientOutput[]) => outputs.some(({ kind }) => kind === 'connected');

/** It was ended with an alert, and properly; or the client still waits. */
function expectOrder(outputs: readonly ClientOutput[]): void {
  const ends = outputs.filter(({ kind }) => kind === 'refused' || kind === 'told');
  expect(ends.length).toBeLessThanOrEqual(1);
  if (ends[0]) expect(outputs.at(-1)).toBe(ends[0]);
}

describe.skipIf(!hasProgram('openssl'))('a recorded server', () => {
  let known: Recorded;
  let whole: readonly ClientOutput[];
  beforeAll(() => {
    known = recorded();
    whole = replay(known, [known.bytes]);
  });

  test('can be replayed', () => {
    expect(whole.filter(({ kind }) => kind !== 'record' && kind !== 'key-log').map(({ kind }) => kind)).toEqual([
      ...['judge', 'sign', 'connected', 'ticket', 'ticket', 'data', 'data', 'data', 'told'],
    ]);
  });

  test('says the same however its bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: known.bytes.length }), { maxLength: 40 }), (places) => {
        const cuts = [0, ...places.sort((one, other) => one - other), known.bytes.length];
        const pieces = cuts.slice(1).map((end, index) => known.bytes.subarray(cuts[index], end));
        expect(replay(known, pieces)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  test('says the same in single bytes', () => {
    expect(
      replay(
        known,
        [...known.bytes].map((byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(whole);
  });

  /** Offsets of the two bytes that nobody reads: versions of records in clear (RFC 8446 §5.1). */
  function versionBytes(): ReadonlySet<number> {
    const places = new Set<number>();
    for (let at = 0; at < known.bytes.length; at += 5 + Buffer.from(known.bytes).readUInt16BE(at + 3)) {
      if (known.bytes[at] !== 23) places.add(at + 1).add(at + 2);
    }
    return places;
  }

  test('with one byte of its handshake changed is never believed', () => {
    const unread = versionBytes();
    fc.assert(
      fc.property(fc.nat({ max: known.handshakeEnd - 1 }), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const bytes = known.bytes.map((byte, at) => (at === place ? byte ^ flip : byte));
        const outputs = replay(known, [bytes]);
        expectOrder(outputs);
        expect(isConnected(outputs)).toBe(unread.has(place));
      }),
      { numRuns: 150 },
    );
  });

  test('with one byte of its two hellos changed, each in turn, is never believed', () => {
    const unread = versionBytes();
    const end = [...known.bytes].findIndex((byte, at) => byte === 23 && known.bytes[at + 1] === 3 && at > 200);
    for (let place = 0; place < end; place++) {
      const bytes = known.bytes.map((byte, at) => (at === place ? byte ^ 0x41 : byte));
      expect([place, isConnected(replay(known, [bytes]))]).toEqual([place, unread.has(place)]);
    }
  });

  test('cut off, spliced, with bytes gone or doubled never throws, and is never believed before its Finished', () => {
    const place = fc.nat({ max: known.bytes.length });
    fc.assert(
      fc.property(place, place, fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 3 }), (one, other, junk, way) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const { bytes } = known;
        const spliced = [
          bytes.subarray(0, from),
          join(bytes.subarray(0, from), bytes.subarray(to)),
          join(bytes.subarray(0, to), bytes.subarray(from)),
          join(bytes.subarray(0, from), junk, bytes.subarray(from)),
        ][way];
        const outputs = replay(known, [spliced ?? zeros(0)]);
        expectOrder(outputs);
        const changedAt = way === 2 ? to : from;
        if (changedAt < known.handshakeEnd && from < to && junk.length > 0) expect(isConnected(outputs)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});

describe.skipIf(!hasProgram('openssl'))('a server of chance', () => {
  const anyRecord = fc
    .tuple(fc.constantFrom(20, 21, 22, 23, 24, 0), fc.uint8Array({ maxLength: 80 }))
    .map(([type, content]) => record(type, content));

  test('of any bytes, or of any records, never throws and is never believed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          fc.array(anyRecord, { maxLength: 6 }).map((all) => join(...all)),
        ),
        (bytes) => {
          const server = new HostileServer({ identity: identities.of('p256') });
          server.deliver(bytes);
          expectOrder(server.outputs);
          expect(isConnected(server.outputs)).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });

  /** A message damaged inside, its length right again: under right keys nothing but the client's own eyes can help. */
  const damage = fc.record({
    at: fc.nat({ max: 2000 }),
    gone: fc.nat({ max: 6 }),
    put: fc.uint8Array({ maxLength: 6 }),
  });
  const damaged = (bytes: Uint8Array, { at, gone, put }: { at: number; gone: number; put: Uint8Array }) => {
    const body = bytes.subarray(4);
    const place = at % (body.length + 1);
    return message(bytes[0] ?? 0, body.subarray(0, place), put, body.subarray(place + gone));
  };

  const STAGES: [name: string, play: (server: HostileServer) => Uint8Array][] = [
    ['ServerHello', (s) => s.serverHello()],
    ['HelloRetryRequest', (s) => s.helloRetryRequest({ group: 0x0017, cookie: hex('0102') })],
    [
      'EncryptedExtensions',
      (s) => (s.greet(), message(8, block([ext(16, '0007066465736b2f31'), ext(10, '0002001d'), ext(0)]))),
    ],
    [
      'CertificateRequest',
      (s) => (
        s.greet().encrypted(),
        s.certificateRequest([ext(13, '00020403'), ext(47, '000400023000'), ext(50, '00020403')])
      ),
    ],
    ['Certificate', (s) => (s.greet().encrypted(), s.certificate())],
    ['CertificateVerify', (s) => (s.greet().encrypted().say(s.certificate()), s.certificateVerify())],
    ['Finished', (s) => (s.greet().encrypted().prove(), s.finished())],
    ['NewSessionTicket', (s) => (s.connect(), s.ticket({ extensions: [ext(42, '00000000')] }))],
    ['KeyUpdate', (s) => (s.connect(), message(24, hex('01')))],
  ];
  test.each(STAGES)('that damages %s under right keys never throws', (_name, play) => {
    fc.assert(
      fc.property(damage, (change) => {
        const server = new HostileServer({
          identity: identities.of('p256'),
          options: { serverName: 'desk.test', alpn: ['desk/1'] },
        });
        const genuine = play(server);
        const before = isConnected(server.outputs);
        const said = damaged(genuine, change);
        server.deliver(server.sealed(22, said));
        expectOrder(server.outputs);
        const isGenuine = Buffer.compare(said, genuine) === 0;
        if (!isGenuine) expect(isConnected(server.outputs)).toBe(before);
      }),
      { numRuns: 30 },
    );
  });
});

describe.skipIf(!hasProgram('openssl'))('time grows with the bytes', () => {
  test('four megabytes in 65,000 pieces that wait for a verdict', () => {
    const client = new TlsClient({}, chance());
    const server = new HostileServer({ identity: identities.of('p256'), random: chance().random });
    server.greet().encrypted().prove();
    const data = zeros(2 ** 14).fill(5);
    server.finish(undefined, () => join(...Array.from({ length: 256 }, () => server.sealed(23, data))));
    const bytes = spoken(server);
    client.handle({ kind: 'start' });
    const before = performance.now();
    const outputs: ClientOutput[] = [];
    for (let at = 0; at < bytes.length; at += 64) {
      outputs.push(...client.handle({ kind: 'bytes', bytes: bytes.subarray(at, at + 64) }));
    }
    expect(outputs.at(-1)?.kind).toBe('judge');
    outputs.push(...client.handle({ kind: 'verdict', refusal: null }));
    expect(outputs.filter(({ kind }) => kind === 'data')).toHaveLength(256);
    expect(performance.now() - before).toBeLessThan(20_000); // quadratic: minutes
  });

  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, at) => make(at));
  const unknown = (count: number) => many(count, (index) => ext(0x1000 + index));

  test.each<[string, (server: HostileServer) => Uint8Array]>([
    ['a request with 15,000 extensions', (s) => s.certificateRequest([ext(13, '00020403'), ...unknown(15_000)])],
    ['40,000 certificates', () => message(11, hex('00'), vec(3, ...many(40_000, () => hex('000001 00 0000'))))],
    [
      'one certificate that is a row of 65,000 values',
      (s) => s.certificate([join(...many(65_000, () => hex('3000')))]),
    ],
  ])('%s', (_name, play) => {
    const server = new HostileServer({ identity: identities.of('p256') });
    const said = play(server);
    server.greet().encrypted();
    const before = performance.now();
    for (let at = 0; at < said.length; at += 2 ** 14)
      server.deliver(server.sealed(22, said.subarray(at, at + 2 ** 14)));
    expectOrder(server.outputs);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});
