/**
 * A time as people and certificates write it, always UTC: `2026-08-01T12:00:00Z`.
 *
 * @param ms Unix time in ms; the part of a second is cut off
 */
export function isoTime(ms: number): string {
  const { year, month, day, clock } = civilTime(ms);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}Z`;
}

/** The parts of a time, in UTC; `clock` is `12:00:00`. @param ms Unix time in ms */
export function civilTime(ms: number): { year: number; month: number; day: number; clock: string } {
  const seconds = Math.floor(ms / 1000);
  const second = modulo(seconds, 86_400);
  const clock = [second / 3600, (second / 60) % 60, second % 60].map((part) => two(Math.floor(part))).join(':');
  return { ...civil((seconds - second) / 86_400), clock };
}

/** Year, month and day of a count of days since 1 January 1970, in the Gregorian calendar. */
function civil(days: number): { year: number; month: number; day: number } {
  // Counted from 1 March of year 0 in cycles of 400 years, so that the leap day is the last day of a year.
  const shifted = days + 719_468;
  const dayOfCycle = modulo(shifted, 146_097);
  const cycle = (shifted - dayOfCycle) / 146_097;
  const skipped = Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / 146_096);
  const yearOfCycle = Math.floor((dayOfCycle - skipped) / 365);
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return { year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day };
}

function modulo(value: number, by: number): number {
  return value - Math.floor(value / by) * by;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
