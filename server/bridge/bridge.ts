/** The WebSocket endpoint. A socket is judged before it is one: Host, path, Origin, cookie, then room for it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Access } from '../http/access.ts';
import { refuseSocket, type RefusalStatus } from '../http/answers.ts';
import { pathOf } from '../http/handle.ts';
import type { BridgeDeps } from './deps.ts';
import { PageSocket } from './page-socket.ts';

export const BRIDGE_PATH = '/bridge';

/** Pieces that a page may cut one message into; browsers cut only what is far longer than a frame of ours. */
const MAX_FRAGMENTS = 64;
/** Parts of one frame that may wait for the rest, as TCP delivered them. */
const MAX_CHUNKS = 4096;
/** Sockets above the limit that are told so at one time; more are refused without words. */
const TOLD_AT_ONCE = 16;

export interface Bridge {
  /** Takes or refuses one upgrade of the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says goodbye to every page and cuts who does not answer. May run twice. */
  close(): Promise<void>;
}

/** The browser of a request that may become a socket, by its random name; else why it may not, as an HTTP status. */
function admitted(access: Access, request: IncomingMessage): string | RefusalStatus {
  const host = access.hostOf(request);
  if (host === null) return 421;
  if (pathOf(request.url ?? '') !== BRIDGE_PATH) return 404;
  if (request.method !== 'GET') return 405;
  if (!access.isOurOrigin(request, host)) return 403;
  return access.browserOf(request) ?? 403;
}

export function createBridge(deps: BridgeDeps): Bridge {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // inflating is memory and time that the other end decides on
    maxPayload: deps.limits.frameBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_CHUNKS,
  });
  const browsers = new Map<WebSocket, string>();
  const learners = new Map<string, PageSocket>();
  const pages = new Map<WebSocket, PageSocket>();
  let isClosing = false;

  function open(socket: WebSocket, wire: Duplex, browser: string): void {
    const isFull = browsers.size >= deps.limits.sockets;
    const isGreedy = [...browsers.values()].filter((name) => name === browser).length >= deps.limits.socketsPerCookie;
    browsers.set(socket, browser);
    const page = new PageSocket(socket, wire, deps, ({ learner }) => {
      learners.get(learner)?.takeOver();
      learners.set(learner, page);
      return deps.sessions.of(learner);
    });
    pages.set(socket, page);
    socket.on('close', () => {
      browsers.delete(socket);
      pages.delete(socket);
      for (const [learner, known] of learners) if (known === page) learners.delete(learner);
    });
    if (isFull) page.endBy('sockets');
    else if (isGreedy) page.endBy('socketsPerCookie');
  }

  return {
    upgrade(request, socket, head) {
      // A reset between here and 101 would otherwise be an uncaught error that ends the process.
      socket.on('error', () => socket.destroy());
      const browser = admitted(deps.access, request);
      if (typeof browser === 'number') return refuseSocket(socket, browser);
      if (isClosing || browsers.size >= deps.limits.sockets + TOLD_AT_ONCE) return refuseSocket(socket, 503);
      server.handleUpgrade(request, socket, head, (opened) => open(opened, socket, browser));
    },
    async close() {
      isClosing = true;
      const closed = [...pages.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const page of pages.values()) page.goAway();
      await Promise.all(closed);
    },
  };
}
