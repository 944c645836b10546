/** Answers that are not files: a status, one plain sentence, and the headers that every answer has. */
import { STATUS_CODES, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { SECURITY_HEADERS } from './headers.ts';

export const WORDS = {
  400: 'This is not a request that a browser makes.',
  403: 'Open the link that the server printed.',
  404: 'There is nothing here.',
  405: 'Only GET and HEAD are answered here.',
  408: 'The request took too long.',
  413: 'Requests with a body are not taken here.',
  421: 'This server answers only under its own loopback address.',
  431: 'The headers are too long.',
  503: 'Too many connections are open.',
} as const;

export type RefusalStatus = keyof typeof WORDS;

/** Refuses one request. Whoever sends what we refuse gets no second request on this connection. */
export function refuse(response: ServerResponse, status: RefusalStatus, more: OutgoingHttpHeaders = {}): void {
  send(response, status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close', ...more }, WORDS[status]);
}

/** Sends one whole answer; for HEAD Node leaves the body out itself. */
export function send(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array = '',
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  // The length in a 304 would be that of the whole file (RFC 9110 §8.6), so none is given.
  const length = status === 304 ? {} : { 'content-length': bytes.length };
  response.writeHead(status, { ...SECURITY_HEADERS, ...length, ...headers });
  response.end(bytes);
}

/** Refuses on a bare socket, where Node has no response object: an upgrade, CONNECT, or bytes that are not HTTP. */
export function refuseSocket(socket: Duplex, status: RefusalStatus): void {
  const body = WORDS[status];
  const headers = { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  lines.unshift(`HTTP/1.1 ${status} ${STATUS_CODES[status]}`);
  lines.push(`content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body);
  socket.end(lines.join('\r\n'), () => socket.destroy());
}
