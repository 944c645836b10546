import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLIENT_BYTES, clientFrames, RECORD_BYTES, decodeClientBytes, decodeRecords, encodedBytes } from './frames.ts';
import { encodeRecords } from '../../../tests/bridge/encode-records.ts';
import { LIMITS } from './limits.ts';
import type { HeldRecord, TapRecord, WireRecord } from './run.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((microseconds) => microseconds / 1000);
const passed: fc.Arbitrary<TapRecord> = fc.record({
  seq: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  run: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  index: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  from: fc.constantFrom('client' as const, 'server' as const),
  sentAt: time,
  at: time,
  sent: bytes,
  delivered: fc.option(bytes),
});
const waiting: fc.Arbitrary<HeldRecord> = passed.map(({ seq, run, index, from, at, sent }) => ({
  ...{ seq, run, index, from, at },
  held: sent,
}));
const record: fc.Arbitrary<WireRecord> = fc.oneof(passed, waiting);
const records = fc.array(record, { minLength: 1, maxLength: 12 });
const plain = (all: readonly WireRecord[]) =>
  all.map((one) =>
    'held' in one
      ? { ...one, held: [...one.held] }
      : { ...one, sent: [...one.sent], delivered: one.delivered && [...one.delivered] },
  );

const ALERT: TapRecord = {
  seq: 258,
  run: 3,
  index: 7,
  from: 'server',
  sentAt: 1,
  at: 1.5,
  sent: Uint8Array.of(0x15, 3, 3, 0, 2, 2, 48),
  delivered: new Uint8Array(0),
};

test('a record has the layout that the header of the file promises', () => {
  const hex = Buffer.from(encodeRecords([ALERT])).toString('hex');
  expect(hex).toBe(
    '01' +
      '000000000102' +
      '00000003' +
      '00000007' +
      '0000000003e8' +
      '0000000005dc' +
      '03' +
      '00000007' +
      '15030300020230' +
      '00000000',
  );
});

test('records come back as they went in', () => {
  fc.assert(
    fc.property(records, (sent) => {
      const decoded = decodeRecords(encodeRecords(sent));
      expect(decoded.kind === 'records' && plain(decoded.records)).toEqual(plain(sent));
    }),
  );
});

test('the announced size is the size in the frame', () => {
  fc.assert(
    fc.property(records, (sent) => {
      const sum = sent.reduce((total, one) => total + encodedBytes(one), 1);
      expect(encodeRecords(sent).length).toBe(sum);
    }),
  );
});

test('a dropped record stays apart from an unchanged one', () => {
  const decoded = decodeRecords(encodeRecords([ALERT, { ...ALERT, delivered: null }]));
  expect(
    decoded.kind === 'records' && decoded.records.map((one) => !('held' in one) && (one.delivered?.length ?? null)),
  ).toEqual([0, null]);
});

test('cut, padded and changed frames are read or refused, never thrown at', () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), bytes, (sent, at, flip, tail) => {
      const frame = encodeRecords(sent);
      const changed = frame.slice();
      changed.set([(changed.at(at % changed.length) ?? 0) ^ flip], at % changed.length);
      for (const hostile of [frame.subarray(0, at % frame.length), changed, new Uint8Array([...frame, ...tail])]) {
        expect(['records', 'refused']).toContain(decodeRecords(hostile).kind);
      }
    }),
  );
});

test.each([ALERT, { ...ALERT, delivered: null }])('every cut inside the only record is refused', (one) => {
  const frame = encodeRecords([one]);
  for (let length = 0; length < frame.length; length++) {
    expect(decodeRecords(frame.subarray(0, length)).kind, `cut to ${length}`).toBe('refused');
  }
});

test('left-over bytes, unknown kinds and unknown flags are refused', () => {
  const frame = encodeRecords([ALERT]);
  const flagged = frame.slice();
  flagged.set([0x07], 27);
  expect(decodeRecords(Uint8Array.of(...frame, 0)).kind).toBe('refused');
  expect(decodeRecords(Uint8Array.of(2, ...frame.subarray(1))).kind).toBe('refused');
  expect(decodeRecords(flagged).kind).toBe('refused');
});

test('a record longer than TLS allows is refused before its bytes are looked at', () => {
  const longest = { ...ALERT, sent: new Uint8Array(RECORD_BYTES) };
  const tooLong = { ...ALERT, sent: new Uint8Array(RECORD_BYTES + 1) };
  expect(decodeRecords(encodeRecords([longest])).kind).toBe('records');
  expect(decodeRecords(encodeRecords([tooLong]))).toEqual({
    kind: 'refused',
    text: `A record is longer than ${RECORD_BYTES} bytes.`,
  });
});

test('a frame over the limit of the bridge is refused', () => {
  expect(decodeRecords(new Uint8Array(LIMITS.frameBytes + 1).fill(1)).kind).toBe('refused');
});

test("bytes of the page's client have the layout that the header of the file promises", () => {
  const [frame = new Uint8Array()] = clientFrames({ run: 258, bytes: Uint8Array.of(0x16, 3, 1) });
  expect(Buffer.from(frame).toString('hex')).toBe('02' + '00000102' + '160301');
  expect(decodeClientBytes(frame)).toEqual({ kind: 'client-bytes', run: 258, bytes: Uint8Array.of(0x16, 3, 1) });
});

test.each([
  ['nothing', []],
  ['another kind', [1, 0, 0, 0, 1, 22]],
  ['a run that is cut off', [2, 0, 0, 1]],
  ['no bytes', [2, 0, 0, 0, 1]],
])('a frame of a client with %s is refused', (_what, bytes) => {
  expect(decodeClientBytes(Uint8Array.from(bytes)).kind).toBe('refused');
});

test('a frame of a client may be as long as the bridge takes, and no longer', () => {
  const [longest = new Uint8Array()] = clientFrames({ run: 1, bytes: new Uint8Array(CLIENT_BYTES) });
  expect(decodeClientBytes(longest).kind).toBe('client-bytes');
  expect(decodeClientBytes(new Uint8Array([...longest, 0])).kind).toBe('refused');
});

test('more bytes of a client than one frame takes go in several, in order', () => {
  const bytes = Uint8Array.from({ length: 2 * CLIENT_BYTES + 3 }, (_, index) => index % 251);
  const decoded = clientFrames({ run: 9, bytes }).map(decodeClientBytes);
  expect(decoded.map((frame) => frame.kind === 'client-bytes' && [frame.run, frame.bytes.length])).toEqual([
    [9, CLIENT_BYTES],
    [9, CLIENT_BYTES],
    [9, 3],
  ]);
  const joined = Buffer.concat(decoded.map((frame) => (frame.kind === 'client-bytes' ? frame.bytes : Buffer.alloc(0))));
  expect(joined.equals(bytes)).toBe(true);
  expect(clientFrames({ run: 9, bytes: new Uint8Array() })).toEqual([]);
});
