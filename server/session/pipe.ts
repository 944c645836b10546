/**
 * A connection inside this process that costs no sockets: what leaves one end comes out of the other, and ends and
 * resets as TCP does (RFC 9293 §3.6). For a tap that only looks on, where nobody could see a second connection.
 */
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/** Joins two ends; both are paused and may be half open. */
export function openPipe(): { readonly near: PipeEnd; readonly far: PipeEnd } {
  const near: PipeEnd = new PipeEnd(() => far);
  const far: PipeEnd = new PipeEnd(() => near);
  return { near, far };
}

export class PipeEnd extends Duplex {
  readonly #other: () => PipeEnd;
  /** the other end's write, which waits until this end is read from */
  #waiting: Done | null = null;
  #hasHeardEnd = false;
  #isReset = false;

  constructor(other: () => PipeEnd) {
    super({ allowHalfOpen: true });
    this.#other = other;
  }

  /** As a socket has it: the other end hears a reset, and nothing that it has not read yet. */
  resetAndDestroy(): this {
    this.#isReset = true;
    return this.destroy();
  }

  override _read(): void {
    const done = this.#waiting;
    this.#waiting = null;
    done?.();
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#other().#receive(bytes, done);
  }

  override _writev(parts: readonly { readonly chunk: Uint8Array }[], done: Done): void {
    this.#other().#receive(Buffer.concat(parts.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.#other().#hearEnd();
    done();
  }

  /** Whoever closes before it has read everything resets (RFC 1122 §4.2.2.13). */
  override _destroy(error: Error | null, done: Done): void {
    this.#waiting?.(gone());
    this.#waiting = null;
    if (this.#isReset || this.readableLength > 0 || error !== null) this.#other().#hearReset();
    else this.#other().#hearEnd();
    done(error);
  }

  #receive(bytes: Uint8Array, done: Done): void {
    if (this.destroyed) return done(gone());
    if (bytes.length === 0 || this.push(bytes)) return done();
    this.#waiting = done;
  }

  #hearEnd(): void {
    if (this.#hasHeardEnd || this.destroyed) return;
    this.#hasHeardEnd = true;
    this.push(null);
  }

  #hearReset(): void {
    if (!this.destroyed) this.destroy(gone());
  }
}

const gone = () => Object.assign(new Error('The other end has reset the connection.'), { code: 'ECONNRESET' });
