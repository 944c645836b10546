/** A connection as one line: a bar for each record that was on the wire. */
import * as v from 'valibot';
import { LABEL_CHARACTERS, MOST_BARS } from '../tls/strip.ts';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

/** One bar of a strip: a record that was on the wire. */
export const Bar = v.strictObject({
  from: v.picklist(['client', 'server']),
  bytes: Count,
  protection: v.picklist(['clear', 'handshake', 'application', 'early']),
  label: v.pipe(v.string(), v.maxLength(LABEL_CHARACTERS)),
  alert: v.nullable(Count),
});
export type Bar = v.InferOutput<typeof Bar>;

/** `leftOut`: so many records stand before the bar with the index `at`. */
export const Strip = v.strictObject({
  bars: v.pipe(v.array(Bar), v.maxLength(MOST_BARS), v.readonly()),
  leftOut: v.nullable(v.strictObject({ at: Count, count: Count })),
});
export type Strip = v.InferOutput<typeof Strip>;
