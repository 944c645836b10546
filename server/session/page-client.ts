import { Duplex } from 'node:stream';

/**
 * The client's end of a run whose TLS client lives in the page. The tap reads from it what the page sends. What the tap
 * writes to it goes nowhere: the page reads the tap's records.
 */
export class PageClient extends Duplex {
  readonly #mostBytes: number;
  #hasHungUp = false;

  /** @param mostBytes that may wait for the tap */
  constructor(mostBytes: number) {
    super({ allowHalfOpen: true }); // the page decides when its side ends
    this.#mostBytes = mostBytes;
  }

  /** Sends the page's bytes as they are. A page that sends far more than the tap takes is cut off. */
  send(bytes: Uint8Array): void {
    if (this.#hasHungUp || this.destroyed) return;
    this.push(bytes);
    if (this.readableLength > this.#mostBytes) this.destroy(new Error('The page sends more than is taken.'));
  }

  /** An end in good order, behind everything that was sent. */
  hangUp(): void {
    if (this.#hasHungUp || this.destroyed) return;
    this.#hasHungUp = true;
    this.push(null);
  }

  /** As a socket has it; there is nobody to hear the reset. */
  resetAndDestroy(): this {
    return this.destroy();
  }

  override _read(): void {
    return; // the page sends when it likes
  }

  override _write(_bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
  }

  override _writev(_bytes: unknown[], done: () => void): void {
    done();
  }
}
