/** Bob's account and password over Alice's certificate: TLS says who connects, the password who types. */
import { done, type Result } from '../bytes/result.ts';
import type { Message } from './desk-line.ts';
import { asked, dialled, type LabLearner } from './lab-learner.ts';

export interface Tried {
  /** whose certificate the connection showed */
  readonly as: string;
  readonly does: 'create-account' | 'sign-in';
  /** whose name and password were sent */
  readonly whose: 'alice' | 'bob';
  readonly user: string;
  readonly answer: Message;
}

/**
 * Each makes an account over the own certificate; then Bob's password is tried over Alice's, and over Bob's.
 *
 * @param accounts names that nobody has yet at the desk of this session, with their passwords
 * @returns what the desk answered, in order; else why it could not be asked
 */
export async function borrowedPassword(
  learner: LabLearner,
  accounts: { readonly [Who in 'alice' | 'bob']: { readonly user: string; readonly password: string } },
): Promise<Result<readonly Tried[]>> {
  const steps = [
    { as: 'alice', does: 'create-account', whose: 'alice' },
    { as: 'bob', does: 'create-account', whose: 'bob' },
    { as: 'alice', does: 'sign-in', whose: 'bob' },
    { as: 'bob', does: 'sign-in', whose: 'bob' },
  ] as const;
  const tried: Tried[] = [];
  for (const { as, does, whose } of steps) {
    const dialling = await learner.perform(dialled(`whose-${as}`, { as }));
    if (dialling) return { ok: false, error: dialling };
    const answer = await asked(learner, { type: 'desk', do: does, ...accounts[whose] });
    if (!answer.ok) return answer;
    tried.push({ as, does, whose, user: accounts[whose].user, answer: answer.value });
    await learner.perform({ type: 'hang-up' });
  }
  return done(tried);
}
