/**
 * What the order desk and its clients say to each other: one schema, read by the desk, the command line and the page.
 * The server's first line is the greeting, in clear inside TLS; every later line is an envelope (core/aes) around one
 * request or answer. Only a refused envelope is answered in clear: `{"type":"error","code":"decrypt",…}`.
 */
import * as v from 'valibot';
import { fromBase64 } from '../bytes/base64.ts';
import { DESK_LIMITS as LIMITS } from './limits.ts';

export const DESK_VERSION = 1;
export const ROLES = ['customer', 'clerk', 'manager'] as const;
const NONCE_BYTES = 16;

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));
const Credential = text(LIMITS.credentialCharacters);
const Hex = (most: number) => v.pipe(v.string(), v.regex(/^[0-9a-f]+$/), v.maxLength(most));
const Serial = Hex(128);
/** as a person types it: `openssl x509 -serial` prints capitals */
const TypedSerial = v.pipe(v.string(), v.regex(/^[0-9a-fA-F]+$/), v.maxLength(128), v.toLowerCase());
const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const Time = v.pipe(v.string(), v.isoTimestamp());
const Subject = v.pipe(v.string(), v.maxLength(4000));
const Pem = text(LIMITS.pemCharacters);
const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

/** A request's own mark; its answer repeats it. */
const Id = v.union([text(64), Count]);
const id = v.optional(Id);

export const Role = v.picklist(ROLES);
export type Role = v.InferOutput<typeof Role>;

/** The server's first line: whoever reads it has been let in. `subject` and `serial` are the client certificate's. */
export const Greeting = v.strictObject({
  type: v.literal('hello'),
  service: v.literal('order-desk'),
  version: v.literal(DESK_VERSION),
  nonce: v.pipe(
    v.string(),
    v.check((nonce) => {
      const bytes = fromBase64(nonce);
      return bytes.ok && bytes.value.length === NONCE_BYTES;
    }, 'the nonce must be 16 bytes in base64'),
  ),
  subject: Subject,
  serial: Serial,
  time: Time,
});
export type Greeting = v.InferOutput<typeof Greeting>;

/** What is ordered: no control characters, and not only spaces. */
const Item = v.pipe(
  v.string(),
  v.maxLength(LIMITS.itemCharacters),
  v.check((item) => item.trim() !== '' && ![...item].some(isControl), 'an item is words, without control characters'),
);
const Quantity = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.quantity));

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** Lists come in pieces that fit into a line: the next piece begins where the last one ended. */
const before = v.optional(Count);

const request = <const Type extends string, Fields extends v.ObjectEntries>(type: Type, fields: Fields) =>
  v.strictObject({ type: v.literal(type), id, ...fields });

export const Request = v.variant('type', [
  request('create-account', { user: Credential, password: Credential }),
  request('sign-in', { user: Credential, password: Credential }),
  /** `key`: the same key from the same user is the same order, so a client may ask twice */
  request('order', { item: Item, quantity: Quantity, key: v.optional(text(64)) }),
  /** the newest; `before` an order's id, those before it */
  request('orders', { before }),
  request('whoami', {}),
  request('change-password', { old: Credential, new: Credential }),
  /** for clerks: everybody's */
  request('all-orders', { before }),
  /** for managers, all of these */
  request('set-role', { user: Credential, role: Role }),
  request('users', { after: v.optional(Credential) }),
  request('audit', { before }),
  request('revoke', { serial: TypedSerial }),
  /** a new certificate for the one that this connection shows: same subject, same length of life */
  request('renew', { csr: Pem }),
]);
export type Request = v.InferOutput<typeof Request>;
export type RequestType = Request['type'];

/** One order, with the certificate that it came over. */
export const Order = v.strictObject({
  id: Count,
  item: Item,
  quantity: Quantity,
  user: Credential,
  serial: Serial,
  /** SHA-256 of the certificate's DER */
  fingerprint: Sha256,
  time: Time,
});
export type Order = v.InferOutput<typeof Order>;

/** One line of the audit trail: what was done, or refused and why; by whom, with which certificate, from where. */
export const AuditEvent = v.strictObject({
  id: Count,
  time: Time,
  /** the request, or `connect`, `line`, `disconnect` */
  event: text(40),
  /** why it was refused; null: it was done */
  code: v.nullable(text(80)),
  user: v.nullable(v.pipe(v.string(), v.maxLength(LIMITS.credentialCharacters))),
  subject: v.nullable(Subject),
  serial: v.nullable(Serial),
  fingerprint: v.nullable(Sha256),
  /** of the client's end of the connection: `127.0.0.1:50312` */
  address: v.nullable(text(80)),
  detail: v.pipe(v.string(), v.maxLength(1000)),
});
export type AuditEvent = v.InferOutput<typeof AuditEvent>;

const Account = { user: Credential, role: Role };
/** `total` is there when not all fitted into one line. */
const Orders = { orders: v.pipe(v.array(Order), v.maxLength(LIMITS.listed)), total: v.optional(Count) };
const Users = v.array(v.strictObject({ ...Account, subject: Subject }));

/** A desk with `--weak-modes` says so in each answer. */
const warning = v.optional(text(200));

const ok = <Fields extends v.ObjectEntries>(fields: Fields) =>
  v.strictObject({ type: v.literal('ok'), id, warning, ...fields });

/** The `ok` answer to each request. */
export const ANSWERS = {
  'create-account': ok(Account),
  'sign-in': ok(Account),
  order: ok({ order: Order }),
  orders: ok(Orders),
  whoami: ok({
    user: v.nullable(Credential),
    role: v.nullable(Role),
    subject: Subject,
    serial: Serial,
  }),
  'change-password': ok({}),
  'all-orders': ok(Orders),
  'set-role': ok(Account),
  users: ok({ users: v.pipe(Users, v.maxLength(LIMITS.listed)), total: v.optional(Count) }),
  audit: ok({ events: v.pipe(v.array(AuditEvent), v.maxLength(LIMITS.listed)), total: v.optional(Count) }),
  revoke: ok({ serial: Serial }),
  renew: ok({ certificate: Pem }),
} as const satisfies Record<RequestType, v.GenericSchema>;
export type Ok<Type extends RequestType> = v.InferOutput<(typeof ANSWERS)[Type]>;

/** Why a request was refused, for programs; `message` says it to people. */
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
  /** in clear, and the connection ends: the envelope could not be opened */
  'decrypt',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const Failure = v.strictObject({
  type: v.literal('error'),
  id,
  warning,
  code: v.picklist(ERROR_CODES),
  message: v.pipe(v.string(), v.maxLength(1000)),
});
export type Failure = v.InferOutput<typeof Failure>;

/** Whatever the desk may answer. */
export type Answer = Ok<RequestType> | Failure;
