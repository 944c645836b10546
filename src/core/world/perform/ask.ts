/** Asks the bridge, and turns every way in which that can fail into a sentence. */
import type { Answer as BridgeAnswer } from '../../bridge/messages.ts';
import { done, refused, type Result } from '../../bytes/result.ts';
import type { WithoutId } from '../ports.ts';
import type { Step } from './step.ts';

type AnswerOf<Kind extends BridgeAnswer['type']> = Extract<BridgeAnswer, { type: Kind }>;

/**
 * @param expected the type of answer that belongs to this request
 * @returns the answer; else the bridge's own refusal, or that it is gone
 */
export async function askRelay<Kind extends BridgeAnswer['type']>(
  step: Step,
  request: WithoutId,
  expected: Kind,
): Promise<Result<AnswerOf<Kind>>> {
  let answer: BridgeAnswer;
  try {
    answer = await step.ports.bridge.ask(request);
  } catch (error) {
    return refused('bridgeGone', error instanceof Error ? error.message : 'The local server is not answering.');
  }
  if (answer.type === 'error') return refused(answer.code, answer.text);
  if (!isA(answer, expected))
    return refused('badAnswer', `The local server answered "${answer.type}" to "${request.type}".`);
  return done(answer);
}

function isA<Kind extends BridgeAnswer['type']>(answer: BridgeAnswer, kind: Kind): answer is AnswerOf<Kind> {
  return answer.type === kind;
}
