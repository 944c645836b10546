import { ByteQueue } from '../../../bytes/queue.ts';
import { Reader } from '../../../bytes/reader.ts';

/** Header of a handshake message: its type, and how long it is with these four bytes. */
export interface Header {
  readonly type: number;
  readonly length: number;
}

const HEADER_BYTES = 4;

/** Puts handshake messages together: several in one record, or one across several. RFC 8446 §5.1 */
export class Inbox {
  readonly #bytes = new ByteQueue();

  /** Whether all that came has been taken: the only moment when keys may change. */
  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  add(content: Uint8Array): void {
    this.#bytes.push(content);
  }

  /** Header of the next message; null until it is there. */
  header(): Header | null {
    const header = new Reader(this.#bytes.peek(HEADER_BYTES));
    return header.left < HEADER_BYTES ? null : { type: header.peek(1), length: HEADER_BYTES + header.peek(3, 1) };
  }

  /** The next message, header included; null until it is complete. */
  take({ length }: Header): Uint8Array | null {
    return this.#bytes.length < length ? null : this.#bytes.take(length);
  }
}
