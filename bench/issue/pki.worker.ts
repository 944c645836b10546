import * as pki from '$core/pki/pki.ts';
import { answerCalls } from '$site/state/worker/answers.ts';

answerCalls(pki);
