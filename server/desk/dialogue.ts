/** One connection to the order desk: greets, opens and seals envelopes, counts lines, and lets `requests.ts` decide. */
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { IV_BYTES, Opener, Sealer, type Mode } from '../../src/core/aes/envelope.ts';
import { toBase64 } from '../../src/core/bytes/base64.ts';
import { toUtf8 } from '../../src/core/bytes/utf8.ts';
import { parseLine } from '../../src/core/desk/line.ts';
import { type ErrorCode, type Greeting, Request } from '../../src/core/desk/messages.ts';
import { DESK_LIMITS } from './limits.ts';
import { LineCutter } from './lines.ts';
import type { Reply, Visitor } from './requests.ts';

const NONCE_BYTES = 16;

export interface DialogueDeps {
  /** AES-128 key, 16 bytes */
  readonly key: Uint8Array;
  readonly modes: readonly Mode[];
  /** Unix time in ms */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  answer(visitor: Visitor, request: Request): Promise<Reply>;
  /** called whenever bytes come in */
  heard(): void;
  /** a bug, for the operator */
  log(line: string): void;
}

/**
 * Talks to one visitor until one of both has had enough.
 *
 * @param stream plaintext, both ways; closed at the end
 */
export async function converse(stream: Duplex, visitor: Visitor, deps: DialogueDeps): Promise<void> {
  const nonce = toBase64(deps.random(NONCE_BYTES));
  const opener = new Opener({ key: deps.key, nonce, from: 'client' }, deps.modes);
  const sealer = new Sealer({ key: deps.key, nonce, from: 'server' });
  let badLines = 0;
  let mode: Mode = 'gcm';

  const write = (message: object) => stream.write(JSON.stringify(message) + '\n');
  const say = (reply: object) => {
    const iv = deps.random(IV_BYTES[mode]);
    write(sealer.seal(toUtf8(JSON.stringify(reply)), iv, mode));
  };
  const refuse = (code: ErrorCode, message: string, id?: unknown) =>
    say({ type: 'error', code, message, ...(id === undefined ? {} : { id }) });
  /** What did not open is answered in clear: whoever cannot seal cannot open either. Everything else is sealed. */
  const sayInClear = (code: ErrorCode, message: string) => write({ type: 'error', code, message });

  /** @returns whether the conversation goes on */
  async function take(line: Uint8Array): Promise<boolean> {
    const parsed = parseLine(line);
    if (!parsed.ok) return (sayInClear('bad-request', parsed.error.why), false);
    const opened = opener.open(parsed.value);
    if (!opened.ok) {
      const { kind, why } = opened.error;
      sayInClear(kind === 'decrypt' ? 'decrypt' : kind === 'replay' ? 'replay' : 'bad-request', why);
      return false;
    }
    mode = v.parse(v.object({ mode: v.picklist(deps.modes) }), parsed.value).mode;
    const inner = parseLine(opened.value);
    const request = inner.ok ? v.safeParse(Request, inner.value) : null;
    if (inner.ok && request?.success === true) {
      const reply = await deps.answer(visitor, request.output);
      say(request.output.id === undefined ? reply : { ...reply, id: request.output.id });
      return true;
    }
    badLines++;
    const id = inner.ok ? v.safeParse(v.union([v.string(), v.number()]), inner.value['id']) : null;
    refuse(
      'bad-request',
      inner.ok ? whyBad(inner.value) : inner.error.why,
      id?.success === true ? id.output : undefined,
    );
    return badLines < DESK_LIMITS.badLines;
  }

  const greeting: Greeting = {
    type: 'hello',
    service: 'order-desk',
    version: 1,
    nonce,
    subject: visitor.peer.subject,
    serial: visitor.peer.serial,
    time: new Date(deps.now()).toISOString(),
  };
  write(greeting);
  try {
    const rate = createRate(deps.now);
    for await (const line of linesOf(stream, deps.heard)) {
      if (line === 'too-large') refuse('too-large', 'A line has at most 64 KiB.');
      else if (!rate()) refuse('too-many-tries', `This desk reads ${DESK_LIMITS.linesPerSecond} lines a second.`);
      else if (await take(line)) continue;
      break;
    }
  } catch (problem) {
    // A visitor that went away in the middle is no news; anything else is a bug, told to the operator alone.
    if (!stream.destroyed) {
      deps.log(`desk: ${problem instanceof Error ? problem.stack : String(problem)}`);
      refuse('internal', 'The desk made a mistake here. Whether the last request was done is not known.');
    }
  } finally {
    stream.end();
  }
}

/** The lines of a stream, read one after the other: the next is read when the last has been answered. */
async function* linesOf(stream: Duplex, heard: () => void): AsyncGenerator<Uint8Array | 'too-large'> {
  const cutter = new LineCutter();
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    heard();
    const lines = cutter.push(chunk as Uint8Array);
    if (lines === 'too-large') return yield lines;
    yield* lines;
  }
}

/** Whether one more line fits: `lineBurst` at once, `linesPerSecond` on average. */
function createRate(now: () => number): () => boolean {
  let left: number = DESK_LIMITS.lineBurst;
  let at = now();
  return () => {
    const seconds = (now() - at) / 1000;
    at = now();
    left = Math.min(DESK_LIMITS.lineBurst, left + seconds * DESK_LIMITS.linesPerSecond) - 1;
    return left >= 0;
  };
}

function whyBad(message: Readonly<Record<string, unknown>>): string {
  const checked = v.safeParse(Request, message);
  const issue = checked.success ? undefined : checked.issues[0];
  const place = issue === undefined ? null : v.getDotPath(issue);
  if (place === null || place === 'type') return 'The desk does not know this request.';
  return `The request does not fit at "${place.slice(0, 60)}".`;
}
