import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bucket, take } from './bucket.ts';

/** How many of these moments (ms) get a token, from a full bucket at 0. */
function granted(moments: readonly number[], perSecond: number, burst: number): number {
  let bucket: Bucket = { left: burst, at: 0 };
  return moments.filter((at) => (bucket = take(bucket, at, perSecond, burst)).left >= 0).length;
}

test('a burst is granted at once, and not one more', () => {
  expect(granted(Array(300).fill(0), 50, 200)).toBe(200);
});

test('after a second as many more as the rate allows', () => {
  expect(granted([...Array(200).fill(0), ...Array(100).fill(1000)], 50, 200)).toBe(250);
});

test('a clock that is set back grants nothing', () => {
  expect(granted([...Array(10).fill(1000), ...Array(10).fill(0)], 1, 10)).toBe(10);
});

test('over any time, no more than the burst and the rate together', () => {
  const moments = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 300 });
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (gaps, perSecond, burst) => {
      let now = 0;
      const times = gaps.map((gap) => (now += gap));
      expect(granted(times, perSecond, burst)).toBeLessThanOrEqual(burst + (now / 1000) * perSecond + 1e-6);
    }),
  );
});
