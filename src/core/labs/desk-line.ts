/** A lab's talk with its desk: the order desk's own code behind a line without TLS, on which a lab may do as it likes. */
import {
  IV_BYTES,
  LAB_MODES,
  Opener,
  passphraseKey,
  Sealer,
  type Direction,
  type Envelope,
  type Mode,
} from '../aes/envelope.ts';
import { done, refused, type Result } from '../bytes/result.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { EXAMPLE_PASSPHRASE } from '../desk/example-passphrase.ts';
import { failureIn, greetingFrom, parseLine } from '../desk/line.ts';

export type Message = Readonly<Record<string, unknown>>;

/** How lines get to the desk and back; null: the desk has closed. Rejects when the server is gone. */
export interface LabLine {
  /** Opens a new line; `isNew`: to a desk with empty books. @returns its greeting */
  open(isNew: boolean): Promise<string | null>;
  say(line: string): Promise<string | null>;
}

/** One open line: seals what is asked in its turn, and opens what is answered. */
export class LabTalk {
  readonly #line: LabLine;
  readonly #own: Direction;
  readonly #sealer: Sealer;
  readonly #opener: Opener;
  readonly #random: (bytes: number) => Uint8Array;
  /** what the desk has opened so far */
  readonly #sent: Envelope[] = [];

  /** @returns `closed` where the desk does not greet */
  static async begun(line: LabLine, isNew: boolean, random: (bytes: number) => Uint8Array): Promise<Result<LabTalk>> {
    const greeting = greetingFrom(toUtf8((await line.open(isNew)) ?? ''));
    return greeting.ok
      ? done(new LabTalk(line, greeting.value.nonce, random))
      : refused('closed', 'The desk of the lab did not greet.');
  }

  private constructor(line: LabLine, nonce: string, random: (bytes: number) => Uint8Array) {
    const key = passphraseKey(EXAMPLE_PASSPHRASE);
    if (!key.ok) throw new Error(key.error.why); // the constant above has 16 bytes
    this.#line = line;
    this.#random = random;
    this.#own = { key: key.value, nonce, from: 'client' };
    this.#sealer = new Sealer(this.#own);
    this.#opener = new Opener({ key: key.value, nonce, from: 'server' }, LAB_MODES);
  }

  /** The envelope of the next line. */
  seal(text: string, mode: Mode): Envelope {
    return this.#sealer.seal(toUtf8(text), this.#random(IV_BYTES[mode]), mode);
  }

  /** What the desk will find in an envelope that comes next; null: it cannot open it. */
  opened(envelope: Envelope): Uint8Array | null {
    const opener = new Opener(this.#own, LAB_MODES);
    for (const before of this.#sent) opener.open(before);
    const opened = opener.open(envelope);
    return opened.ok ? opened.value : null;
  }

  /** Sends an envelope, changed or not. @returns the desk's answer, in clear where it could not open the line */
  async send(envelope: Envelope): Promise<Result<Message>> {
    const line = await this.#line.say(JSON.stringify(envelope));
    this.#sent.push(envelope);
    if (line === null) return refused('closed', 'The desk closed the line without an answer.');
    const parsed = parseLine(toUtf8(line));
    if (!parsed.ok || failureIn(parsed.value)) return parsed;
    const opened = this.#opener.open(parsed.value);
    return opened.ok ? parseLine(opened.value) : opened;
  }

  ask(message: Message, mode: Mode = 'gcm'): Promise<Result<Message>> {
    return this.send(this.seal(JSON.stringify(message), mode));
  }
}

/** The quantity of the first order in an answer to `orders`; null: there is none. */
export function firstQuantity({ orders }: Message): number | null {
  const [first] = Array.isArray(orders) ? (orders as Message[]) : [];
  return typeof first?.['quantity'] === 'number' ? first['quantity'] : null;
}
