/** One connection to the order desk: greets, opens and seals envelopes, counts lines, and lets `requests.ts` decide. */
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { type Direction, IV_BYTES, type Mode, Opener, Sealer } from '../../src/core/aes/envelope.ts';
import { toBase64 } from '../../src/core/bytes/base64.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import { lineBytes, parseLine, requestFrom } from '../../src/core/desk/line.ts';
import { DESK_VERSION, type ErrorCode, Failure, type Greeting, type Request } from '../../src/core/desk/messages.ts';
import { VISIT_LIMITS } from './limits.ts';
import { createPace, hasRoom, waited } from './pace.ts';
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
  const direction = (from: Direction['from']): Direction => ({ key: deps.key, nonce, from });
  const opener = new Opener(direction('client'), deps.modes);
  const sealer = new Sealer(direction('server'));
  let badLines = 0;
  let mode: Mode = 'gcm';

  const write = (message: object) => stream.write(JSON.stringify(message) + '\n');
  const say = (reply: object) => write(sealer.seal(lineBytes(reply), deps.random(IV_BYTES[mode]), mode));
  const failure = (code: ErrorCode, message: string): Failure => ({ type: 'error', code, message });

  /** @returns whether the conversation goes on */
  async function take(line: Uint8Array): Promise<boolean> {
    const envelope = parseLine(line);
    const opened = envelope.ok ? opener.open(envelope.value) : envelope;
    if (!envelope.ok || !opened.ok) {
      const { kind, why } = opened.ok ? { kind: '', why: '' } : opened.error;
      if (kind === 'replay') say(failure('replay', why));
      // Whoever cannot seal cannot open either, so this is said in clear.
      else write(failure(kind === 'decrypt' ? 'decrypt' : 'bad-request', why));
      return false;
    }
    mode = deps.modes.find((known) => known === envelope.value['mode']) ?? mode; // answered as it was asked
    const request = requestFrom(opened.value);
    if (request.ok) {
      say(marked(await deps.answer(visitor, request.value), opened.value));
      return true;
    }
    badLines++;
    say(marked(failure('bad-request', request.error.why), opened.value));
    return badLines < VISIT_LIMITS.badLines;
  }

  const greeting: Greeting = {
    type: 'hello',
    service: 'order-desk',
    version: DESK_VERSION,
    nonce,
    subject: visitor.peer.subject,
    serial: visitor.peer.serial,
    time: new Date(deps.now()).toISOString(),
  };
  write(greeting);
  try {
    const pace = createPace(deps.now);
    for await (const line of linesOf(stream, deps.heard)) {
      await waited(stream, pace());
      if (line === 'too-large') say(failure('too-large', 'A line has at most 64 KiB.'));
      else if (await take(line)) {
        await hasRoom(stream);
        continue;
      }
      break;
    }
  } catch (problem) {
    // A visitor that went away in the middle is no news; anything else is a bug, told to the operator alone.
    if (!stream.destroyed) {
      deps.log(`desk: ${problem instanceof Error ? problem.stack : String(problem)}`);
      say(failure('internal', 'The desk made a mistake here. Whether the last request was done is not known.'));
    }
  } finally {
    stream.end();
  }
}

/** An answer with the mark of its request, which one that is refused may have as well. */
function marked(reply: Reply, request: Uint8Array): Reply {
  const message = parseLine(request);
  const id = message.ok ? v.safeParse(Failure.entries.id, message.value['id']) : null;
  return id?.success !== true || id.output === undefined ? reply : { ...reply, id: id.output };
}

/** The lines of a stream, read one after the other: the next is read when the last has been answered. */
async function* linesOf(stream: Duplex, heard: () => void): AsyncGenerator<Uint8Array | 'too-large'> {
  const cutter = new LineCutter(DESK_LIMITS.lineBytes);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    heard();
    const lines = cutter.push(chunk as Uint8Array);
    if (lines === 'too-large') return yield lines;
    yield* lines;
  }
}
