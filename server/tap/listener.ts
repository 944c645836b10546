/** The port on which clients come to the tap. */
import { createServer, type Socket } from 'node:net';
import { listening } from '../listening.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  /** at one time; more are closed as they come */
  readonly maxClients: number;
  /** Gets each client's connection, paused, so that nothing of it is lost, and with leave to be half open. */
  readonly onClient: (client: Socket) => void;
}

export interface Listener {
  readonly port: number;
  /** Takes no more clients; resolves when those that came are gone. May run twice. */
  close(): Promise<void>;
}

/** Starts listening. Rejects with Node's own error, such as `EADDRINUSE`, when it cannot. */
export async function listenForClients({ host, port, maxClients, onClient }: ListenerOptions): Promise<Listener> {
  // Paused until it is joined: a FIN that came before would be taken off the socket with nobody there to hear it.
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, onClient);
  server.maxConnections = maxClients;
  const own = await listening(server, { host, port });
  let closing: Promise<void> | null = null;
  return {
    port: own,
    close: () => (closing ??= new Promise((resolve) => server.close(() => resolve()))),
  };
}
