/** What the page and the worker that cracks say to each other. */
import { toHex } from '$core/bytes/hex.ts';
import type { Credentials, Scheme, StoredPassword } from '$core/labs/password-table.ts';

export interface StartRace {
  readonly accounts: readonly Credentials[];
  readonly words: readonly string[];
}

/** How far the attack on one table is, as measured. */
export interface Progress {
  readonly scheme: Scheme;
  readonly table: readonly StoredPassword[];
  /** hashes made so far, and milliseconds that they took */
  readonly hashes: number;
  readonly ms: number;
  /** words tried on all lines, of those in the list */
  readonly words: number;
  readonly found: readonly { readonly user: string; readonly word: string }[];
  readonly isDone: boolean;
}

/** Milliseconds that the rest of the list would take at the measured pace; null while nothing was measured. */
export function restMs({ hashes, ms, words, isDone }: Progress, list: number): number | null {
  if (isDone || hashes === 0 || words === 0) return null;
  return ((list - words) / words) * ms;
}

/** Milliseconds that the whole list takes: measured when it is done, before that at the pace so far. */
export function wholeMs(progress: Progress, list: number): number | null {
  if (progress.isDone) return progress.ms;
  const rest = restMs(progress, list);
  return rest === null ? null : progress.ms + rest;
}

/** What the scale of times is marked with, in ms. */
export const SCALE_MARKS = [
  ['1 ms', 1],
  ['1 s', 1000],
  ['1 min', 60_000],
  ['1 h', 3_600_000],
  ['1 day', 86_400_000],
] as const;
const LONGEST_MS = Math.max(...SCALE_MARKS.map(([, ms]) => ms));

/** Where a time stands between the first and the last mark, 0 to 1; ten times as long is always the same step. */
export function onScale(ms: number): number {
  return Math.min(Math.log10(Math.max(ms, 1)) / Math.log10(LONGEST_MS), 1);
}

/** Users with the same hash: whoever has the table sees that they chose the same password. */
export function twins(table: readonly StoredPassword[]): readonly (readonly string[])[] {
  const users = new Map<string, string[]>();
  for (const { user, hash } of table) users.set(toHex(hash), [...(users.get(toHex(hash)) ?? []), user]);
  return [...users.values()].filter(({ length }) => length > 1);
}

/** A time in the unit that people would use. */
export function inWords(ms: number): string {
  const units = [
    ['ms', 1],
    ['s', 1000],
    ['min', 60_000],
    ['h', 3_600_000],
    ['days', 86_400_000],
  ] as const;
  const [unit, size] = units.findLast(([, least]) => ms >= 2 * least) ?? units[0];
  return `${(ms / size).toLocaleString('en', { maximumFractionDigits: ms / size < 10 ? 1 : 0 })} ${unit}`;
}
