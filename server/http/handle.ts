/** Decides what one HTTP request gets. Reads the request line and headers only: no body is ever taken. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Access, valuesOf } from './access.ts';
import { refuse, send } from './answers.ts';
import { NO_COOKIE_POLICY, noCookiePage } from './no-cookie.ts';
import { encodingFor, type Site } from './site.ts';

/**
 * Answers what may not pass: a wrong Host, target, method or body, the exchange of the token for the cookie, and
 * anything asked for without the cookie.
 *
 * @returns true when the request was answered, false when it may be served
 */
export function answeredAtTheDoor(access: Access, request: IncomingMessage, response: ServerResponse): boolean {
  const { method, url = '' } = request;
  const token = tokenOf(url);
  if (access.hostOf(request) === null) refuse(response, 421);
  else if (!url.startsWith('/')) refuse(response, 400);
  else if (method !== 'GET' && method !== 'HEAD') refuse(response, 405, { allow: 'GET, HEAD' });
  else if (hasBody(request)) refuse(response, 413);
  else if (token !== null && access.isToken(token)) {
    send(response, 303, { location: '/', 'set-cookie': access.newCookie() });
  } else if (token !== null || access.browserOf(request) === null) turnAway(access, request, response);
  else return false;
  return true;
}

/** Serves a file of the site to a request that has passed the door. */
export function serveSite(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const asset = site.get(pathOf(request.url ?? ''));
  if (asset === undefined) return refuse(response, 404, { connection: 'keep-alive' });
  const { type, etag, cacheControl } = asset;
  const headers = { 'cache-control': cacheControl, etag, vary: 'accept-encoding' };
  if (valuesOf(request, 'if-none-match').some((tags) => tags.includes(etag))) return send(response, 304, headers);
  const encoding = encodingFor(asset, valuesOf(request, 'accept-encoding').join(','));
  const bytes = encoding === null ? asset.bytes : asset.compressed[encoding];
  const coding = encoding === null ? {} : { 'content-encoding': encoding };
  send(response, 200, { ...headers, ...coding, 'content-type': type }, bytes);
}

/** The path as it was sent. Nothing is decoded: a name spelled another way is not in the map. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** The token of the printed link; only the home page takes one. */
function tokenOf(url: string): string | null {
  return pathOf(url) === '/' ? new URLSearchParams(url.slice(1 + pathOf(url).length)).get('token') : null;
}

function hasBody(request: IncomingMessage): boolean {
  return valuesOf(request, 'transfer-encoding').length > 0 || Number(request.headers['content-length'] ?? 0) !== 0;
}

function turnAway(access: Access, request: IncomingMessage, response: ServerResponse): void {
  if (!valuesOf(request, 'accept').some((types) => types.includes('text/html'))) return refuse(response, 403);
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': NO_COOKIE_POLICY };
  send(response, 403, headers, noCookiePage(access.port));
}
