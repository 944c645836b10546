/** What a browser meets: the site and the bridge on one loopback port. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LIMITS } from '../src/core/bridge/limits.ts';
import type { Backstage } from './backstage.ts';
import { type Bridge, createBridge } from './bridge/bridge.ts';
import type { Limits } from './bridge/deps.ts';
import { type Access, createAccess } from './http/access.ts';
import { ensureBrowserKey } from './http/browser-key.ts';
import { answeredAtTheDoor, serveSite } from './http/handle.ts';
import { createHttpServer, listen } from './http/listen.ts';
import { readSite } from './http/site.ts';
import type { ServeOptions } from './options.ts';

const TOKEN_BYTES = 32;

/** What the printed link ends with. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Who is let in, and how they are served; the same for the built site and for the development server. */
export interface Door {
  /** the printed link: the page's URL with the token */
  readonly url: string;
  readonly access: Access;
  readonly bridge: Bridge;
}

/** What the front is put together from. */
export interface FrontParts {
  readonly backstage: Backstage;
  readonly log: (line: string) => void;
  readonly limits?: Limits;
  /** of the link, when it must stay the same; else a new one */
  readonly token?: string;
}

/**
 * Makes the door of a server that listens on a port.
 *
 * @param key that cookies are signed with
 */
export function openDoor(
  { host, port, key }: { readonly host: string; readonly port: number; readonly key: Uint8Array },
  { backstage, log, limits = LIMITS, token = newToken() }: FrontParts,
): Door {
  const access = createAccess(port, token, key);
  const { sessions, desk, engines, deskRuns, handshakes } = backstage;
  const bridge = createBridge({ access, sessions, desk, engines, deskRuns, handshakes, limits, now: Date.now, log });
  const name = host === '::1' ? '[::1]' : host;
  return { url: `http://${name}:${port}/?token=${token}`, access, bridge };
}

export interface Front {
  readonly url: string;
  /** Ends every connection; resolves when the port is free. May run twice. */
  close(): Promise<void>;
}

/**
 * Serves a built site and the bridge.
 *
 * @param folder of the built site
 * @throws StartError when there is no site, or the port cannot be had
 */
export async function startFront(
  options: Pick<ServeOptions, 'host' | 'port' | 'data'>,
  folder: string,
  parts: FrontParts,
): Promise<Front> {
  const site = readSite(folder);
  const key = await ensureBrowserKey(options.data);
  const { host } = options;
  const server = createHttpServer();
  const port = await listen(server, host, options.port, '--port');
  const door = openDoor({ host, port, key }, parts);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (!answeredAtTheDoor(door.access, request, response)) serveSite(site, request, response);
  };
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, answer);
  server.on('upgrade', (request, socket, head) => door.bridge.upgrade(request, socket, head));
  let closing: Promise<void> | null = null;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await Promise.all([closed, door.bridge.close()]);
  };
  return { url: door.url, close: () => (closing ??= close()) };
}
