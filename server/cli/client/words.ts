/** What a person may type at the desk, as requests; and what the answers say, as text. One row for each word. */
import { readFileSync } from 'node:fs';
import { DESK_LIMITS } from '../../../src/core/desk/limits.ts';
import { type AuditEvent, type Order, ROLES, type Request, type Role } from '../../../src/core/desk/messages.ts';
import { createRequest, readCertificate } from '../../../src/core/pki/pki.ts';
import type { Answers } from '../answers.ts';
import type { Paths } from './files.ts';

/** A line that was not understood: one sentence. */
export class Misunderstood extends Error {
  override readonly name = 'Misunderstood';
}

export interface Typing {
  readonly answers: Answers;
  readonly paths: Paths;
}

interface Word {
  /** what stands behind the word: `USER ROLE` */
  readonly takes: string;
  readonly says: string;
  /** who may: nothing for everybody */
  readonly who?: Role;
  /** @throws Misunderstood */
  read(rest: readonly string[], typing: Typing): Request | Promise<Request>;
}

const before = (word: string, [first, more]: readonly string[]): { before?: number } => {
  if (first === undefined) return {};
  if (more !== undefined || !/^\d{1,15}$/.test(first)) throw new Misunderstood(`${word} takes a number or nothing.`);
  return { before: Number(first) };
};

function alone(word: string, rest: readonly string[]): void {
  if (rest.length > 0) throw new Misunderstood(`${word} stands alone, without "${rest.join(' ')}".`);
}

/** The next answer, which may be the end of the input. */
async function asked(typing: Typing, prompt: string, options?: { readonly hidden?: boolean }): Promise<string> {
  const answer = await typing.answers.ask(prompt, options);
  if (answer === null) throw new Misunderstood('The input ended in the middle of a question.');
  return answer;
}

const credentials = async (typing: Typing) => ({
  user: (await asked(typing, 'User name: ')).trim(),
  password: await asked(typing, 'Password: ', { hidden: true }),
});

export const WORDS = {
  order: {
    takes: 'ITEM QUANTITY [key KEY]',
    says: 'places an order; the same key again is the same order',
    read: orderIn,
  },
  orders: {
    takes: '[BEFORE]',
    says: 'lists yours; with a number those before it',
    read: (rest) => ({ type: 'orders', ...before('orders', rest) }),
  },
  whoami: {
    takes: '',
    says: 'who the desk thinks you are',
    read: (rest) => {
      alone('whoami', rest);
      return { type: 'whoami' };
    },
  },
  'change-password': {
    takes: '',
    says: 'asks for the old and the new one',
    read: async (rest, typing) => {
      alone('change-password', rest);
      const old = await asked(typing, 'Old password: ', { hidden: true });
      return { type: 'change-password', old, new: await asked(typing, 'New password: ', { hidden: true }) };
    },
  },
  renew: {
    takes: '',
    says: 'gets a new certificate for the same key, into the file of the old one',
    read: (rest, typing) => {
      alone('renew', rest);
      return { type: 'renew', csr: requestFor(typing.paths) };
    },
  },
  'all-orders': {
    takes: '[BEFORE]',
    says: 'lists those of everybody',
    who: 'clerk',
    read: (rest) => ({ type: 'all-orders', ...before('all-orders', rest) }),
  },
  users: {
    takes: '[AFTER]',
    says: 'lists accounts and roles; with a name those after it',
    who: 'manager',
    read: ([after, more]) => {
      if (more !== undefined) throw new Misunderstood('users takes one name or nothing.');
      return { type: 'users', ...(after === undefined ? {} : { after }) };
    },
  },
  'set-role': {
    takes: 'USER ROLE',
    says: `makes somebody ${ROLES.join(', ')}`,
    who: 'manager',
    read: ([user, wished, more]) => {
      const role = ROLES.find((known) => known === wished);
      if (user === undefined || role === undefined || more !== undefined)
        throw new Misunderstood(`set-role takes a user and one of ${ROLES.join(', ')}.`);
      return { type: 'set-role', user, role };
    },
  },
  audit: {
    takes: '[BEFORE]',
    says: 'who signed in from where, what was refused and why',
    who: 'manager',
    read: (rest) => ({ type: 'audit', ...before('audit', rest) }),
  },
  revoke: {
    takes: 'SERIAL|FILE',
    says: 'takes a certificate back, at once',
    who: 'manager',
    read: (rest) => ({ type: 'revoke', serial: serialIn(rest.join(' ')) }),
  },
  'sign-in': {
    takes: '',
    says: 'asks for user and password',
    read: async (rest, typing) => {
      alone('sign-in', rest);
      return { type: 'sign-in', ...(await credentials(typing)) };
    },
  },
  create: {
    takes: '',
    says: 'the same, for a new account',
    read: async (rest, typing) => {
      alone('create', rest);
      return { type: 'create-account', ...(await credentials(typing)) };
    },
  },
} satisfies Record<string, Word>;

