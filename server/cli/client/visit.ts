/** One visit at the desk: by a person, or by a script that reads JSON. */
import { toUtf8 } from '../../../src/core/bytes/utf8.ts';
import { requestFrom } from '../../../src/core/desk/line.ts';
import type { Failure, Ok, Request, RequestType } from '../../../src/core/desk/messages.ts';
import type { DeskLink } from '../desk-link.ts';
import type { Terminal } from '../usage.ts';
import { replaceCertificate } from './files.ts';
import { Misunderstood, type Typing, WORD_LIST, eventsTold, orderTold, ordersTold, requestTyped } from './words.ts';

type Answer = Ok<RequestType> | Failure;

/**
 * By a person, or by lines that stand in for one.
 *
 * @returns the exit status: 1 when anything was refused and nobody was there to try again
 */
export async function visit(link: DeskLink, typing: Typing, terminal: Terminal): Promise<number> {
  const { answers } = typing;
  terminal.out(`The desk let you in as ${link.greeting.subject}, certificate ${link.greeting.serial}.`);
  if (!(await enter(link, typing, terminal))) return 1;
  if (answers.isTerminal) terminal.out(WORD_LIST);
  let wasRefused = false;
  for (;;) {
    const line = await answers.ask('> ');
    if (line === null || isQuit(line)) return wasRefused && !answers.isTerminal ? 1 : 0;
    if (line.trim() === '') continue;
    if (line.trim() === 'help') terminal.out(WORD_LIST);
    else if (!(await isDone(line, link, typing, terminal))) wasRefused = true;
  }
}

/**
 * By a script: each line is a word, or a request in JSON; each gets one answer in JSON on one line.
 *
 * @returns the exit status: 1 when anything was refused
 */
export async function visitInJson(link: DeskLink, typing: Typing, { out }: Terminal): Promise<number> {
  let wasRefused = false;
  for (;;) {
    const line = await typing.answers.ask('');
    if (line === null || isQuit(line)) return wasRefused ? 1 : 0;
    if (line.trim() === '') continue;
    const answer = await answered(line, link, typing);
    out(JSON.stringify(answer));
    if (answer.type === 'error') wasRefused = true;
  }
}

async function answered(line: string, link: DeskLink, typing: Typing): Promise<Answer> {
  try {
    const request = line.trim().startsWith('{') ? requestInJson(line) : await requestTyped(line, typing);
    return await ask(link, request, typing);
  } catch (error) {
    if (!(error instanceof Misunderstood)) throw error;
    return { type: 'error', code: 'bad-request', message: error.message };
  }
}

function requestInJson(line: string): Request {
  const request = requestFrom(toUtf8(line));
  if (!request.ok) throw new Misunderstood(request.error.why);
  return request.value;
}

async function ask(link: DeskLink, request: Request, { paths }: Typing): Promise<Answer> {
  const answer: Answer = await link.ask(request);
  if (answer.type === 'ok' && 'certificate' in answer) replaceCertificate(paths.cert, answer.certificate);
  return answer;
}

const isQuit = (line: string): boolean => /^\s*(quit|exit)\s*$/.test(line);

/** Signs in or creates an account. On a terminal a failed try may be repeated. */
async function enter(link: DeskLink, { answers }: Typing, terminal: Terminal): Promise<boolean> {
  for (;;) {
    const choice = await answers.ask('Sign in, or create an account? [sign in/create] ');
    if (choice === null) return false;
    const type = entryIn(choice);
    if (type === null) {
      terminal.error(`trustwalk: "${choice.trim()}" is neither "sign in" nor "create".`);
      if (!answers.isTerminal) return false;
      continue;
    }
    const user = await answers.ask('User name: ');
    const password = user === null ? null : await answers.ask('Password: ', { hidden: true });
    if (user === null || password === null) return false;
    const answer = await link.ask({ type, user: user.trim(), password });
    if (answer.type === 'ok') {
      terminal.out(told(answer, ''));
      if (answer.warning !== undefined) terminal.out(answer.warning);
      return true;
    }
    refuse(answer, terminal.error);
    if (!answers.isTerminal) return false;
  }
}

function entryIn(choice: string): 'sign-in' | 'create-account' | null {
  const word = choice
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, ' ');
  if (['s', 'sign in', 'signin', '1'].includes(word)) return 'sign-in';
  return ['c', 'create', 'create account', 'create an account', '2'].includes(word) ? 'create-account' : null;
}

/** @returns whether the desk agreed */
async function isDone(line: string, link: DeskLink, typing: Typing, { out, error }: Terminal): Promise<boolean> {
  try {
    const answer = await ask(link, await requestTyped(line, typing), typing);
    if (answer.type === 'error') return (refuse(answer, error), false);
    out(told(answer, typing.paths.cert));
    return true;
  } catch (problem) {
    if (!(problem instanceof Misunderstood)) throw problem;
    error(`trustwalk: ${problem.message}`);
    return false;
  }
}

function refuse({ code, message }: Failure, error: Terminal['error']): void {
  error(`trustwalk: the desk refused (${code}): ${message}`);
}

/** What an answer says to a person. */
function told(answer: Ok<RequestType>, certificatePath: string): string {
  if ('order' in answer) return `Placed: ${orderTold(answer.order)}`;
  if ('orders' in answer) return ordersTold(answer.orders, answer.total);
  if ('events' in answer) return eventsTold(answer.events, answer.total);
  if ('users' in answer) {
    const lines = answer.users.map(({ user, role, subject }) => `${user}, ${role}, ${subject}`);
    return [...lines, ...(answer.total === undefined ? [] : [`${lines.length} of ${answer.total}`])].join('\n');
  }
  if ('certificate' in answer)
    return `A new certificate is in ${certificatePath}. It holds from the next connection on.`;
  if ('subject' in answer) {
    const who = answer.user === null ? 'Nobody has signed in' : `${answer.user}, ${answer.role}`;
    return `${who}, by the certificate of ${answer.subject}`;
  }
  if ('role' in answer) return `Signed in as ${answer.user}, ${answer.role}.`;
  if ('serial' in answer) return `Certificate ${answer.serial} is revoked.`;
  return 'Done.';
}
