/** What must hold for any bytes at all. Real messages and sessions are cut, padded, flipped and spliced. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { CERTIFICATE } from './messages/der.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { concat, Reader } from '../bytes/reader.ts';
import { dissect } from './dissect.ts';
import type { Chunk, Field } from './dissection.ts';
import chromium from './fixtures/chromium-hello.json' with { type: 'json' };
import tls12 from './fixtures/tls12-messages.json' with { type: 'json' };
import rfc8448 from './fixtures/rfc8448.json' with { type: 'json' };
import { whole, type Env } from './format/format.ts';
import { leavesOf, rawOf } from './format/tree.ts';
import { readMessage } from './messages/handshake.ts';
import type { KeyExchange } from './names/suites.ts';
import { partitionFault } from './partition.ts';

vi.setConfig({ testTimeout: 120_000 });

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (!bytes.ok) throw new Error(bytes.error.why);
  return bytes.value;
};

const LABELS: Readonly<Record<string, string>> = {
  'c e traffic': 'CLIENT_EARLY_TRAFFIC_SECRET',
  'c hs traffic': 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  's hs traffic': 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'c ap traffic': 'CLIENT_TRAFFIC_SECRET_0',
  's ap traffic': 'SERVER_TRAFFIC_SECRET_0',
};

const SESSIONS = rfc8448.traces.map(({ records, secrets }) => ({
  chunks: records.map(({ from, hex }, at): Chunk => ({ from: from as Chunk['from'], at, bytes: bytesOf(hex) })),
  keyLog: Object.entries(secrets)
    .map(([name, hex]) => (LABELS[name] ? `${LABELS[name]} ${records[0]?.hex.slice(22, 86)} ${hex}\n` : ''))
    .join(''),
}));

const MESSAGES: readonly Uint8Array[] = [
  bytesOf(chromium.hex).subarray(5),
  ...tls12.messages.map(({ hex }) => bytesOf(hex)),
  ...SESSIONS.flatMap(({ chunks, keyLog }) => {
    const { messages, buffers } = dissect(chunks, keyLog);
    return messages.map(({ fields }) => rawOf(fields, buffers));
  }),
];

const EXCHANGES: readonly KeyExchange[] = [
  'ECDHE',
  'DHE',
  'RSA',
  'ECDHE_PSK',
  'DHE_PSK',
  'RSA_PSK',
  'SRP_signed',
  'other',
];

const ENVS: readonly Env[] = EXCHANGES.flatMap((keyExchange) =>
  [0, 0x0301, 0x0303, 0x0304].map((version) => ({ source: '', message: '', version, keyExchange })),
);

const junk = fc.uint8Array({ minLength: 1, maxLength: 40 });
const place = fc.nat({ max: 5000 });

/** A real piece of bytes, damaged in one of the ways in which wires and attackers damage. */
const damaged = (originals: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...originals), fc.constantFrom(...originals), place, place, junk, fc.nat({ max: 4 }))
    .map(([bytes, other, at, to, more, how]) => {
      const cut = at % (bytes.length + 1);
      switch (how) {
        case 0:
          return bytes.subarray(0, cut);
        case 1:
          return concat(bytes, more);
        case 2:
          return bytes.map((byte, index) => (index === cut ? byte ^ ((to % 255) + 1) : byte));
        case 3:
          return concat(bytes.subarray(0, cut), other.subarray(to % (other.length + 1)));
        default:
          return concat(bytes.subarray(0, cut), more, bytes.subarray(cut));
      }
    });

/** The first byte that no leaf owns, or that two own. */
function faultOf(fields: readonly Field[], bytes: Uint8Array): string | null {
  let at = 0;
  for (const { name, range } of fields.flatMap(leavesOf)) {
    if (range.start !== at || range.end < range.start) return `${name} starts at ${range.start}, not at ${at}`;
    at = range.end;
  }
  return at === bytes.length ? null : `the leaves end at ${at} of ${bytes.length}`;
}

/** TRUSTWALK_FUZZ=20 runs twenty times as many. */
const TIMES = Number(process.env['TRUSTWALK_FUZZ'] ?? 1);
const runs = (numRuns: number) => ({ numRuns: TIMES * numRuns });

