/**
 * Who may talk to this server. Any page of the same browser can reach a loopback port, and a foreign name can be made
 * to resolve to it, so three things must fit: the Host names us, the Origin of a socket is that same Host, and the
 * cookie came from the printed link.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The part of a request that decides; raw headers, because parsed ones hide that a header came twice. */
export type Asking = Pick<IncomingMessage, 'rawHeaders' | 'url'>;

export interface Access {
  readonly port: number;
  /** The Host of a request when it is one of ours, byte for byte, and the only one; else null. */
  hostOf(request: Asking): string | null;
  /** Whether the one Origin of a request is the page that `host` serves. */
  isOurOrigin(request: Asking, host: string): boolean;
  /** The random name of the browser that sends a cookie of ours, or null: it did not come through the link. */
  browserOf(request: Asking): string | null;
  /** Whether `token` is the one of the printed link. */
  isToken(token: string): boolean;
  /** A Set-Cookie line for one more browser: a session cookie, out of reach of scripts and of other sites. */
  newCookie(): string;
}

/**
 * @param port that the server listens on; cookies ignore ports, so it is part of the cookie's name
 * @param token of the printed link, URL-safe text
 * @param browserKey 32 bytes that outlive the process: a page that is still open may reconnect after a restart
 */
export function createAccess(port: number, token: string, browserKey: Uint8Array): Access {
  const hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`));
  const prefix = `tw-${port}=`;
  const signed = (browser: string) =>
    `${browser}.${createHmac('sha256', browserKey).update(`${port} ${browser}`).digest('base64url')}`;
  return {
    port,
    newCookie: () => `${prefix}${signed(randomBytes(9).toString('base64url'))}; HttpOnly; SameSite=Strict; Path=/`,
    hostOf(request) {
      const [host, ...others] = valuesOf(request, 'host');
      return host !== undefined && others.length === 0 && hosts.has(host) ? host : null;
    },
    isOurOrigin(request, host) {
      const [origin, ...others] = valuesOf(request, 'origin');
      return others.length === 0 && origin === `http://${host}`;
    },
    // Another local service can set a cookie of this name for a longer path, so every one that came is looked at.
    browserOf: (request) =>
      valuesOf(request, 'cookie')
        .flatMap((line) => line.split(';'))
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(prefix))
        .map((pair) => pair.slice(prefix.length))
        .filter((value) => isSame(value, signed(nameIn(value))))
        .map(nameIn)[0] ?? null,
    isToken: (text) => isSame(text, token),
  };
}

const nameIn = (cookie: string) => cookie.split('.', 1)[0] ?? '';

/** Every value of a header, in order. */
export function valuesOf({ rawHeaders }: Asking, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** Compares in a time that tells nothing about where the texts differ. How long ours are is no secret. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
