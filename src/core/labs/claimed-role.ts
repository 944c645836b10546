/** Who says what somebody may do: the message, or the desk's books. One message, two ways to decide, and the real desk. */
import { ROLES, type Role } from '../desk/messages.ts';
import { toHex } from '../bytes/hex.ts';
import { done, type Result } from '../bytes/result.ts';
import { LabTalk, type LabLine, type Message } from './desk-line.ts';

/** What a customer sends who would like to be more. */
export const CLAIM: Message = { type: 'all-orders', role: 'manager' };

/** Ways to find the role of whoever asks. */
export const DECIDERS = {
  /** `role = message.role` */
  message: (message: Message, stored: Role): Role => ROLES.find((role) => role === message['role']) ?? stored,
  /** `role = accounts[user].role` */
  store: (_message: Message, stored: Role): Role => stored,
} as const;
export type Decider = keyof typeof DECIDERS;

/** Orders of others are for clerks and managers. */
export function mayReadAll(role: Role): boolean {
  return role !== 'customer';
}

export interface Asked {
  readonly message: Message;
  readonly answer: Message;
}

/**
 * A new customer asks the real desk who they are, then for all orders, with the claim and without.
 *
 * @param random gives fresh bytes
 */
export async function claimedRole(
  line: LabLine,
  random: (bytes: number) => Uint8Array,
): Promise<Result<readonly Asked[]>> {
  const begun = await LabTalk.begun(line, true, random);
  if (!begun.ok) return begun;
  const account = { type: 'create-account', user: 'mallory', password: toHex(random(12)) };
  const created = await begun.value.ask(account);
  if (!created.ok) return created;
  const asked: Asked[] = [];
  for (const message of [{ type: 'whoami' }, CLAIM, { type: CLAIM['type'] }]) {
    const answer = await begun.value.ask(message);
    if (!answer.ok) return answer;
    asked.push({ message, answer: answer.value });
  }
  return done(asked);
}
