/** What a run is proved with. Types only. */
import type { Run } from '../bridge/run.ts';
import type { Loaded } from '../world/world.ts';

/** A file in memory. Its path has `/` between folders. */
export interface ProofFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One bet of a lesson that was about the run. */
export interface Prediction {
  /** title of the lesson */
  readonly lesson: string;
  readonly question: string;
  /** the answers that were offered */
  readonly choices: readonly string[];
  /** number of the choice, from 1 */
  readonly predicted: number;
  /** number of the one that came true; null while none has */
  readonly happened: number | null;
}

export interface Proof {
  readonly run: Run;
  /** null: nobody knows any more, as of a run that was made before this was kept */
  readonly loaded: Loaded | null;
  readonly predictions: readonly Prediction[];
}
