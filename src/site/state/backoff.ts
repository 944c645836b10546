/** The first wait is short, since a restarted server is back in about a second; then it doubles up to the longest. */
const FIRST_MS = 500;
const LONGEST_MS = 8_000;

/**
 * How long to wait before the next attempt to reconnect.
 *
 * @param failures attempts that have failed in a row, from 0
 * @param chance a number in [0, 1): tabs that lost the same server do not all come back at once
 * @returns milliseconds
 */
export function retryDelayMs(failures: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(whole * (0.8 + 0.4 * chance));
}
