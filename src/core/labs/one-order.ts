/**
 * One order, and one edit by somebody on the way, who has no key: the lowest bit of the byte that carries the quantity.
 * The same for every way of sealing; what becomes of it is the desk's answer and its books.
 */
import type { Envelope, Mode } from '../aes/envelope.ts';
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { toHex } from '../bytes/hex.ts';
import { done, type Result } from '../bytes/result.ts';
import { firstQuantity, LabTalk, type LabLine, type Message } from './desk-line.ts';

/** Ways to send the order, the most open one first. */
export const WAYS = ['none', 'ecb', 'cbc', 'ctr', 'gcm'] as const satisfies readonly Mode[];
export type Way = (typeof WAYS)[number];

/** Its words come again every 8 bytes, so blocks of 16 are equal wherever they begin. */
const ITEM = 'teapots '.repeat(6).trim();
/** The attacker knows how orders look: the quantity is the first thing in them. */
export const ORDER = `{"quantity":2,"type":"order","item":"${ITEM}"}`;
export const EDITED_BYTE = ORDER.indexOf('2');

const USER = 'alice';
const BLOCK = 16;

export interface Attacked {
  readonly way: Way;
  /** the part of the envelope with the edited byte, as the attacker sees it before and after */
  readonly part: 'iv' | 'ct' | 'pt';
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** blocks of 16 bytes of what hides the order, in hex; equal ones are equal to see */
  readonly blocks: readonly string[];
  /** what the desk found inside; null: it could not open it */
  readonly read: Uint8Array | null;
  readonly answer: Message;
  /** the quantity that stands in the desk's books afterwards; null: no order does */
  readonly booked: number | null;
}

/**
 * Sends the order to a desk with empty books, with the edit.
 *
 * @param random gives fresh bytes
 * @returns what came of it; else why the desk could not be asked
 */
export async function attackedOrder(
  way: Way,
  line: LabLine,
  random: (bytes: number) => Uint8Array,
): Promise<Result<Attacked>> {
  const account = { user: USER, password: toHex(random(12)) };
  const begun = await LabTalk.begun(line, true, random);
  if (!begun.ok) return begun;
  const talk = begun.value;
  const created = await talk.ask({ type: 'create-account', ...account }, way);
  if (!created.ok) return created;

  const sent = talk.seal(ORDER, way);
  const { part, before, after, changed } = edited(sent);
  const read = talk.opened(changed);
  const answer = await talk.send(changed);
  if (!answer.ok) return answer;
  const booked = await bookedBy(account, line, random);
  if (!booked.ok) return booked;
  const hidden = fromBase64(sent.mode === 'none' ? sent.pt : sent.ct);
  return done({
    ...{ way, part, before, after, read, answer: answer.value, booked: booked.value },
    blocks: hidden.ok ? blocksOf(hidden.value) : [],
  });
}

/** In CBC a bit of the iv is the same bit of the first block; elsewhere it is a bit of the ciphertext itself. */
function edited(envelope: Envelope) {
  const part = envelope.mode === 'cbc' ? 'iv' : envelope.mode === 'none' ? 'pt' : 'ct';
  const read = fromBase64((envelope as unknown as Record<typeof part, string>)[part]);
  const before = read.ok ? read.value : new Uint8Array();
  const after = before.slice();
  after[EDITED_BYTE] = (after[EDITED_BYTE] ?? 0) ^ 1;
  return { part, before, after, changed: { ...envelope, [part]: toBase64(after) } as Envelope } as const;
}

function blocksOf(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / BLOCK) }, (_, at) =>
    toHex(bytes.subarray(at * BLOCK, (at + 1) * BLOCK)),
  );
}

/** Asked anew, on a line of its own: the one with the edit may be closed. */
async function bookedBy(
  account: { readonly user: string; readonly password: string },
  line: LabLine,
  random: (bytes: number) => Uint8Array,
): Promise<Result<number | null>> {
  const begun = await LabTalk.begun(line, false, random);
  if (!begun.ok) return begun;
  const entered = await begun.value.ask({ type: 'sign-in', ...account });
  if (!entered.ok) return entered;
  const told = await begun.value.ask({ type: 'orders' });
  if (!told.ok) return told;
  return done(firstQuantity(told.value));
}
