/** What the forms of the bench begin with, and how their texts become a step. */
import type { Life, Limits } from '$core/pki/bench/bench.ts';

/** `a, b` or one a line. */
export const listed = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export interface LimitTexts {
  pathLength: string;
  permitted: string;
  excluded: string;
}

export const NO_LIMITS: LimitTexts = { pathLength: '', permitted: '', excluded: '' };

/** An empty path length is none; what is no number is told by core. */
export function limitsOf({ pathLength, permitted, excluded }: LimitTexts): Limits {
  return {
    pathLength: pathLength.trim() === '' ? null : Number(pathLength),
    permitted: listed(permitted),
    excluded: listed(excluded),
  };
}

export interface LifeText {
  count: string;
  unit: 'days' | 'minutes';
}

export const lifeOf = ({ count, unit }: LifeText): Life =>
  unit === 'days' ? { days: Number(count) } : { minutes: Number(count) };
