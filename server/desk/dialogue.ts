/** One connection to the order desk: greets, reads line by line, and lets `requests.ts` decide. */
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as v from 'valibot';
import { toBase64 } from '../../src/core/bytes/base64.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import type { Refusal } from '../../src/core/bytes/result.ts';
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import { parseLine, requestFrom } from '../../src/core/desk/line.ts';
import { DESK_VERSION, type ErrorCode, Failure, type Greeting, type Request } from '../../src/core/desk/messages.ts';
import { type EnvelopeOptions, Envelopes } from './envelopes.ts';
import { VISIT_LIMITS } from './limits.ts';
import { createPace, hasRoom, waited } from './pace.ts';
import { type Reply, type Visitor, error } from './visitor.ts';

const NONCE_BYTES = 16;

export interface DialogueDeps extends Omit<EnvelopeOptions, 'nonce'> {
  /** Unix time in ms */
  readonly now: () => number;
  answer(visitor: Visitor, request: Request): Promise<Reply>;
  /** called whenever bytes come in */
  heard(): void;
  /** a line that was no request was refused, or a certificate was no longer good */
  refused(visitor: Visitor, event: 'line' | 'disconnect', code: ErrorCode, why: string): void;
  /** said in each answer of a desk that takes modes which protect nothing */
  readonly warning: string | null;
  /** a bug, for the operator */
  log(line: string): void;
}

export interface Conversation {
  readonly visitor: Visitor;
  /** Resolves when all is said and the connection is closed on the desk's side. */
  readonly over: Promise<void>;
  /** Ends it: what is under way is answered, then the reason is said. May run twice. */
  stop(code: ErrorCode, why: string): void;
}

/**
 * Talks to one visitor until one of both has had enough.
 *
 * @param stream plaintext, both ways; closed at the end
 */
export function converse(stream: Duplex, visitor: Visitor, deps: DialogueDeps): Conversation {
  const nonce = toBase64(deps.random(NONCE_BYTES));
  const envelopes = new Envelopes({ ...deps, nonce });
  let badLines = 0;
  let isAnswering = false;
  let isOver = false;
  let farewell: Failure | null = null;

  const write = (message: object) => {
    if (!isOver && stream.writable) stream.write(JSON.stringify(message) + '\n');
  };
  const warning = deps.warning === null ? {} : { warning: deps.warning };
  const say = (reply: object) => write(envelopes.seal({ ...reply, ...warning }));

  function end(): void {
    if (isOver) return;
    if (farewell !== null) say(farewell);
    isOver = true;
    stream.end();
    // What still comes is thrown away: unread, it would end in a reset, which can take our last line with it.
    stream.resume();
    const linger = setTimeout(() => stream.destroy(), VISIT_LIMITS.lingerMs);
    stream.once('close', () => clearTimeout(linger));
  }

  /** @returns whether the conversation goes on */
  async function take(line: Uint8Array): Promise<boolean> {
    const opened = envelopes.open(line);
    if (!opened.ok) {
      const { code, why } = lineRefusal(opened.error);
      deps.refused(visitor, 'line', code, why);
      // Whoever cannot seal cannot open either, so that is said in clear.
      if (code === 'replay') say(error(code, why));
      else write(error(code, why));
      return false;
    }
    const request = requestFrom(opened.value);
    if (request.ok) {
      const { id } = request.value;
      const reply = await deps.answer(visitor, request.value);
      say(id === undefined ? reply : { ...reply, id });
      return true;
    }
    badLines++;
    deps.refused(visitor, 'line', 'bad-request', request.error.why);
    say(marked(error('bad-request', request.error.why), opened.value));
    return badLines < VISIT_LIMITS.badLines;
  }

  async function talk(): Promise<void> {
    const pace = createPace(deps.now);
    for await (const line of linesOf(stream, deps.heard)) {
      const aheadMs = pace();
      if (aheadMs > 0) await waited(stream, aheadMs);
      if (isOver) return;
      if (line === 'too-large') {
        deps.refused(visitor, 'line', 'too-large', TOO_LARGE);
        return say(error('too-large', TOO_LARGE));
      }
      isAnswering = true;
      const goesOn = await take(line);
      isAnswering = false;
      if (!goesOn || farewell !== null) return;
      await hasRoom(stream);
    }
  }

  async function visit(): Promise<void> {
    write(greeting(visitor, nonce, deps.now()));
    try {
      await talk();
    } catch (problem) {
      // A visitor that went away in the middle is no news; anything else is a bug, told to the operator alone.
      if (!stream.destroyed) {
        deps.log(`desk: ${problem instanceof Error ? problem.stack : String(problem)}`);
        say(error('internal', 'The desk made a mistake here. Whether the last request was done is not known.'));
      }
    } finally {
      end();
    }
  }

  return {
    visitor,
    over: visit(),
    stop(code, why) {
      if (farewell !== null || isOver) return;
      farewell = { type: 'error', code, message: why };
      if (code === 'unauthenticated') deps.refused(visitor, 'disconnect', code, why);
      if (isAnswering) setTimeout(end, VISIT_LIMITS.farewellMs);
      else end();
      // A peer that does not read its last line is not waited for.
      setTimeout(() => stream.destroy(), 2 * VISIT_LIMITS.farewellMs);
    },
  };
}

const TOO_LARGE = 'A line has at most 64 KiB.';

function lineRefusal({ kind, why }: Refusal): { readonly code: ErrorCode; readonly why: string } {
  return { code: kind === 'decrypt' || kind === 'replay' ? kind : 'bad-request', why };
}

function greeting({ peer: { subject, serial } }: Visitor, nonce: string, now: number): Greeting {
  const time = new Date(now).toISOString();
  return { type: 'hello', service: 'order-desk', version: DESK_VERSION, nonce, subject, serial, time };
}

/** A refusal with the mark of what it refuses, which may have one though it is no request. */
function marked(reply: Reply, request: Uint8Array): Reply {
  const message = parseLine(request);
  const id = message.ok ? v.safeParse(Failure.entries.id, message.value['id']) : null;
  return id?.success !== true || id.output === undefined ? reply : { ...reply, id: id.output };
}

/**
 * The lines of a stream, read one after the other: the next is read when the last has been answered. Between two lines
 * of one chunk the other connections have their turn.
 */
async function* linesOf(stream: Duplex, heard: () => void): AsyncGenerator<Uint8Array | 'too-large'> {
  const cutter = new LineCutter(DESK_LIMITS.lineBytes);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    heard();
    const lines = cutter.push(chunk as Uint8Array);
    if (lines === 'too-large') return yield lines;
    for (const [at, line] of lines.entries()) {
      if (at > 0) await nextTurn();
      yield line;
    }
  }
}
