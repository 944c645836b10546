/** What became of each lane, as it is drawn and told. */
import type { Run } from '$core/bridge/run.ts';
import { LANES, lastWords, type Lane, type Lanes } from '$core/labs/lanes.ts';
import { dissectionOf, outcomeOf } from '$core/world/outcome.ts';

export interface LaneView {
  readonly lane: Lane;
  /** shares of the whole time, from 0 to 1 */
  readonly from: number;
  readonly to: number;
  readonly isLetIn: boolean;
  /** what TLS did, and, to the end of the sentence, what the desk did then */
  readonly tls: string;
  readonly desk: string;
}

export interface LanesView {
  readonly lanes: readonly LaneView[];
  /** when the certificate was no longer good, as a share of the whole time */
  readonly at: number;
}

/** A lane that is over at once is drawn as long as this share, so that it can be seen. */
const LEAST = 0.02;

export function lanesView({ runs, revokedAt }: Lanes): LanesView {
  const at = revokedAt ?? Date.parse(dissectionOf(runs.open).certificates.client[0]?.notAfter ?? '');
  const all = Object.values(runs);
  const first = Math.min(...all.map(({ startedAt }) => startedAt));
  const whole = Math.max(1, Math.max(...all.map(endOf)) - first) * 1.04;
  const share = (ms: number) => (ms - first) / whole;
  const lanes = LANES.map((lane): LaneView => {
    const run = runs[lane];
    const from = share(run.startedAt);
    const to = Math.max(share(endOf(run)), from + LEAST);
    return { lane, from, to, ...told(run, at) };
  });
  return { lanes, at: Math.min(1, Math.max(0, share(at))) };
}

const endOf = ({ startedAt, closes }: Run): number => startedAt + Math.max(0, ...closes.map(({ at }) => at));

function told(run: Run, at: number): Pick<LaneView, 'isLetIn' | 'tls' | 'desk'> {
  const { lamps, reason } = outcomeOf(run);
  const isLetIn = lamps.server.kind === 'lit';
  const isResumed = dissectionOf(run).resumed;
  if (!isLetIn) return { isLetIn, tls: `refused: ${reason?.code ?? 'without a reason'}`, desk: 'never heard of it.' };
  const words = lastWords(run);
  const seconds = ((endOf(run) - at) / 1000).toFixed(1);
  const end = outcomeOf(run).isOver ? `ended it, ${seconds} s after: “${words ?? 'no word'}”` : 'lets it go on.';
  return { isLetIn, tls: isResumed ? 'let it in, by its ticket alone' : 'let it in', desk: end };
}

/** What became of the connection that was open: 1 it goes on, 2 the desk ended it, 3 TLS did, with an alert. */
export function fateOf({ runs }: Lanes): 1 | 2 | 3 {
  const { alert, isOver } = outcomeOf(runs.open);
  if (alert !== null) return 3;
  return isOver ? 2 : 1;
}