const TABLE: Readonly<Record<string, Word>> = WORDS;
const WIDTH = 36;

/** The list of words. */
export const WORD_LIST = [
  ...Object.entries(TABLE).map(([name, { takes, says, who }]) => {
    const left = `  ${name} ${takes}`.padEnd(WIDTH);
    return `${left}${says}${who === undefined ? '' : ` (${who})`}`;
  }),
  `${'  help'.padEnd(WIDTH)}this list`,
  `${'  quit'.padEnd(WIDTH)}leaves`,
].join('\n');

/**
 * A typed line as a request. May ask for more on the way.
 *
 * @throws Misunderstood with one sentence
 */
export async function requestTyped(line: string, typing: Typing): Promise<Request> {
  const [first = '', ...rest] = line.trim().split(/\s+/);
  const [name, behind] = /^sign[ -]in$/.test(`${first} ${rest[0] ?? ''}`) ? ['sign-in', rest.slice(1)] : [first, rest];
  const word = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
  if (word === undefined)
    throw new Misunderstood(`"${line.trim()}" is none of: ${Object.keys(TABLE).join(', ')}, help, quit.`);
  return word.read(behind, typing);
}

function orderIn(words: readonly string[]): Request {
  const at = words.lastIndexOf('key');
  const [ordered, key] = at >= 0 && at === words.length - 2 ? [words.slice(0, at), words[at + 1]] : [words, undefined];
  const [item, quantity] = [ordered.slice(0, -1).join(' '), ordered.at(-1) ?? ''];
  if (item === '' || !/^-?\d+(\.\d+)?$/.test(quantity))
    throw new Misunderstood('order takes an item and a quantity: order green tea 2');
  const number = Number(quantity);
  if (!Number.isInteger(number) || number < 1 || number > DESK_LIMITS.quantity)
    throw new Misunderstood(`a quantity is a whole number from 1 to ${DESK_LIMITS.quantity}, not ${quantity}.`);
  return { type: 'order', item, quantity: number, ...(key === undefined ? {} : { key }) };
}

/** A serial number as it is, or that of a certificate in a file. */
function serialIn(text: string): string {
  if (/^[0-9a-fA-F:]+$/.test(text)) return text.replaceAll(':', '').toLowerCase();
  if (text === '') throw new Misunderstood('revoke takes a serial number or the file of a certificate.');
  const facts = readCertificate(textOf(text));
  if (!facts.ok) throw new Misunderstood(`${text}: ${facts.error.why}`);
  return facts.value.serial;
}

function requestFor({ cert, key }: Paths): string {
  const facts = readCertificate(textOf(cert));
  if (!facts.ok) throw new Misunderstood(`${cert}: ${facts.error.why}`);
  const { subject, names } = facts.value;
  const csr = createRequest({
    ...{ privateKey: textOf(key), subject },
    names: names.map((name) => name.replace(/^(DNS|IP):/, '')),
  });
  if (!csr.ok) throw new Misunderstood(`${key}: ${csr.error.why}`);
  return csr.value;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Misunderstood(`Cannot read ${path} (${code}).`);
  }
}

/** @param total how many there are, where that is more than are listed */
export function ordersTold(orders: readonly Order[], total?: number): string {
  if (orders.length === 0) return 'No orders yet.';
  return withTotal(
    orders.map((order) => orderTold(order)),
    orders[0]?.id,
    total,
  );
}

export function orderTold({ id, item, quantity, user, time, serial }: Order): string {
  return `order ${id}: ${quantity} × ${item}, ${user}, ${time}, certificate ${serial}`;
}

export function eventsTold(events: readonly AuditEvent[], total?: number): string {
  if (events.length === 0) return 'Nothing has happened yet.';
  return withTotal(events.map(eventTold), events[0]?.id, total);
}

/** One event on one line; what strangers have chosen is quoted, so that it cannot be taken for ours. */
export function eventTold({ id, time, event, code, user, subject, serial, address, detail }: AuditEvent): string {
  const who = user === null ? '' : ` ${user}`;
  const certificate = subject === null ? 'no certificate' : `${quoted(subject)} serial ${serial ?? 'unknown'}`;
  const verdict = code === null ? 'done' : `refused (${code})`;
  return `${id} ${time} ${event}${who}: ${verdict}; ${certificate}; from ${address ?? 'unknown'}${detail === '' ? '' : `; ${quoted(detail)}`}`;
}

const quoted = (text: string): string => JSON.stringify(text);

function withTotal(lines: readonly string[], first: number | undefined, total: number | undefined): string {
  const more = total === undefined ? [] : [`${lines.length} of ${total}; those before: ${first ?? ''}`];
  return [...lines, ...more].join('\n');
}
