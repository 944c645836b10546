/** What a page may do with one of its open runs, and the answer to it. */
import { failed } from './answers.ts';
import type { Answer, Request } from '../../src/core/bridge/messages.ts';
import type { SessionRun } from './session-run.ts';

/** A request about a run that is open. */
export type RunRequest = Extract<Request, { type: 'say' | 'hang-up' | 'gate' | 'pass' | 'inject' | 'cut' }>;

export const OVER = 'This connection has ended.';

export function actOn(run: SessionRun, request: RunRequest): Answer {
  switch (request.type) {
    case 'say':
      return say(run, request);
    case 'hang-up':
      run.end?.client.hangUp();
      return { type: 'done', re: request.id };
    case 'gate':
      run.setGate(request.mode);
      return { type: 'done', re: request.id };
    case 'pass': {
      const bytes = request.delivered === null ? null : Buffer.from(request.delivered, 'base64');
      if (run.tap.pass(request.record, bytes)) return { type: 'done', re: request.id };
      return failed(request, 'no-such-record', 'No such record waits at the gate.');
    }
    case 'inject':
      if (run.tap.inject(request.from, Buffer.from(request.bytes, 'base64'))) return { type: 'done', re: request.id };
      return failed(request, 'run-over', `The ${request.from}’s side has ended: nothing can be sent in its name.`);
    case 'cut':
      run.tap.cut(request.how);
      return { type: 'done', re: request.id };
  }
}

function say(run: SessionRun, request: Extract<RunRequest, { type: 'say' }>): Answer {
  if (request.line.includes('\n')) return failed(request, 'bad-message', 'A line holds no line break.');
  if (run.end?.program === 'page') return failed(request, 'bad-message', 'The client of this run is in the page.');
  return run.end?.client.say(request.line) ? { type: 'done', re: request.id } : failed(request, 'run-over', OVER);
}
