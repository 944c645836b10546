/** A token bucket: `burst` at once, `perSecond` on average. Pure; the time is an argument. */
export interface Bucket {
  readonly left: number;
  /** Unix time in ms of the last look */
  readonly at: number;
}

/** Takes one token; `left` below zero means that there was none. */
export function take(bucket: Bucket, nowMs: number, perSecond: number, burst: number): Bucket {
  const refilled = bucket.left + (Math.max(0, nowMs - bucket.at) / 1000) * perSecond;
  return { left: Math.min(burst, refilled) - 1, at: nowMs };
}
