import type { Bar, Outcome, Unit } from './bench.ts';
import { median, percentile } from './rounds.ts';

/** Whether an outcome is as it has to be. */
export function holds(outcome: Outcome): boolean {
  if (outcome.kind === 'claim') return outcome.holds;
  return outcome.values.length > 0 && meets(median(outcome.values), outcome.bar);
}

function meets(value: number, bar: Bar): boolean {
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
}

/** An outcome in one line. */
export function verdict(outcome: Outcome): string {
  const mark = holds(outcome) ? '✓' : '✗';
  if (outcome.kind === 'claim') return `${mark} ${outcome.what}`;
  const { what, unit, values, bar, goal } = outcome;
  const [sign, limit] = 'atLeast' in bar ? ['≥', bar.atLeast] : ['≤', bar.atMost];
  const range = `${number(Math.min(...values), unit)} to ${number(Math.max(...values), unit)}`;
  const wish = goal === undefined ? '' : `, goal ${sign} ${number(goal, unit)}`;
  const middle = `median ${number(median(values), unit)} (${range}, p95 ${number(percentile(values, 95), unit)})`;
  return `${mark} ${what}: ${middle}; bar ${sign} ${number(limit, unit)}${wish}`;
}

function number(value: number, unit: Unit): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits) + (unit === 'x' || unit === '/s' ? unit : ` ${unit}`);
}
