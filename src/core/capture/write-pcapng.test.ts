import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { concat } from '../bytes/reader.ts';
import type { Chunk } from '../tls/dissection.ts';
import * as build from './fixtures/build.ts';
import { readCapture } from './read-capture.ts';
import { writePcapng, type Recording } from './write-pcapng.ts';

vi.setConfig({ testTimeout: 60_000 });

const { TLS13, CLIENT, SERVER } = build;
const RECORDING: Recording = {
  ...{ chunks: TLS13.chunks, client: CLIENT, server: SERVER, startedAt: 1_700_000_000_123 },
  ...{ keyLog: TLS13.keyLog, comment: 'a comment' },
};

function written(recording: Recording): Uint8Array {
  const file = writePcapng(recording);
  if (!file.ok) throw new Error(file.error.why);
  return file.value;
}

/** A hello that is recognised, then any records in any pieces. */
const chunks: fc.Arbitrary<Chunk[]> = fc
  .array(
    fc.record({
      from: fc.constantFrom('client' as const, 'server' as const),
      at: fc.nat({ max: 1000 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4000 }),
    }),
    { maxLength: 12 },
  )
  .map((rest) => {
    let at = 0;
    const header = (bytes: Uint8Array) => concat(Uint8Array.of(23, 3, 3, bytes.length >> 8, bytes.length & 255), bytes);
    return [TLS13.chunks[0]!, ...rest.map((one) => ({ from: one.from, at: (at += one.at), bytes: header(one.bytes) }))];
  });

const endpoints = fc.constantFrom(
  { client: CLIENT, server: SERVER },
  { client: { address: 'fe80::1:0:0:2', port: 1 }, server: { address: '::1', port: 65_535 } },
);
const end = fc.constantFrom('FIN' as const, 'RST' as const, null);

describe('a capture that is written', () => {
  test('reads back as it was: bytes, order, times, addresses, ends and secrets', () => {
    fc.assert(
      fc.property(chunks, endpoints, fc.tuple(end, end), (original, places, [client, server]) => {
        const capture = readCapture(written({ ...RECORDING, ...places, chunks: original, ends: { client, server } }));
        const [connection] = capture.connections;
        expect(capture.problems).toEqual([]);
        expect(connection).toMatchObject({ ...places, startedAt: RECORDING.startedAt, startTls: null, problems: [] });
        expect(connection?.ends).toEqual({ client, server });
        expect(capture.keyLog.trim()).toBe(TLS13.keyLog.trim());
        const cut = original.flatMap(({ from, at, bytes }) =>
          Array.from({ length: Math.ceil(bytes.length / 1460) }, (_, index) => {
            const piece = bytes.subarray(index * 1460, (index + 1) * 1460);
            return { from, at, bytes: piece };
          }),
        );
        expect(connection?.chunks).toEqual(cut);
      }),
      { numRuns: 150 },
    );
  });

  test('an end stands where it came: a side that had closed is still spoken to', () => {
    const ends = { client: 'FIN', server: 'FIN' } as const;
    const last = TLS13.chunks.findLastIndex(({ from }) => from === 'client');
    const endedAt = { client: last + 0.5, server: 500 };
    const [connection] = readCapture(written({ ...RECORDING, ends, endedAt })).connections;
    expect(connection?.endedAt).toEqual(endedAt);
    expect(TLS13.chunks.length).toBeGreaterThan(last + 1);
    expect(connection?.chunks.at(-1)?.at).toBe(TLS13.chunks.length - 1);
    const early = readCapture(written({ ...RECORDING, ends, endedAt: { client: 0.5, server: 0.5 } }));
    expect(early.connections[0]?.problems).toEqual([]);
    expect(early.connections[0]?.chunks.map(({ bytes }) => bytes)).toEqual(
      readCapture(written(RECORDING)).connections[0]?.chunks.map(({ bytes }) => bytes),
    );
  });

  test('says in its comment that it holds secrets, only when it does', () => {
    const words = (recording: Recording) => new TextDecoder('latin1').decode(written(recording));
    expect(words(RECORDING)).toContain('This file holds the secrets of its connection');
    expect(words({ ...RECORDING, keyLog: '' })).not.toContain('secrets');
    expect(words({ ...RECORDING, keyLog: '' })).toContain('a comment');
  });

  test('holds its secrets before the first packet, and none where there are none', () => {
    const { keyLog } = readCapture(written({ ...RECORDING, keyLog: '' }));
    expect(keyLog).toBe('');
    expect(readCapture(written(RECORDING)).keyLog).toContain('CLIENT_HANDSHAKE_TRAFFIC_SECRET');
  });

  test('a comment longer than an option holds is cut', () => {
    const { packets, problems } = readCapture(written({ ...RECORDING, comment: 'ü'.repeat(90_000) }));
    expect(problems).toEqual([]);
    expect(packets).toBeGreaterThan(0);
  });

  test.each([
    [{ client: { address: '127.0.0.1', port: 70_000 } }, 'badAddress'],
    [{ client: { address: 'localhost', port: 1 } }, 'badAddress'],
    [{ client: { address: '::1', port: 1 } }, 'badAddress'],
    [{ server: { address: '1:2:3', port: 1 }, client: { address: '::1', port: 1 } }, 'badAddress'],
    [{ startedAt: Number.NaN }, 'badTime'],
    [{ startedAt: -1 }, 'badTime'],
  ])('%j is refused', (change, kind) => {
    expect(writePcapng({ ...RECORDING, ...change })).toMatchObject({ ok: false, error: { kind } });
  });
});
