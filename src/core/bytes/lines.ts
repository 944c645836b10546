/** Cuts a stream into lines by bytes, before anything is decoded, so that no split character is misread. */
import { joined } from './reader.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Keeps at most one line; a longer one is `too-large` and ends the reading. */
export class LineCutter {
  readonly #mostBytes: number;
  #parts: Uint8Array[] = [];
  #waiting = 0;

  /** @param mostBytes that a line may have, without its newline */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * @param chunk bytes as they came
   * @returns the lines that are complete now, without newline and carriage return; `too-large` when one is too long
   */
  push(chunk: Uint8Array): Uint8Array[] | 'too-large' {
    const lines: Uint8Array[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      if (!this.#keep(chunk.subarray(from, at))) return 'too-large';
      lines.push(this.#line());
      from = at + 1;
    }
    return this.#keep(chunk.subarray(from)) ? lines : 'too-large';
  }

  #keep(bytes: Uint8Array): boolean {
    this.#waiting += bytes.length;
    if (bytes.length > 0) this.#parts.push(bytes);
    return this.#waiting <= this.#mostBytes;
  }

  #line(): Uint8Array {
    const line = joined(this.#parts);
    this.#parts = [];
    this.#waiting = 0;
    return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
  }
}
