/** Serves the functions of core/pki to the page: RSA takes its time, and the page must not stand still meanwhile. */
import * as pki from '$core/pki/pki.ts';
import { answerCalls } from './worker/answers.ts';

answerCalls(pki);
