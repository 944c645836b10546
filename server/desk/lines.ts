/** Cuts a stream into lines by bytes, before anything is decoded. */
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Keeps at most one line; a longer one is `too-large` and ends the reading. */
export class LineCutter {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * @param chunk bytes as they came
   * @returns the lines that are complete now, without newline and carriage return; `too-large` for a line over 64 KiB
   */
  push(chunk: Uint8Array): Buffer[] | 'too-large' {
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const line = this.#with(chunk.subarray(from, at));
      if (line === null) return 'too-large';
      this.#rest = Buffer.alloc(0);
      lines.push(line.at(-1) === RETURN ? line.subarray(0, -1) : line);
      from = at + 1;
    }
    const rest = this.#with(chunk.subarray(from));
    if (rest === null) return 'too-large';
    this.#rest = rest;
    return lines;
  }

  #with(bytes: Uint8Array): Buffer | null {
    if (this.#rest.length + bytes.length > DESK_LIMITS.lineBytes) return null;
    return this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
  }
}
