/** Cuts a stream of plaintext into lines: by bytes first, so that no split character is misread. */
import { LIMITS } from '../../src/core/bridge/limits.ts';

const NEWLINE = 0x0a;

export class LineReader {
  readonly #onLine: (line: string) => void;
  #parts: Uint8Array[] = [];
  #waiting = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** @returns false when a line exceeds `LIMITS.lineBytes`; the reader is then of no more use */
  push(bytes: Uint8Array): boolean {
    let rest = bytes;
    for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE)) {
      if (!this.#keep(rest.subarray(0, at))) return false;
      const line = Buffer.concat(this.#parts).toString('utf8');
      this.#parts = [];
      this.#waiting = 0;
      this.#onLine(line);
      rest = rest.subarray(at + 1);
    }
    return this.#keep(rest);
  }

  #keep(bytes: Uint8Array): boolean {
    this.#waiting += bytes.length;
    if (bytes.length > 0) this.#parts.push(bytes);
    return this.#waiting <= LIMITS.lineBytes;
  }
}
