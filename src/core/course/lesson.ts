/**
 * A lesson as data. Plain JSON without positions: it is made when the site is built, so a lesson's file can never run
 * code. `C` is the type of a command; the world brings it (`world/vocabulary.ts`), this folder does not know it.
 */
import type { BlockName, BlockParams } from './blocks.ts';
import type { Expression } from './expression.ts';

/** What a list of lessons shows. */
export interface LessonHead {
  readonly id: string;
  /** path of the lesson's file */
  readonly file: string;
  /** from the file's name: `03-own-ca.md` is 3 */
  readonly number: number;
  readonly title: string;
  readonly question: string;
  readonly minutes: number;
}

export interface Lesson<C = unknown> extends LessonHead {
  /** what must be in the world before the first step: `ca:mine`, `cert:alice` */
  readonly needs: readonly string[];
  /** the wrong idea that this lesson shows to be wrong */
  readonly kills: string;
  readonly scenarios: readonly string[];
  readonly steps: readonly Step<C>[];
}

export interface Step<C = unknown> {
  readonly id: string;
  readonly title: string;
  /** of its heading in the file */
  readonly line: number;
  readonly nodes: readonly Node[];
  /** the step's checks, also found in `nodes` where they stand in the text */
  readonly checks: readonly Check[];
  /** the step's bets, also found in `nodes` as `predict` blocks */
  readonly bets: readonly Bet[];
  readonly play: readonly C[];
  readonly runs: readonly ShellRun[];
}

/** One claim about the world, and the expression that decides it. */
export interface Check {
  readonly label: string;
  readonly that: Expression;
  readonly line: number;
}

export interface Bet {
  readonly id: string;
  /** label of the run that the choices speak about; null where they read the world only */
  readonly of: string | null;
  readonly choices: readonly { readonly label: string; readonly if: Expression }[];
  readonly line: number;
}

/** Commands that the learner may paste into a terminal, and that the suite runs as written. */
export interface ShellRun {
  readonly lang: 'sh' | 'py';
  readonly value: string;
  readonly line: number;
}

export type Inline =
  | { readonly type: 'text' | 'code'; readonly value: string }
  | { readonly type: 'strong' | 'emphasis'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly url: string; readonly children: readonly Inline[] }
  /** a word of the glossary: `[alert](term:alert)` */
  | { readonly type: 'term'; readonly id: string; readonly children: readonly Inline[] }
  | { readonly type: 'break' };

export type Node =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'heading'; readonly children: readonly Inline[] }
  | { readonly type: 'quote'; readonly children: readonly Node[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Node[])[] }
  /** the first row holds the headings */
  | { readonly type: 'table'; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly type: 'code'; readonly lang: string; readonly run: boolean; readonly value: string }
  | { readonly type: 'rule' }
  | Block;

/** An interactive block: one variant per name, its parameters already checked. */
export type Block = {
  [Name in BlockName]: {
    readonly type: 'block';
    readonly name: Name;
    /** the text in square brackets, as plain text */
    readonly label: string;
    readonly params: BlockParams<Name>;
    readonly children: readonly Node[];
    /** position among the blocks of its lesson, from 0: what a block is keyed by */
    readonly index: number;
  };
}[BlockName];

/** What keeps a file from being a lesson. */
export interface Problem {
  readonly file: string;
  /** from 1 */
  readonly line: number;
  readonly text: string;
}

export type Parsed<C> =
  | { readonly kind: 'lesson'; readonly lesson: Lesson<C> }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };
