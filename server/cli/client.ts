import { readFileSync } from 'node:fs';
import { passphraseKey } from '../../src/core/aes/envelope.ts';
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import type { Failure, Order, Request } from '../../src/core/desk/messages.ts';
import { type Answers, answersFrom } from './answers.ts';
import { type ClientFiles, type DeskLink, Refused, connectToDesk } from './desk-link.ts';
import { type Command, type Terminal, UsageError, portOf, readOptions } from './usage.ts';

const HELP = `trustwalk client: signs in at an order desk and places orders.

  trustwalk client HOST PORT PASSPHRASE [options]

  PASSPHRASE    the desk's, exactly 16 bytes
  --cert FILE   the client's certificate (certs/client.crt)
  --key FILE    its private key (certs/client.key)
  --ca FILE     the only authority that is trusted (certs/ca.crt)

Without a terminal the same answers are read as lines from standard input:
  create, a user name, a password, then commands such as: order tea 2`;

const COMMANDS = `  order ITEM QUANTITY   places an order
  orders                lists yours
  whoami                who the desk thinks you are
  help                  this list
  quit                  leaves`;

export const client: Command = {
  says: "the order desk's client",
  help: HELP,
  async run(args, terminal) {
    const { values, words } = readOptions(
      'client',
      args,
      {
        cert: { type: 'string', default: 'certs/client.crt' },
        key: { type: 'string', default: 'certs/client.key' },
        ca: { type: 'string', default: 'certs/ca.crt' },
      },
      3,
    );
    const [host, port, passphrase] = words;
    if (host === undefined || port === undefined || passphrase === undefined)
      throw new UsageError('client takes a host, a port and a passphrase: trustwalk client 127.0.0.1 6226 PASSPHRASE');
    const address = { host, port: portOf('client', port, 1) };
    const key = passphraseKey(passphrase);
    if (!key.ok) throw new UsageError(key.error.why);
    const answers = answersFrom(process.stdin, process.stdout);
    try {
      const link = await connectToDesk(address, readFiles(values), key.value);
      const status = await visit(link, answers, terminal);
      link.close();
      return status;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      terminal.error(`trustwalk: ${error.message}`);
      return 1;
    } finally {
      answers.close();
    }
  },
};

function readFiles({ cert, key, ca }: { cert: string; key: string; ca: string }): ClientFiles {
  return { certificate: readPem(cert), privateKey: readPem(key), ca: readPem(ca), caPath: ca };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Refused(`Cannot read ${path} (${code}). The desk makes certs/ at its first start; or name other files.`);
  }
}

/** @returns the exit status: 1 when anything was refused and nobody was there to try again */
async function visit(link: DeskLink, answers: Answers, terminal: Terminal): Promise<number> {
  terminal.out(`The desk let you in as ${link.greeting.subject}, certificate ${link.greeting.serial}.`);
  const isIn = await enter(link, answers, terminal);
  if (!isIn) return 1;
  if (answers.isTerminal) terminal.out(COMMANDS);
  let wasRefused = false;
  for (;;) {
    const line = await answers.ask('> ');
    if (line === null || /^\s*(quit|exit)\s*$/.test(line)) return wasRefused && !answers.isTerminal ? 1 : 0;
    if (line.trim() === '') continue;
    if (line.trim() === 'help') terminal.out(COMMANDS);
    else if (!(await doAsked(line, link, terminal))) wasRefused = true;
  }
}

/** Signs in or creates an account. On a terminal a failed try may be repeated. */
async function enter(link: DeskLink, answers: Answers, terminal: Terminal): Promise<boolean> {
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
      terminal.out(`Signed in as ${answer.user}, ${answer.role}.`);
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

/** A request as a person types it; null when it is none. */
function requestIn(line: string): Extract<Request, { type: 'order' | 'orders' | 'whoami' }> | null {
  const [first, ...rest] = line.trim().split(/\s+/);
  if (first === 'orders' && rest.length === 0) return { type: 'orders' };
  if (first === 'whoami' && rest.length === 0) return { type: 'whoami' };
  const [item, quantity] = [rest.slice(0, -1).join(' '), rest.at(-1) ?? ''];
  return first === 'order' && item !== '' && /^-?\d+(\.\d+)?$/.test(quantity)
    ? { type: 'order', item, quantity: Number(quantity) }
    : null;
}

function isQuantity(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= DESK_LIMITS.quantity;
}

/** @returns whether the desk agreed */
async function doAsked(line: string, link: DeskLink, { out, error }: Terminal): Promise<boolean> {
  const request = requestIn(line);
  if (request === null) {
    error(`trustwalk: "${line.trim()}" is none of: order ITEM QUANTITY, orders, whoami, help, quit.`);
    return false;
  }
  if (request.type === 'order' && !isQuantity(request.quantity)) {
    error(`trustwalk: a quantity is a whole number from 1 to ${DESK_LIMITS.quantity}, not ${request.quantity}.`);
    return false;
  }
  const answer = await link.ask(request);
  if (answer.type === 'error') return (refuse(answer, error), false);
  if ('order' in answer) out(`Placed: ${told(answer.order)}`);
  else if ('orders' in answer) out(listed(answer.orders, answer.total));
  else out(`${answer.user}, ${answer.role}, by the certificate of ${answer.subject}`);
  return true;
}

function refuse({ code, message }: Failure, error: Terminal['error']): void {
  error(`trustwalk: the desk refused (${code}): ${message}`);
}

/** @param total how many there are, where that is more than are listed */
function listed(orders: readonly Order[], total?: number): string {
  if (orders.length === 0) return 'No orders yet.';
  const lines = orders.map(told);
  return [...lines, ...(total === undefined ? [] : [`The newest ${orders.length} of ${total}.`])].join('\n');
}

function told({ id, item, quantity, time, serial }: Order): string {
  return `order ${id}: ${quantity} × ${item}, ${time}, certificate ${serial}`;
}
