/**
 * What the order desk and its clients say, one JSON object a line. The greeting travels in clear (inside TLS), every
 * later line inside an envelope (`core/aes/envelope.ts`). Each message is listed once, here; desk, client, page and
 * tests read these schemas.
 */
import * as v from 'valibot';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { fromUtf8 } from '../bytes/utf8.ts';

/** Longest line, newline included. */
export const LINE_BYTES = 64 * 1024;
/** Objects in objects; JSON.parse itself would take a hundred thousand. */
const DEPTH = 8;
export const QUANTITY = { min: 1, max: 1_000_000 } as const;
export const ROLES = ['customer', 'clerk', 'manager'] as const;

const text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));
const Id = v.union([text(64), v.pipe(v.number(), v.safeInteger())]);
const Item = v.pipe(
  text(100),
  v.check((item) => item.trim() !== '', 'An item needs a name.'),
);
const Quantity = v.pipe(v.number(), v.integer(), v.minValue(QUANTITY.min), v.maxValue(QUANTITY.max));
// Rules of accounts are answered with codes of their own, so these only bound what is looked at.
const User = text(256);
const Password = v.pipe(v.string(), v.maxLength(4096));

const request = <Name extends string, Fields extends v.ObjectEntries>(type: Name, fields: Fields) =>
  v.strictObject({ type: v.literal(type), ...fields, id: v.optional(Id) });

export const Request = v.variant('type', [
  request('create-account', { user: User, password: Password }),
  request('sign-in', { user: User, password: Password }),
  request('order', { item: Item, quantity: Quantity, key: v.optional(text(64)) }),
  request('orders', {}),
  request('whoami', {}),
  request('change-password', { old: Password, new: Password }),
  request('all-orders', {}),
  request('set-role', { user: User, role: v.picklist(ROLES) }),
  request('users', {}),
  request('revoke', { serial: text(64) }),
  request('renew', { csr: text(16 * 1024) }),
]);
export type Request = v.InferOutput<typeof Request>;
export type Role = (typeof ROLES)[number];

/** First line of a connection, from the desk. Only who reads it knows that its certificate was accepted. */
export const Greeting = v.strictObject({
  type: v.literal('hello'),
  service: v.literal('order-desk'),
  version: v.literal(1),
  /** 16 random bytes, base64; part of the authenticated data of every envelope of this connection */
  nonce: v.pipe(v.string(), v.length(24)),
  subject: v.string(),
  /** lower-case hex */
  serial: v.string(),
  /** ISO 8601, UTC */
  time: v.string(),
});
export type Greeting = v.InferOutput<typeof Greeting>;

export const ERROR_CODES = [
  'bad-request',
  'unauthenticated',
  'bad-credentials',
  'name-taken',
  'weak-password',
  'forbidden',
  'wrong-certificate',
  'too-many-tries',
  'replay',
  'too-large',
  'internal',
  'decrypt',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One order as the desk tells it. */
export const Order = v.object({
  id: v.pipe(v.number(), v.safeInteger()),
  item: v.string(),
  quantity: v.number(),
  user: v.string(),
  /** of the certificate it was placed with: serial in hex, SHA-256 of the DER in hex */
  serial: v.string(),
  fingerprint: v.string(),
  /** ISO 8601, UTC */
  time: v.string(),
});
export type Order = v.InferOutput<typeof Order>;

export const ErrorAnswer = v.object({
  type: v.literal('error'),
  code: v.picklist(ERROR_CODES),
  message: v.string(),
  id: v.optional(Id),
});
export type ErrorAnswer = v.InferOutput<typeof ErrorAnswer>;

export const OkAnswer = v.looseObject({
  type: v.literal('ok'),
  id: v.optional(Id),
  user: v.optional(v.string()),
  role: v.optional(v.picklist(ROLES)),
  subject: v.optional(v.string()),
  order: v.optional(Order),
  orders: v.optional(v.array(Order)),
});
export const Answer = v.variant('type', [OkAnswer, ErrorAnswer]);
export type Answer = v.InferOutput<typeof Answer>;

export type LineError = Refusal<'tooLarge' | 'notUtf8' | 'notJson' | 'tooDeep'>;

/**
 * Reads the JSON object of one line.
 *
 * @param bytes the line without its newline
 * @returns the object; else `tooLarge`, `notUtf8`, `notJson`, or `tooDeep`
 */
export function parseLine(bytes: Uint8Array): Result<Readonly<Record<string, unknown>>, LineError> {
  if (bytes.length >= LINE_BYTES) return refused('tooLarge', `A line has at most ${LINE_BYTES} bytes.`);
  const decoded = fromUtf8(bytes);
  if (!decoded.ok) return decoded;
  let value: unknown;
  try {
    value = JSON.parse(decoded.value);
  } catch {
    return refused('notJson', 'This line is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused('notJson', 'A line is one JSON object.');
  if (isDeeper(value, DEPTH)) return refused('tooDeep', `A line has at most ${DEPTH} objects inside each other.`);
  return done(value as Readonly<Record<string, unknown>>);
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
