/** What a bench is. Each stands in a file of its own and in the table of `benches.ts`. */

export interface Bench {
  /** one line for the list */
  readonly says: string;
  /** programs that have to be on the PATH */
  readonly programs: readonly string[];
  /**
   * Makes its inputs, measures, cleans up.
   *
   * @param tell prints one line: how the inputs were made, what each round measured
   */
  run(tell: (line: string) => void): Promise<readonly Outcome[]>;
}

/** What came out. Speeds are told as ratios of two things measured in turns: machines differ, and are busy. */
export type Outcome =
  | {
      readonly kind: 'measured';
      readonly what: string;
      readonly unit: Unit;
      /** one for each round, or for each time */
      readonly values: readonly number[];
      /** the bar: the median has to stay on this side of it */
      readonly bar: Bar;
      /** what we would like; told, and not judged */
      readonly goal?: number;
    }
  | {
      readonly kind: 'claim';
      /** a sentence that has to be true, with its numbers */
      readonly what: string;
      readonly holds: boolean;
    };

export type Bar = { readonly atLeast: number } | { readonly atMost: number };
/** `x` is a ratio */
export type Unit = 'x' | 'ms' | 'kB' | '/s';
