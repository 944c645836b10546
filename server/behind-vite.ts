/** What `npm run dev` puts behind Vite's own server. Loaded anew after every edit of the server's files. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { banner } from './banner.ts';
import { openDoor } from './front.ts';
import { ensureBrowserKey } from './http/browser-key.ts';
import { answeredAtTheDoor } from './http/handle.ts';
import { startBackstage } from './main.ts';
import type { ServeOptions } from './options.ts';

export interface BehindVite {
  readonly banner: string;
  /** @returns true when the request was answered, false when Vite may serve it */
  answered(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** @param token of the link, the same after every edit; `options.port` is the one that Vite listens on */
export async function startBehindVite(
  options: ServeOptions,
  token: string,
  log: (line: string) => void,
): Promise<BehindVite> {
  const backstage = await startBackstage(options, log);
  const key = await ensureBrowserKey(options.data);
  const { url, access, bridge } = openDoor({ ...options, key }, { backstage, log, token });
  const { port: deskPort, certs } = backstage.desk;
  return {
    banner: banner({ url, deskPort, certs }, options),
    answered: (request, response) => answeredAtTheDoor(access, request, response),
    upgrade: bridge.upgrade,
    close: async () => void (await Promise.all([bridge.close(), backstage.close()])),
  };
}
