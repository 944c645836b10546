/** What a lesson's file is checked against besides the tables of blocks and checks, which are this folder's own. */
import type { PlayFields } from './play.ts';

export interface Vocabulary<C> {
  /** ids of the scenarios that exist */
  readonly scenarios: ReadonlySet<string>;
  /** parameters that a command takes without their name */
  readonly positional: Readonly<Record<string, readonly string[]>>;
  /** Makes a command of the fields of a `play` line, or says in one sentence why it is none. */
  readCommand(
    fields: PlayFields,
  ): { readonly kind: 'command'; readonly command: C } | { readonly kind: 'problem'; readonly text: string };
  /** True when the world knows how to make this: `ca:mine`, `cert:alice`. */
  isNeed(text: string): boolean;
}
