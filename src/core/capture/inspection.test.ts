import { describe, expect, test } from 'vitest';
import type { Chunk } from '../tls/dissection.ts';
import { firstRecords } from './first-records.ts';
import * as build from './fixtures/build.ts';
import { inspect } from './inspection.ts';
import { isMutual, outcomeOf } from './outcome.ts';
import { printable, quoted } from './printable.ts';
import { readCapture } from './read-capture.ts';

const { TLS12, TLS13 } = build;

function dissected(chunks: readonly Chunk[], keyLog: string) {
  const capture = readCapture(build.pcap(build.packets(build.sentBy(chunks))));
  const inspected = inspect(capture, 0, keyLog);
  if (!inspected) throw new Error('no TLS found');
  return inspected.dissection;
}

const alert = (from: 'client' | 'server', level: number, code: number): Chunk => ({
  ...{ from, at: 99, bytes: Uint8Array.of(21, 3, 3, 0, 2, level, code) },
});

describe('the outcome', () => {
  test.each([TLS12, TLS13])('$name: established and mutual with its key log', ({ chunks, keyLog }) => {
    expect(outcomeOf(dissected(chunks, keyLog))).toBe('established');
    expect(isMutual(dissected(chunks, keyLog))).toBe(true);
  });

  test.each([TLS12, TLS13])('$name: established is seen without a key log too', ({ chunks }) => {
    expect(outcomeOf(dissected(chunks, ''))).toBe('established');
  });

  test.each([TLS12, TLS13])('$name: incomplete when it stops before the last Finished', ({ chunks, keyLog }) => {
    for (const count of [1, 2, 5]) expect(outcomeOf(dissected(chunks.slice(0, count), keyLog))).toBe('incomplete');
  });

  test.each([TLS12, TLS13])('$name: refused by a fatal alert in clear', ({ chunks, keyLog }) => {
    expect(outcomeOf(dissected([...chunks.slice(0, 1), alert('server', 2, 70)], keyLog))).toBe('refused');
    expect(outcomeOf(dissected([...chunks.slice(0, 1), alert('server', 1, 0)], keyLog))).toBe('incomplete');
  });

  test('TLS 1.3: sealed after the last Finished, nothing but an alert may have come', () => {
    const upTo = TLS13.chunks.findIndex(
      ({ from, bytes }) => from === 'server' && bytes.length > 500 && bytes[0] === 23 && bytes.length < 600,
    );
    const sealedAlert = TLS13.chunks.at(-1)!;
    expect(sealedAlert).toMatchObject({ from: 'server', bytes: { length: 24 } });
    expect(outcomeOf(dissected([...TLS13.chunks.slice(0, upTo), sealedAlert], ''))).toBe('incomplete');
  });
});

describe('the most records', () => {
  const chunks = TLS13.chunks;

  test('cuts between two records, whatever the pieces', () => {
    const bytewise = chunks.flatMap(({ from, at, bytes }) =>
      Array.from(bytes, (byte) => ({ from, at, bytes: Uint8Array.of(byte) })),
    );
    for (const [count, records] of [
      [1, 1],
      [7, 7],
      [17, 17],
      [100, 17],
    ] as const) {
      expect(dissected(firstRecords(chunks, count), TLS13.keyLog).records).toHaveLength(records);
      expect(dissected(firstRecords(bytewise, count), TLS13.keyLog).records).toHaveLength(records);
    }
  });

  test('leaves a shorter connection as it is', () => {
    expect(firstRecords(chunks, chunks.length)).toBe(chunks);
  });
});

describe('text of a peer', () => {
  test('shows hidden characters as escapes', () => {
    expect(printable('a\u001b[31mb\u202Ec\u200Bd\u0085e\u2028f')).toBe('a\\u001b[31mb\\u202ec\\u200bd\\u0085e\\u2028f');
    expect(printable('Grüße, 世界 🙂')).toBe('Grüße, 世界 🙂');
  });

  test('as JSON stays the same text', () => {
    const text = 'a\u202Eb\u{E0041}c\u007f\uD800';
    expect(JSON.parse(printable(JSON.stringify(text)))).toBe(text);
  });

  test('is quoted and cut', () => {
    expect(quoted(build.text('hello\n'), 10)).toBe('"hello\\u000a"');
    expect(quoted(build.text('hello world'), 5)).toBe('"hello" …');
  });
});
