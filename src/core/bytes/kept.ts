/**
 * Answers kept by the bytes that they are about. A live session is dissected again on each record, and the connections
 * of a capture show the same certificates: what is made from the same bytes is made once. The last few stay.
 */
export class Kept<Answer> {
  readonly #answers = new Map<string, Answer>();
  readonly #most: number;

  /** @param most answers to keep; more bytes than {@link KEPT_BYTES} are never kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The answer for these bytes: the kept one, else the one that is made now. */
  of(bytes: Uint8Array, make: () => Answer): Answer {
    if (bytes.length > KEPT_BYTES) return make();
    const name = String.fromCharCode.apply(null, bytes as unknown as number[]);
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    const answer = make();
    if (this.#answers.size >= this.#most) this.#answers.delete([...this.#answers.keys()][0] ?? '');
    this.#answers.set(name, answer);
    return answer;
  }
}

/** A long certificate is some 4,000 bytes. */
const KEPT_BYTES = 8192;
