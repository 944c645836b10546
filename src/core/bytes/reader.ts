/**
 * Reads bytes from left to right and knows where they lie. The only place of the core that indexes bytes: everything
 * else asks a reader. Reading past the end never throws: it yields what is there, and the caller says what is missing.
 */

/** A half-open range in one numbered buffer. */
export interface Located {
  readonly buffer: number;
  readonly start: number;
  readonly end: number;
}

export class Reader {
  readonly bytes: Uint8Array;
  readonly buffer: number;
  readonly end: number;
  #at: number;

  /**
   * @param bytes the whole buffer
   * @param buffer the buffer's number; ranges carry it
   * @param start first byte to read
   * @param end byte after the last to read; cut to the buffer's length
   */
  constructor(bytes: Uint8Array, buffer = 0, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.buffer = buffer;
    this.end = Math.min(end, bytes.length);
    this.#at = Math.min(start, this.end);
  }

  /** Offset of the next byte in the buffer. */
  get at(): number {
    return this.#at;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.end - this.#at;
  }

  /** The next `width` bytes (1 to 6) as a big-endian number, not consumed; missing bytes count as zero. */
  peek(width: number, skip = 0): number {
    let value = 0;
    for (let index = 0; index < width; index++) value = value * 256 + (this.bytes[this.#at + skip + index] ?? 0);
    return value;
  }

  /** Consumes `width` bytes (1 to 6) and returns them as a big-endian number. Ask {@link left} first. */
  uint(width: number): number {
    const value = this.peek(width);
    this.skip(width);
    return value;
  }

  /** Consumes up to `count` bytes and returns a view of them. */
  take(count: number = this.left): Uint8Array {
    const from = this.#at;
    this.skip(count);
    return this.bytes.subarray(from, this.#at);
  }

  /** Consumes up to `count` bytes. */
  skip(count: number): void {
    this.#at = Math.min(this.#at + count, this.end);
  }

  /** A reader over the next `count` bytes at most, which count as consumed here. */
  part(count: number): Reader {
    const from = this.#at;
    this.skip(count);
    return new Reader(this.bytes, this.buffer, from, this.#at);
  }

  /** The range from `start` up to the next byte. */
  since(start: number): Located {
    return { buffer: this.buffer, start, end: this.#at };
  }
}

/** All parts in one new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joined(parts);
}

/** The same for any number of parts: a call takes some ten thousand arguments, a capture brings more chunks. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whether both hold the same bytes. Not constant in time: for public values. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** A number as `width` big-endian bytes. */
export function uintBytes(value: number, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  for (let index = width - 1, rest = value; index >= 0; index--, rest = Math.floor(rest / 256))
    bytes[index] = rest % 256;
  return bytes;
}
