/**
 * Reads DER (X.690) by schema: the caller says what must come next, so nothing recurses and nothing is read that no
 * schema asked for. Only definite, shortest lengths are DER; all else is refused with the byte where it stands.
 */
import { readHeader, type HeaderProblem } from '../../asn1/header.ts';
import { Reader } from '../../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';

/** Damaged DER. Thrown inside this folder, and turned into a value by {@link reading}. */
export class Malformed extends Error {
  override name = 'Malformed';
}

/** Runs a parser. Damage becomes a refusal; anything else is a bug and goes on as it is. */
export function reading<Value>(parse: () => Value): Result<Value, Refusal<'damaged'>> {
  try {
    return done(parse());
  } catch (error) {
    if (error instanceof Malformed) return refused('damaged', error.message);
    throw error;
  }
}

export class Element {
  readonly tag: number;
  readonly #reader: Reader;
  readonly #start: number;
  readonly #bodyAt: number;

  constructor(reader: Reader, tag: number, start: number, bodyAt: number) {
    this.tag = tag;
    this.#reader = reader;
    this.#start = start;
    this.#bodyAt = bodyAt;
  }

  /** Offset of the tag in the buffer that was read. */
  get at(): number {
    return this.#start;
  }

  /** Tag, length and content. */
  get whole(): Uint8Array {
    return this.#reader.bytes.subarray(this.#start, this.#reader.end);
  }

  /** The content alone. */
  get body(): Uint8Array {
    return this.#reader.bytes.subarray(this.#bodyAt, this.#reader.end);
  }

  /** Reads the elements inside. */
  inside(): DerReader {
    return new DerReader(new Reader(this.#reader.bytes, 0, this.#bodyAt, this.#reader.end));
  }
}

export class DerReader {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get isEmpty(): boolean {
    return this.#reader.left === 0;
  }

  /** Tag of what comes next, or null at the end. */
  get nextTag(): number | null {
    return this.isEmpty ? null : this.#reader.peek(1);
  }

  /** The next element, which must have one of these tags (any, when none is given). `what` names it in a refusal. */
  read(what: string, ...tags: readonly number[]): Element {
    const reader = this.#reader;
    const start = reader.at;
    if (reader.left < 2) throw new Malformed(`${what} is missing at byte ${start}.`);
    const tag = reader.peek(1);
    if (tags.length > 0 && !tags.includes(tag)) {
      throw new Malformed(`${what} should stand at byte ${start}, but there is tag 0x${hexByte(tag)}.`);
    }
    const { length, problem } = readHeader(reader);
    if (problem !== null) throw new Malformed(PROBLEMS[problem]({ what, start, length, left: reader.left }));
    const bodyAt = reader.at;
    reader.skip(length);
    return new Element(new Reader(reader.bytes, 0, bodyAt, bodyAt + length), tag, start, bodyAt);
  }

  /** The next element if it has this tag; else null, and nothing is consumed. */
  optional(what: string, tag: number): Element | null {
    return this.nextTag === tag ? this.read(what, tag) : null;
  }

  /** Everything that is left, each with one of these tags. At most `limit`, so that a count is never a surprise. */
  all(what: string, limit: number, ...tags: readonly number[]): Element[] {
    const elements: Element[] = [];
    while (!this.isEmpty) {
      if (elements.length === limit) throw new Malformed(`There are more than ${limit} of: ${what}.`);
      elements.push(this.read(what, ...tags));
    }
    return elements;
  }

  /** Nothing may follow. */
  end(what: string): void {
    if (!this.isEmpty) throw new Malformed(`${what} ends at byte ${this.#reader.at}, but more bytes follow.`);
  }
}

/** One element that fills all of `bytes`. */
export function onlyElement(bytes: Uint8Array, what: string, ...tags: readonly number[]): Element {
  const reader = new DerReader(new Reader(bytes));
  const element = reader.read(what, ...tags);
  reader.end(what);
  return element;
}

interface Place {
  readonly what: string;
  /** byte of the tag; one byte on stands the length */
  readonly start: number;
  readonly length: number;
  readonly left: number;
}

const PROBLEMS: Readonly<Record<HeaderProblem, (place: Place) => string>> = {
  highTag: ({ start }) => `The tag at byte ${start} is longer than X.509 ever needs.`,
  noLength: ({ what, start }) => `${what} is missing at byte ${start}.`,
  indefinite: ({ what, start }) => `${what} has an indefinite length at byte ${start + 1}: that is BER, not DER.`,
  impossible: ({ start }) => `The length at byte ${start + 1} is impossible.`,
  notShortest: ({ start }) => `The length at byte ${start + 1} is not written in the shortest way, as DER demands.`,
  overrun: ({ what, start, length, left }) =>
    `${what} at byte ${start} claims ${length} bytes, and only ${left} are left.`,
};

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
