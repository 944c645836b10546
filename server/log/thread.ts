/** The scribe's two ends across threads: calls one way, answers the other. */
import type { Scribe } from './scribe.ts';

/** A function of the scribe, called from the other thread. */
export interface Call {
  readonly id: number;
  readonly name: Exclude<keyof Scribe, 'lastId'>;
  readonly args: readonly unknown[];
}

export type FromThread =
  | { readonly kind: 'ready'; readonly lastId: number }
  /** the book could not be opened */
  | { readonly kind: 'unusable'; readonly text: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly text: string };