/** The same numbers each time, so that a failure comes again: mulberry32 of a seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('leaves partition the bytes', () => {
  test('of handshake messages, however damaged', () => {
    fc.assert(
      fc.property(damaged(MESSAGES), fc.constantFrom(...ENVS), (bytes, env) => {
        expect(faultOf([readMessage(new Reader(bytes), env)], bytes)).toBeNull();
      }),
      runs(20_000),
    );
  });

  test('of a hundred thousand short messages with some bytes changed', () => {
    const below = numbersFrom(8446);
    const short = MESSAGES.filter(({ length }) => length <= 300);
    const from = <T>(all: readonly T[]): T => all[below(all.length)]!;
    for (let count = 0; count < TIMES * 100_000; count++) {
      const bytes = from(short).slice(0, below(4) === 0 ? below(300) : undefined);
      for (let changes = below(4); changes > 0 && bytes.length > 0; changes--) bytes[below(bytes.length)] = below(256);
      const env = from(ENVS);
      const fault = faultOf([readMessage(new Reader(bytes), env)], bytes);
      if (fault) expect({ fault, message: toHex(bytes), env }).toBeNull();
    }
  });

  test('of every prefix of every message', () => {
    for (const message of MESSAGES) {
      for (let end = 0; end <= message.length; end++) {
        const bytes = message.subarray(0, end);
        for (const env of ENVS.slice(0, end % 29 === 0 ? ENVS.length : 4)) {
          const fault = faultOf([readMessage(new Reader(bytes), env)], bytes);
          if (fault) expect(fault).toBeNull();
        }
      }
    }
  });

  test('of certificates, however damaged', () => {
    const certificates = SESSIONS.flatMap(({ chunks, keyLog }) => {
      const { certificates: sent } = dissect(chunks, keyLog);
      return [...sent.client, ...sent.server].map(({ der }) => der);
    });
    fc.assert(
      fc.property(damaged([...certificates, ...tls12.certificates.map(bytesOf)]), (bytes) => {
        const fields: Field[] = [];
        const env = ENVS[0];
        if (env) whole(CERTIFICATE, new Reader(bytes), env, fields);
        expect(faultOf(fields, bytes)).toBeNull();
      }),
      runs(10_000),
    );
  });

  test('of whole sessions with damaged records, and twice the same', () => {
    const session = fc.constantFrom(...SESSIONS).chain((original) =>
      fc
        .tuple(
          fc.nat({ max: original.chunks.length - 1 }),
          damaged(original.chunks.map(({ bytes }) => bytes)),
          fc.boolean(),
        )
        .map(([index, bytes, isKeyed]) => ({
          keyLog: isKeyed ? original.keyLog : '',
          chunks: original.chunks.map((chunk, at) => (at === index ? { ...chunk, bytes } : chunk)),
        })),
    );
    fc.assert(
      fc.property(session, ({ chunks, keyLog }) => {
        const dissection = dissect(chunks, keyLog);
        expect(partitionFault(dissection)).toBeNull();
        expect(dissection.bytes.total).toBe(chunks.reduce((sum, { bytes }) => sum + bytes.length, 0));
        expect(dissection.bytes.explained).toBeLessThanOrEqual(dissection.bytes.total);
        expect(isDeepStrictEqual(dissect(chunks, keyLog), dissection)).toBe(true);
      }),
      runs(400),
    );
  });

  test('of bytes that are no TLS at all', () => {
    const chunk = fc.record({
      from: fc.constantFrom<Chunk['from']>('client', 'server'),
      at: fc.nat(),
      bytes: fc.uint8Array({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), fc.string(), (chunks, keyLog) => {
        expect(partitionFault(dissect(chunks, keyLog))).toBeNull();
      }),
      runs(5_000),
    );
  });
});

describe('how the bytes arrive makes no difference', () => {
  test('cut anywhere, the same records and messages come out', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SESSIONS), fc.integer({ min: 1, max: 300 }), ({ chunks, keyLog }, size) => {
        const pieces = chunks.flatMap(({ from, at, bytes }) =>
          Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => ({
            from,
            at,
            bytes: bytes.slice(index * size, (index + 1) * size),
          })),
        );
        expect(isDeepStrictEqual(dissect(pieces, keyLog), dissect(chunks, keyLog))).toBe(true);
      }),
      runs(60),
    );
  });

  test('every prefix of a session is explained as far as it goes', () => {
    for (const { chunks, keyLog } of SESSIONS) {
      for (let count = 0; count <= chunks.length; count++) {
        const dissection = dissect(chunks.slice(0, count), keyLog);
        expect(dissection.problems).toEqual([]);
        expect(partitionFault(dissection)).toBeNull();
      }
    }
  });
});

test('a stream that came in more pieces than a call has arguments is read', () => {
  const bytes = bytesOf('160303' + 'ffff'); // one record that never ends
  const pieces = Array.from({ length: 300_000 }, (_, at) => ({
    ...{ from: 'client' as const, at },
    bytes: Uint8Array.of(bytes[at] ?? 0),
  }));
  expect(dissect(pieces, '').bytes.total).toBe(300_000);
});

describe('the time it takes grows with the bytes, not faster', () => {
  /** Ten times as much of the same may take at most forty times as much of the processor; a square would take a hundred times. */
  test.each([
    ['tiny hellos', '16030100060100000203'.padEnd(22, '0')],
    ['CertificateVerify after CertificateVerify', '16030300080f00000404030000'],
    ['a message in one-byte records', '1603010001' + '01'],
    ['alerts', '15030100020100'],
    ['empty records', '1603010000'],
  ])('%s', (_name, hex) => {
    const unit = bytesOf(hex);
    const spent = (count: number): number => {
      const bytes = new Uint8Array(unit.length * count);
      for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
      const start = process.cpuUsage();
      dissect([{ from: 'client', at: 0, bytes }], '');
      return process.cpuUsage(start).user / 1000;
    };
    const best = (count: number): number => Math.min(spent(count), spent(count), spent(count));
    best(2_000); // warm
    expect(best(20_000)).toBeLessThan(40 * Math.max(best(2_000), 10));
  });
});
