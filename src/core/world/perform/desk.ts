/** One request to the order desk over the open connection, in its envelope, and the desk's answer. */
import type { Run } from '../../bridge/run.ts';
import { isOver } from '../outcome.ts';
import { FORMER_RUN } from '../apply.ts';
import type { CommandOf } from '../commands.ts';
import { askRelay } from './ask.ts';
import { answersIn, greetingOf, newestAnswer, sealedLine } from './conversation.ts';
import { no, type Answer, type Step } from './step.ts';
import { Watch } from './watch.ts';

/** scrypt takes the desk a moment on a busy machine. */
const ANSWER_MS = 10_000;

export async function askDesk(command: CommandOf<'desk'>, step: Step): Answer {
  const { lastRun, runs, deskLines } = step.world;
  const run = lastRun === null ? undefined : runs[lastRun];
  if (!run || run.id === FORMER_RUN || isOver(run))
    return no('noConnection', 'There is no open connection to the desk.');
  const greeting = greetingOf(run);
  if (greeting === null)
    return no('notGreeted', 'The desk has not greeted yet, so nobody knows whether it lets you in.');
  const { type: _type, do: request, ...fields } = command;
  const message = { type: request, ...fields };
  const said = deskLines.filter((line) => line.run === run.id && line.from === 'client').length;
  const line = sealedLine(greeting, message, said, (bytes) => step.ports.random(bytes));
  const watch = new Watch(step.ports, run);
  try {
    const answered = answersIn(run);
    const refusal = await say(run, line, step);
    if (refusal) return refusal;
    step.tell({ kind: 'desk-line', line: { run: run.id, from: 'client', message: withoutPassword(message) } });
    const later = await watch.until(run.id, (seen) => answersIn(seen) > answered || isOver(seen), ANSWER_MS);
    if (!later || answersIn(later) === answered) return no('noAnswer', 'The desk did not answer.');
    const newest = newestAnswer(later, greeting);
    if (!newest.ok) return newest.error;
    step.tell({ kind: 'desk-line', line: { run: run.id, from: 'server', message: newest.value } });
    return null;
  } finally {
    watch.stop();
  }
}

/** Through the client of the run, wherever it lives. */
async function say(run: Run, line: string, step: Step): Answer {
  if (run.client === 'page')
    return step.ports.clients.get(run.id)?.say(line) ? null : no('noConnection', 'This connection has ended.');
  const answer = await askRelay(step, { type: 'say', run: run.id, line }, 'done');
  return answer.ok ? null : answer.error;
}

/** Desk lines are kept and shown; a password is neither. */
function withoutPassword(message: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return 'password' in message ? { ...message, password: '(not kept)' } : message;
}
