/**
 * Two ways to be rid of a certificate, on three lanes: a connection that is open before, a new one, and one that is
 * resumed with a ticket from before. Nothing here knows what comes of it: each lane is a real connection.
 */
import type { Run } from '../bridge/run.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { isOver } from '../world/outcome.ts';
import { greetingOf, newestAnswer } from '../world/perform/conversation.ts';
import { dialled, runOf, seen, type LabLearner } from './lab-learner.ts';

export const LANES = ['open', 'new', 'resumed'] as const;
export type Lane = (typeof LANES)[number];
/** `expiry`: the certificate runs out. `revocation`: the CA puts it on its list, and the desk loads that. */
export type Way = 'expiry' | 'revocation';

export interface Lanes {
  readonly way: Way;
  /** when the list was loaded, Unix time in ms; null: the certificate says itself when it runs out */
  readonly revokedAt: number | null;
  readonly runs: { readonly [L in Lane]: Run };
}

const name = (way: Way, lane: Lane): string => `${way}-${lane}`;
/** Certificates count whole seconds. */
const SECOND_MS = 1000;
const LAST_WORDS_MS = 2_000;

/**
 * Opens the first lane, waits until the certificate is no longer good, and tries the other two.
 *
 * @param options `seconds`: the life of the certificate that runs out; `told`: called when a lane has begun or ended
 */
export async function threeLanes(
  learner: LabLearner,
  options: { readonly way: Way; readonly seconds: number; readonly now: () => number; readonly told: () => void },
): Promise<Result<Lanes>> {
  const { way, seconds, now, told } = options;
  const made = await identity(learner, way, seconds);
  if (made) return { ok: false, error: made };
  const from = now();
  const open = await learner.perform(dialled(name(way, 'open'), { tickets: 'yes' }));
  if (open) return { ok: false, error: open };
  told();
  if (way === 'expiry') await learner.wait(seconds * SECOND_MS - (now() - from) + SECOND_MS);
  const revokedAt = way === 'expiry' ? null : now();
  const fault = way === 'revocation' ? ({ scenario: 'revoked-client-cert' } as const) : {};
  for (const [lane, more] of [
    ['new', {}],
    ['resumed', { resume: 'yes' }],
  ] as const) {
    const refusal = await learner.perform(dialled(name(way, lane), { ...fault, tickets: 'yes', ...more }));
    if (refusal) return { ok: false, error: refusal };
    told();
  }
  const isEnded = () => LANES.every((lane) => isOver(runOf(learner, name(way, lane)) as Run));
  await seen(learner, isEnded, LAST_WORDS_MS);
  const [first, second, third] = LANES.map((lane) => runOf(learner, name(way, lane)));
  if (!first || !second || !third) return refused('noRun', 'A connection was made, and nothing was seen of it.');
  return done({ way, revokedAt, runs: { open: first, new: second, resumed: third } });
}

/** Makes what a good connection needs, and Alice's certificate anew: the one before may have run out in this lab. */
async function identity(learner: LabLearner, way: Way, seconds: number): Promise<Refusal | null> {
  const dialling = await learner.perform(dialled(name(way, 'open')));
  if (dialling) return dialling;
  await learner.perform({ type: 'hang-up' }); // refused where the old certificate was
  const life = way === 'expiry' ? { seconds } : {};
  return learner.perform({ type: 'sign', csr: 'alice', by: 'mine', for: 'client', ...life });
}

/** What the desk said last on a lane, after its greeting; null: nothing, or it did not greet. */
export function lastWords(run: Run): string | null {
  const greeting = greetingOf(run);
  const said = greeting && newestAnswer(run, greeting);
  return said?.ok && typeof said.value['message'] === 'string' ? said.value['message'] : null;
}
