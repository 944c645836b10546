/**
 * The near end of a run whose TLS client lives in the page: a socket to the tap that carries the page's bytes. What the
 * server sends is read by the page from the tap's records, so here it is only taken off the socket.
 */
import type { Socket } from 'node:net';

export class PageClient {
  readonly #socket: Socket;
  readonly #mostBytes: number;

  /**
   * @param socket connected to the tap, with `allowHalfOpen`: the page decides when its side ends
   * @param mostBytes that may wait for the tap
   */
  constructor(socket: Socket, mostBytes: number) {
    this.#socket = socket;
    this.#mostBytes = mostBytes;
    socket.on('error', () => socket.destroy());
    socket.resume();
  }

  /** Sends bytes as they are. A page that sends far more than the tap takes is cut off. */
  write(bytes: Uint8Array): void {
    if (!this.#socket.writable) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#mostBytes) this.#socket.destroy();
  }

  /** A FIN, behind everything that was sent. */
  hangUp(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
