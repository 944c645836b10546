/**
 * Bytes that arrive in some pieces and are taken in others. Each is copied once when it comes and once when it goes, so
 * time grows with the bytes and not with the number of pieces.
 */
export class ByteQueue {
  #parts: Uint8Array[] = [];
  /** index of the first part that is not used up, and how many bytes of it are */
  #first = 0;
  #used = 0;
  #length = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds a copy of these bytes at the end. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes.slice());
    this.#length += bytes.length;
  }

  /** Up to `count` bytes from the front, which stay where they are. */
  peek(count: number): Uint8Array {
    return this.#read(count).bytes;
  }

  /** Up to `count` bytes from the front, which are gone then. */
  take(count: number): Uint8Array {
    const { bytes, first, used } = this.#read(count);
    this.#first = first;
    this.#used = used;
    this.#length -= bytes.length;
    if (this.#first * 2 >= this.#parts.length) {
      this.#parts = this.#parts.slice(this.#first);
      this.#first = 0;
    }
    return bytes;
  }

  #read(count: number): { readonly bytes: Uint8Array; readonly first: number; readonly used: number } {
    const bytes = new Uint8Array(Math.min(count, this.#length));
    let first = this.#first;
    let used = this.#used;
    for (let at = 0; at < bytes.length;) {
      const part = this.#parts[first] ?? new Uint8Array();
      const piece = part.subarray(used, used + bytes.length - at);
      bytes.set(piece, at);
      at += piece.length;
      used += piece.length;
      if (used === part.length) {
        first += 1;
        used = 0;
      }
    }
    return { bytes, first, used };
  }
}
