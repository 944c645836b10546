/** Lines of the order desk: bytes to messages and back. One JSON object a line, in UTF-8. */
import * as v from 'valibot';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { fromUtf8, toUtf8 } from '../bytes/utf8.ts';
import { DESK_LIMITS as LIMITS } from './limits.ts';
import { ANSWERS, Failure, Greeting, Request, type Ok, type RequestType } from './messages.ts';

export type LineError = Refusal<'tooLarge' | 'notUtf8' | 'tooDeep' | 'notJson' | 'notAnObject' | 'unknownMessage'>;

/**
 * One line as a JSON object. Nothing is repaired.
 *
 * @param bytes the line without its newline
 * @returns the object, not checked further; else `tooLarge`, `notUtf8`, `tooDeep`, `notJson` or `notAnObject`
 */
export function parseLine(bytes: Uint8Array): Result<Readonly<Record<string, unknown>>, LineError> {
  if (bytes.length > LIMITS.lineBytes) {
    return refused('tooLarge', `A line may have ${LIMITS.lineBytes} bytes, and this one has ${bytes.length}.`);
  }
  const text = fromUtf8(bytes);
  if (!text.ok) return text;
  if (isDeep(bytes)) return refused('tooDeep', `Lists and objects are nested more than ${LIMITS.depth} deep.`);
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch (error) {
    if (error instanceof SyntaxError) return refused('notJson', 'This line is not JSON.');
    throw error;
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject
    ? done(value as Readonly<Record<string, unknown>>)
    : refused('notAnObject', 'A line holds one JSON object.');
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** `[`, `{` and `]`, `}` */
const [OPEN, CLOSE] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** Counts brackets outside strings before the parser builds anything of them. */
function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  for (const byte of bytes) {
    if (isEscaped) isEscaped = false;
    else if (isString && byte === BACKSLASH) isEscaped = true;
    else if (byte === QUOTE) isString = !isString;
    else if (!isString && OPEN.has(byte) && ++depth > LIMITS.depth) return true;
    else if (!isString && CLOSE.has(byte)) depth--;
  }
  return false;
}

/** The server's first line. */
export function greetingFrom(line: Uint8Array): Result<Greeting, LineError> {
  return messageFrom(Greeting, line, 'greeting of an order desk');
}

/** A request, out of its envelope. */
export function requestFrom(plaintext: Uint8Array): Result<Request, LineError> {
  return messageFrom(Request, plaintext, 'request that the desk knows');
}

/** The answer to a request, out of its envelope: what was asked for, or why not. */
export function answerFrom<Type extends RequestType>(
  to: Type,
  plaintext: Uint8Array,
): Result<Ok<Type> | Failure, LineError> {
  const answer = v.union([Failure, ANSWERS[to]]);
  return messageFrom(answer, plaintext, `answer to ${to}`) as Result<Ok<Type> | Failure, LineError>;
}

/** A refusal in clear, which the desk sends when it cannot open an envelope. Null when the line is something else. */
export function failureIn(line: Readonly<Record<string, unknown>>): Failure | null {
  const parsed = v.safeParse(Failure, line);
  return parsed.success ? parsed.output : null;
}

/** A message as bytes, without the newline. */
export function lineBytes(message: object): Uint8Array {
  return toUtf8(JSON.stringify(message));
}

function messageFrom<Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Uint8Array,
  what: string,
): Result<v.InferOutput<Schema>, LineError> {
  const object = parseLine(bytes);
  if (!object.ok) return object;
  const parsed = v.safeParse(schema, object.value);
  if (parsed.success) return done(parsed.output);
  const [issue] = parsed.issues;
  const at = v.getDotPath(issue);
  return refused('unknownMessage', `This is no ${what}${at === null ? '' : `: look at "${at.slice(0, 60)}"`}.`);
}
