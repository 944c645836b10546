/**
 * Answers kept by the bytes that they are about. A live session is dissected again on each record, and the connections
 * of a capture show the same certificates: what is made from the same bytes is made once. The last few stay.
 */
import { sameBytes } from './reader.ts';

interface Entry<Answer> {
  readonly bytes: Uint8Array;
  readonly answer: Answer;
}

export class Kept<Answer> {
  /** by their last bytes, which in what is signed are those that differ */
  readonly #entries = new Map<number, Entry<Answer>>();
  readonly #most: number;

  /** @param most answers to keep; about more bytes than {@link KEPT_BYTES} none is kept */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The answer for these bytes: the kept one, else the one that is made now.
   *
   * @param make is given a copy of the bytes, which an answer may hold on to
   */
  of(bytes: Uint8Array, make: (own: Uint8Array) => Answer): Answer {
    const own = () => bytes.slice();
    if (bytes.length > KEPT_BYTES) return make(own());
    const place = placeOf(bytes);
    const known = this.#entries.get(place);
    if (known !== undefined && sameBytes(known.bytes, bytes)) return known.answer;
    const entry = { bytes: own(), answer: make(own()) };
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#most) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(place, entry);
    return entry.answer;
  }
}

/** A long certificate is some 4,000 bytes. */
const KEPT_BYTES = 8192;
const LAST_BYTES = 16;

/** FNV-1a over the last bytes and the length. */
function placeOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5 ^ bytes.length;
  for (let at = Math.max(0, bytes.length - LAST_BYTES); at < bytes.length; at++)
    hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}
