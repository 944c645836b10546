/** The handshake messages so far, and hashes over them. RFC 8446 §4.4.1, RFC 5246 §7.4.9. */
import { concat } from '../../bytes/reader.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Hash, RunningHash } from '../../primitives/primitives.ts';

export class Transcript {
  #messages: Uint8Array[] = [];
  #marked: number | null = null;
  readonly #running = new Map<Hash, RunningHash>();

  /** Adds one message with its 4-byte header. */
  add(message: Uint8Array): void {
    this.#messages.push(message);
    for (const hash of this.#running.values()) hash.update(message);
  }

  /** Hash over all messages so far. */
  digest(hash: Hash): Uint8Array {
    let running = this.#running.get(hash);
    if (!running) {
      running = hash.begin();
      for (const message of this.#messages) running.update(message);
      this.#running.set(hash, running);
    }
    return running.soFar();
  }

  /** Hash over all messages so far and then some bytes, which are not added. */
  digestWith(hash: Hash, more: Uint8Array): Uint8Array {
    return hash.digest(concat(...this.#messages, more));
  }

  /** Remembers this point; {@link rewind} returns to it. */
  mark(): void {
    this.#marked = this.#messages.length;
  }

  /** Drops all that came after the mark: each later authentication starts from the handshake, RFC 8446 §4.4. */
  rewind(): void {
    if (this.#marked !== null && this.#messages.length > this.#marked) {
      this.restart(...this.#messages.slice(0, this.#marked));
    }
  }

  /** MD5 and SHA-1 one after the other, as TLS 1.0 and 1.1 take them. */
  digestOld(): Uint8Array {
    return concat(this.digest(HASHES.MD5), this.digest(HASHES.SHA));
  }

  /** All messages in one array. */
  bytes(): Uint8Array {
    return concat(...this.#messages);
  }

  /** Starts again; with `first` as the first message. */
  restart(...first: Uint8Array[]): void {
    this.#messages = [];
    this.#running.clear();
    for (const message of first) this.add(message);
  }
}
