/** What must hold for any file. Real captures are cut, flipped and spliced, so that the damage gets past the door. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { concat } from '../bytes/reader.ts';
import * as build from './fixtures/build.ts';
import { connectionJson, inspect } from './inspection.ts';
import { readCapture } from './read-capture.ts';
import { writePcapng } from './write-pcapng.ts';

vi.setConfig({ testTimeout: 120_000 });

const { TLS12, TLS13, CLIENT, SERVER } = build;
const written = writePcapng({
  ...{ chunks: TLS13.chunks, client: CLIENT, server: SERVER, startedAt: 0 },
  ...{ keyLog: TLS13.keyLog, comment: 'damaged soon' },
});
if (!written.ok) throw new Error(written.error.why);
const FILES: readonly Uint8Array[] = [
  written.value,
  build.pcap(build.packets(build.sentBy(TLS12.chunks))),
  build.pcap(build.packets(build.sentBy(TLS13.chunks), { ipv6: true }), {
    order: 'big',
    magic: 0xa1b23c4d,
    perMs: 1e6,
  }),
];

const place = fc.nat({ max: 9000 });
const damaged = fc
  .tuple(
    fc.constantFrom(...FILES),
    fc.constantFrom(...FILES),
    place,
    place,
    fc.uint8Array({ minLength: 1, maxLength: 30 }),
    fc.nat({ max: 4 }),
  )
  .map(([file, other, from, to, junk, kind]) => {
    const [a, b] = [from % file.length, to % file.length];
    switch (kind) {
      case 0:
        return file.slice(0, a);
      case 1: {
        const copy = file.slice();
        copy.set(junk.subarray(0, copy.length - a), a);
        return copy;
      }
      case 2:
        return concat(file.subarray(0, a), junk, file.subarray(a));
      case 3:
        return concat(file.subarray(0, Math.min(a, b)), file.subarray(Math.max(a, b)));
      default:
        return concat(file.subarray(0, a), other.subarray(b % other.length));
    }
  });

/** TRUSTWALK_FUZZ=20 runs twenty times as many. */
const TIMES = Number(process.env['TRUSTWALK_FUZZ'] ?? 1);

describe('any file', () => {
  test('is read without an exception, the same way twice', () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const capture = readCapture(bytes);
        expect(readCapture(bytes)).toEqual(capture);
        for (const problem of capture.problems) expect(problem.text).toMatch(/\.$/);
        if (capture.format === null) expect(capture.problems).toHaveLength(1);
      }),
      { numRuns: TIMES * 3000 },
    );
  });

  test('can be inspected, whatever was read of it', () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const capture = readCapture(bytes);
        for (const index of capture.connections.keys()) {
          const inspected = inspect(capture, index, TLS12.keyLog + TLS13.keyLog);
          if (inspected) expect(() => JSON.stringify(connectionJson(inspected))).not.toThrow();
        }
      }),
      { numRuns: TIMES * 150 },
    );
  });

  test.each(FILES.map((file, index) => [index, file] as const))(
    'every prefix of file %i ends in words',
    (_index, file) => {
      const whole = readCapture(file);
      for (let end = 0; end < file.length; end++) {
        const { format, packets, problems, connections } = readCapture(file.subarray(0, end));
        const told = [...problems, ...connections.flatMap((connection) => connection.problems)];
        // Cut between two packets, a file is a good one of fewer packets.
        const isWhole = format !== null && problems.every(({ text }) => !text.startsWith('At byte'));
        if (isWhole) expect(packets).toBeLessThan(whole.packets);
        else expect(told.length).toBeGreaterThan(0);
      }
    },
  );
});

describe('time and memory', () => {
  const grown = (times: number): Uint8Array => {
    const tiny = Array.from({ length: times * 1000 }, (_, index) => ({
      from: 'client' as const,
      at: index,
      bytes: Uint8Array.of(23, 3, 3, 0, 1, 7),
    }));
    const packets = build.packets(build.sentBy([...TLS13.chunks, ...tiny]));
    // in reverse: every packet comes before those it follows
    return build.pcap([...packets].reverse());
  };
  const took = (file: Uint8Array): number => {
    const start = performance.now();
    expect(readCapture(file).connections).toHaveLength(1);
    return performance.now() - start;
  };

  test('eight times as many packets take no more than some eight times as long', () => {
    const [small, large] = [grown(5), grown(40)];
    const rounds = Array.from({ length: 5 }, () => [took(small), took(large)] as const);
    const best = (index: 0 | 1) => Math.min(...rounds.map((round) => round[index]));
    expect(best(1) / best(0)).toBeLessThan(8 * 3);
  });

  test('more packets than one call takes arguments are still dissected', () => {
    const capture = readCapture(grown(150));
    expect(capture.connections[0]?.chunks.length).toBeLessThanOrEqual(50_000 + TLS13.chunks.length);
    const inspected = inspect(capture, 0, '');
    expect(inspected?.dissection.records.length).toBeGreaterThan(150_000);
  });
});
