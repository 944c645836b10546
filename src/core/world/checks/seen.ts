/** What a reader of a check works with and gives back. */
import type { Value } from '../../course/expression.ts';
import type { Ports } from '../ports.ts';
import type { World } from '../world.ts';

/** `holds` is null while what the check speaks about is not there: then neither it nor its opposite is true. */
export interface Seen {
  readonly holds: boolean | null;
  /** what is there, in one plain sentence */
  readonly saw: string;
}

/** A check's arguments as written, and what it may read. */
export interface Asked {
  readonly world: World;
  readonly ports: Pick<Ports, 'pki' | 'now'>;
  /** label of the run that a bet is about; null: the last one */
  readonly of: string | null;
  readonly args: readonly Value[];
  readonly named: Readonly<Record<string, Value>>;
}

export type ReadCheck = (asked: Asked) => Seen | Promise<Seen>;

export const seen = (holds: boolean, saw: string): Seen => ({ holds, saw });
export const missing = (saw: string): Seen => ({ holds: null, saw });

/** The text of an argument by position. The parser has seen to it that required ones are there. */
export function arg({ args }: Asked, index: number): string {
  return args[index]?.[0] ?? '';
}

/** The one text of a named argument. */
export function option({ named }: Asked, name: string): string | null {
  return named[name]?.[0] ?? null;
}

/** True when the argument was left out or one of its alternatives is `text`. */
export function allows({ named }: Asked, name: string, text: string | null): boolean {
  const values = named[name];
  return values === undefined || (text !== null && values.includes(text));
}
