import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECORD_BYTES } from '../../src/core/bridge/frames.ts';
import { RecordSplitter } from './records.ts';

const aRecord = (type: number, length: number) =>
  Uint8Array.of(type, 3, 3, length >> 8, length & 255, ...bytes(length));
const bytes = (length: number) => new Uint8Array(length).map((_, index) => index % 251);
const lengths = (pieces: Uint8Array[]) => pieces.map((piece) => piece.length);

test('several records in one chunk come out one by one', () => {
  const splitter = new RecordSplitter();
  const [hello, empty, alert] = [aRecord(22, 300), aRecord(23, 0), aRecord(21, 2)];
  expect(splitter.push(Uint8Array.of(...hello, ...empty, ...alert))).toEqual([hello, empty, alert]);
  expect(splitter.flush()).toEqual([]);
});

test('however a stream is cut into chunks, the records are the same', () => {
  const stream = fc.array(fc.tuple(fc.integer({ min: 20, max: 24 }), fc.integer({ min: 0, max: 600 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 700 }), (parts, step) => {
      const records = parts.map(([type, length]) => aRecord(type, length));
      const wire = Buffer.concat(records);
      const splitter = new RecordSplitter();
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < wire.length; at += step) pieces.push(...splitter.push(wire.subarray(at, at + step)));
      expect(pieces.map((piece) => Buffer.from(piece))).toEqual(records.map((record) => Buffer.from(record)));
    }),
  );
});

test('a record waits for its last byte, and is passed on cut when the stream ends', () => {
  const splitter = new RecordSplitter();
  const record = aRecord(22, 40);
  expect(splitter.push(record.subarray(0, 44))).toEqual([]);
  expect(splitter.flush()).toEqual([record.subarray(0, 44)]);
});

test('bytes of another protocol pass at once, from the first byte on', () => {
  const splitter = new RecordSplitter();
  expect(splitter.push(Buffer.from('G'))).toHaveLength(1);
  expect(splitter.push(Buffer.from('ET / HTTP/1.1\r\n'))).toHaveLength(1);
  expect(splitter.isRaw).toBe(true);
});

test('a length beyond what TLS allows turns the direction raw, and long chunks stay in bounded pieces', () => {
  const splitter = new RecordSplitter();
  expect(lengths(splitter.push(aRecord(22, 2 ** 14 + 256)))).toEqual([RECORD_BYTES]);
  expect(splitter.isRaw).toBe(false);
  expect(lengths(splitter.push(aRecord(22, 2 ** 14 + 257)))).toEqual([RECORD_BYTES, 1]);
  expect(splitter.isRaw).toBe(true);
});

test('a record that came in one read is a view of it; only one that came in parts is put together', () => {
  const whole = Uint8Array.of(21, 3, 3, 0, 2, 1, 40);
  const [view] = new RecordSplitter().push(whole);
  expect(view?.buffer).toBe(whole.buffer);
  const splitter = new RecordSplitter();
  expect(splitter.push(whole.subarray(0, 6))).toEqual([]);
  expect(splitter.push(Uint8Array.of(40, 22, 3, 3, 0, 1, 9))).toEqual([whole, Uint8Array.of(22, 3, 3, 0, 1, 9)]);
});
