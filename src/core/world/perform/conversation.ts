/** What both sides of a run said inside their envelopes, opened from what each side's program has read. */
import { Opener, passphraseKey, Sealer, type Direction } from '../../aes/envelope.ts';
import type { Run } from '../../bridge/run.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { done, refused, type Result } from '../../bytes/result.ts';
import { EXAMPLE_PASSPHRASE } from '../../desk/example-passphrase.ts';
import { failureIn, greetingFrom, parseLine } from '../../desk/line.ts';
import type { Greeting } from '../../desk/messages.ts';

type Message = Readonly<Record<string, unknown>>;

const IV_BYTES = 12;

/** The desk's first line in clear; null until it was read. Only this tells a client that it was let in. */
export function greetingOf(run: Run): Greeting | null {
  const line = linesFor(run, 'client')[0];
  if (line === undefined) return null;
  const greeting = greetingFrom(toUtf8(line));
  return greeting.ok ? greeting.value : null;
}

/** How many lines the desk has said after its greeting. */
export function answersIn(run: Run): number {
  return Math.max(0, linesFor(run, 'client').length - 1);
}

/**
 * The line that carries a message to the desk.
 *
 * @param said lines that this client has sealed before in the run
 */
export function sealedLine(
  greeting: Greeting,
  message: Message,
  said: number,
  random: (bytes: number) => Uint8Array,
): string {
  const sealer = new Sealer(direction(greeting, 'client'), said);
  return JSON.stringify(sealer.seal(toUtf8(JSON.stringify(message)), random(IV_BYTES)));
}

/** The desk's newest line; opened from the first on, because each one counts. */
export function newestAnswer(run: Run, greeting: Greeting): Result<Message> {
  const opener = new Opener(direction(greeting, 'server'));
  let newest: Result<Message> = refused('silent', 'The desk has said nothing after its greeting.');
  for (const line of linesFor(run, 'client').slice(1)) {
    const parsed = parseLine(toUtf8(line));
    // A desk that cannot open an envelope says so in clear, since nothing else would be understood.
    newest = parsed.ok && failureIn(parsed.value) ? done(parsed.value) : opened(opener, parsed);
  }
  return newest;
}

function opened(opener: Opener, line: Result<Message>): Result<Message> {
  if (!line.ok) return line;
  const plain = opener.open(line.value);
  return plain.ok ? parseLine(plain.value) : plain;
}

function linesFor(run: Run, side: 'client' | 'server'): string[] {
  return run.heard.filter((heard) => heard.side === side).map(({ line }) => line);
}

function direction(greeting: Greeting, from: Direction['from']): Direction {
  const key = passphraseKey(EXAMPLE_PASSPHRASE);
  if (!key.ok) throw new Error(key.error.why); // the constant above has 16 bytes
  return { key: key.value, nonce: greeting.nonce, from };
}
