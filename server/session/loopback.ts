/**
 * TCP connections of this process with itself: both ends are real sockets, with the kernel's own FIN and RST between
 * them. All go through one listener, because opening a listener for each costs more than the connection.
 */
import { connect, createServer, type Socket } from 'node:net';
import { listening } from '../listening.ts';

/** Both are open, and allowed to be half open; `far` is paused until its new owner reads from it. */
export interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

export interface Loopback {
  /** A new connection. Rejects with Node's own error, such as `EMFILE`, when there can be none. */
  pair(): Promise<Pair>;
  /** Ends the listener. Pairs that are open belong to whoever asked for them. May run twice. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Its listener opens, on a free port, with the first pair. */
export function createLoopback(): Loopback {
  /** far ends, by the port of the near one */
  const arrived = new Map<number, Socket>();
  /** pairs of which the far end has not come yet, likewise */
  const awaited = new Map<number, (far: Socket) => void>();
  let dialling = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (far) => {
    far.on('error', () => far.destroy()); // without a listener one reset would end the process
    const port = far.remotePort ?? 0;
    // The port alone names a connection only among those of one address.
    if (far.remoteAddress !== HOST) return void far.destroy();
    const found = awaited.get(port);
    if (found) found(far);
    else arrived.set(port, far);
    closeStrangers();
  });
  let opened: Promise<number> | null = null;
  let closing: Promise<void> | null = null;

  return {
    async pair() {
      const port = await open();
      return new Promise((resolve, reject) => {
        const near = connect({ host: HOST, port, allowHalfOpen: true, noDelay: true });
        let own = 0;
        let cause: Error | null = null;
        dialling += 1;
        const settled = () => {
          dialling -= 1;
          near.off('close', failed);
          awaited.delete(own);
          arrived.delete(own);
          closeStrangers();
        };
        const failed = () => {
          settled();
          reject(cause ?? new Error('The connection was closed while it was being opened.'));
        };
        near.on('error', (error) => {
          cause ??= error;
          near.destroy();
        });
        near.once('close', failed);
        near.once('connect', () => {
          own = near.localPort ?? 0;
          const found = (far: Socket) => {
            settled();
            resolve({ near, far });
          };
          const far = arrived.get(own);
          if (far) found(far);
          else awaited.set(own, found);
        });
      });
    },
    close: () => (closing ??= new Promise((resolve) => server.close(() => resolve()))),
  };

  /** @returns the port. What failed once, for want of a free descriptor, is tried again with the next pair. */
  function open(): Promise<number> {
    opened ??= listening(server, { host: HOST, port: 0 }).catch((cause: unknown) => {
      opened = null;
      throw cause;
    });
    return opened;
  }

  /** Another program of this machine may dial the port, too: what nobody waits for is closed. */
  function closeStrangers(): void {
    if (dialling > 0) return;
    for (const stranger of arrived.values()) stranger.destroy();
    arrived.clear();
  }
}
