/**
 * Cuts one direction of a TCP stream into TLS records, knowing nothing but the 5-byte header (RFC 8446 §5.1). Bytes
 * that cannot be a record are passed on as they come: the tap must never be the one that breaks a connection.
 */
import { Reader, joined } from '../../src/core/bytes/reader.ts';
import { RECORD_BYTES } from '../../src/core/bridge/frames.ts';

const HEADER_BYTES = 5;
/** change_cipher_spec, alert, handshake, application_data, heartbeat */
const FIRST_TYPE = 20;
const LAST_TYPE = 24;

/** One direction's splitter; it keeps what is not yet a whole record. */
export class RecordSplitter {
  /** what has come, the first of it at `#at` in the first part */
  #parts: Uint8Array[] = [];
  #at = 0;
  #waiting = 0;
  #isRaw = false;

  /** Whether this direction has turned out not to be TLS records; from then on every piece is just bytes. */
  get isRaw(): boolean {
    return this.#isRaw;
  }

  /** @returns the whole records that are complete with these bytes, each at most `RECORD_BYTES` long */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#parts.push(bytes);
    this.#waiting += bytes.length;
    const pieces: Uint8Array[] = [];
    for (let length = this.#nextLength(); length > 0; length = this.#nextLength()) pieces.push(this.#take(length));
    return pieces;
  }

  /** The stream has ended: whatever is left of a record that never became whole, in one piece or none. */
  flush(): Uint8Array[] {
    return this.#waiting > 0 ? [this.#take(this.#waiting)] : [];
  }

  /** Length of the next piece, or 0 while it is incomplete. */
  #nextLength(): number {
    if (this.#waiting === 0) return 0;
    const header = new Reader(this.#withHeader(), 0, this.#at);
    const isWhole = header.left >= HEADER_BYTES;
    const type = header.uint(1);
    header.skip(2); // legacy_record_version: peers disagree about it, so it decides nothing
    const length = HEADER_BYTES + header.uint(2);
    if (type < FIRST_TYPE || type > LAST_TYPE || (isWhole && length > RECORD_BYTES)) this.#isRaw = true;
    if (this.#isRaw) return Math.min(this.#waiting, RECORD_BYTES);
    return isWhole && this.#waiting >= length ? length : 0;
  }

  /** The first part, with the next header in it once that has come; a trickle is joined no further, so not again and again. */
  #withHeader(): Uint8Array {
    const [first = new Uint8Array(), ...others] = this.#parts;
    if (first.length - this.#at >= HEADER_BYTES) return first;
    const left = joined([first.subarray(this.#at), ...others]);
    this.#parts = [left];
    this.#at = 0;
    return left;
  }

  /**
   * The next bytes. Where one part holds them they are a view of it, not a copy: what is kept of a connection is kept, and
   * forgotten, as a whole.
   */
  #take(length: number): Uint8Array {
    const first = this.#cut(length);
    if (first.length === length) return first;
    const piece = new Uint8Array(length);
    piece.set(first);
    for (let at = first.length; at < length;) {
      const part = this.#cut(length - at);
      piece.set(part, at);
      at += part.length;
    }
    return piece;
  }

  /** At most so many bytes of the first part. */
  #cut(most: number): Uint8Array {
    const [first = new Uint8Array()] = this.#parts;
    const length = Math.min(first.length - this.#at, most);
    const cut = new Uint8Array(first.buffer, first.byteOffset + this.#at, length);
    this.#waiting -= length;
    this.#at += length;
    if (this.#at === first.length) {
      this.#parts.shift();
      this.#at = 0;
    }
    return cut;
  }
}
