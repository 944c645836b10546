/**
 * The tap: a TCP listener that passes every connection on to one fixed target on this machine and shows what passes.
 * It knows the 5-byte record header of TLS and nothing else.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { joinRun, type TapObserver, type TapRun } from './tap-run.ts';

export interface TapOptions {
  /** port 0 takes a free one */
  readonly listen: { readonly host: string; readonly port: number };
  /** the only address that this tap ever dials */
  readonly target: { readonly host: '127.0.0.1'; readonly port: number };
  /** the longest life of a connection; when it is over the tap ends it */
  readonly deadlineMs: number;
  /** connections at one time; more are closed as they come */
  readonly maxRuns: number;
  /** called when a connection is joined to the target, before any of its bytes has passed */
  readonly onRun: (run: TapRun) => TapObserver;
}

export interface Tap {
  readonly port: number;
  /** Ends the listener and every connection. May run twice. */
  close(): Promise<void>;
}

/** Starts listening. Rejects with Node's own error, such as `EADDRINUSE`, when it cannot. */
export async function openTap(options: TapOptions): Promise<Tap> {
  const sockets = new Set<Socket>();
  const own = (socket: Socket): Socket => {
    socket.on('error', () => socket.destroy()); // without a listener one reset would end the process
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
    return socket;
  };

  // Paused until it is joined: a FIN that came before would be taken off the socket with nobody there to hear it.
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (accepted) => {
    const client = own(accepted);
    const target = own(connect({ ...options.target, allowHalfOpen: true, noDelay: true }));
    const abandon = () => {
      client.destroy();
      target.destroy();
    };
    client.once('close', abandon);
    target.once('close', abandon);
    target.once('connect', () => {
      client.off('close', abandon);
      target.off('close', abandon);
      joinRun({ client, server: target }, options.deadlineMs, options.onRun);
    });
  });
  server.maxConnections = options.maxRuns;
  await listening(server, options.listen);

  let closing: Promise<void> | null = null;
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      (closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      })),
  };
}

const listening = (server: Server, at: TapOptions['listen']): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      server.on('error', () => undefined); // a failed accept (EMFILE) concerns that connection only
      resolve();
    });
  });
