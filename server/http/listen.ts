/** The HTTP server: limits, times, and answers to what is not a request at all. */
import { createServer, type Server } from 'node:http';
import { listening } from '../listening.ts';
import { StartError } from '../start-error.ts';
import { refuseSocket, type RefusalStatus } from './answers.ts';
import { HTTP_LIMITS } from './limits.ts';

/** Loopback only: whoever shares the network shall not reach a learner's keys. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|::1)$/;

/** A server that is not listening yet; every connection of it can be cut by `closeAllConnections()`. */
export function createHttpServer(): Server {
  const server = createServer({
    maxHeaderSize: HTTP_LIMITS.headerBytes,
    headersTimeout: HTTP_LIMITS.headersMs,
    requestTimeout: HTTP_LIMITS.requestMs,
    connectionsCheckingInterval: HTTP_LIMITS.checkMs,
    requireHostHeader: false, // a missing Host is answered like a wrong one, with our headers
  });
  server.maxConnections = HTTP_LIMITS.connections;
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    refuseSocket(socket, 405);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else refuseSocket(socket, STATUS_OF[error.code ?? ''] ?? 400);
  });
  return server;
}

const STATUS_OF: Readonly<Record<string, RefusalStatus>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Listens on a loopback address.
 *
 * @param port 0 picks a free one
 * @param option name of the command-line option that gives the port, for the sentence about a port in use
 * @returns the port
 * @throws StartError that names cause and remedy
 */
export async function listen(server: Server, host: string, port: number, option: string): Promise<number> {
  if (!LOOPBACK.test(host)) {
    throw new StartError(`--host ${host} is not an address of this machine alone. Use 127.0.0.1, localhost or ::1`);
  }
  try {
    return await listening(server, { host, port, exclusive: true });
  } catch (error) {
    throw noPort(error as NodeJS.ErrnoException, host, port, option);
  }
}

/** Throws what {@link listen} would throw, so that a start which cannot succeed has made no files yet. */
export async function needPort(host: string, port: number, option: string): Promise<void> {
  const server = createServer();
  await listen(server, host, port, option);
  await new Promise((resolve) => server.close(resolve));
}

/** Why a port could not be had, with the remedy. `option` is the command-line option that names another one. */
export function noPort(error: NodeJS.ErrnoException, host: string, port: number, option: string): StartError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(`port ${port} is in use. Stop the program that listens there, or give another ${option}`);
    case 'EACCES':
      return new StartError(`port ${port} needs more rights than this program has. Give one above 1023 with ${option}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`this machine has no address ${host}. Use --host 127.0.0.1`);
    default:
      return new StartError(`could not listen on ${host}:${port}: ${error.code ?? error.message}`);
  }
}
