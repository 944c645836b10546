import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { FromPage, FromServer, RequestInput } from '../../src/core/bridge/messages.ts';
import type { DeskRun } from '../../src/core/bridge/messages.ts';
import type { Limits } from '../../server/bridge/deps.ts';
import { startFront } from '../../server/front.ts';
import { type HandshakeLog, openHandshakeLog } from '../../server/log/handshake-log.ts';
import { compressFolder } from '../../server/http/precompress.ts';
import { ask, request } from './raw.ts';
import { SpokenSessions } from './spoken-sessions.ts';

/** Words that stand in the site, and one that stands in a file beside it and must never come out. */
export const PAGE = `<!doctype html><title>The page</title>${'<p>words</p>'.repeat(100)}`;
export const OUTSIDE = 'PRIVATE-TO-THIS-MACHINE';

/** A front with a small site, on a free port. */
export interface TestFront {
  readonly port: number;
  readonly token: string;
  readonly host: string;
  readonly sessions: SpokenSessions;
  readonly logged: readonly string[];
  readonly deskRuns: Set<(run: DeskRun) => void>;
  readonly handshakes: HandshakeLog;
  /** exchanges the token: the `name=value` of a cookie for one more browser */
  enter(): Promise<string>;
  close(): Promise<void>;
}

export async function aFront(limits: Partial<Limits> = {}): Promise<TestFront> {
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-front-'));
  const site = join(folder, 'site');
  mkdirSync(join(site, 'assets'), { recursive: true });
  writeFileSync(join(site, 'index.html'), PAGE);
  writeFileSync(join(site, 'assets/app-1a2b.js'), 'export const words = "words";'.repeat(50));
  writeFileSync(join(folder, 'outside.js'), OUTSIDE);
  await compressFolder(site);
  const sessions = new SpokenSessions();
  const logged: string[] = [];
  const deskRuns = new Set<(run: DeskRun) => void>();
  const handshakes = await openHandshakeLog(join(folder, 'data', 'handshakes.db'), (line) => logged.push(line));
  const front = await startFront({ host: '127.0.0.1', port: 0, data: join(folder, 'data') }, site, {
    backstage: {
      sessions,
      desk: { port: 1, certs: '/certs', passphraseIsExample: true },
      engines: ['node'],
      deskRuns: {
        latest: () => [],
        subscribe: (listener) => {
          deskRuns.add(listener);
          return () => deskRuns.delete(listener);
        },
      },
      handshakes,
      close: () => Promise.resolve(),
    },
    log: (line) => logged.push(line),
    limits: { ...LIMITS, ...limits },
  });
  const url = new URL(front.url);
  const port = Number(url.port);
  const token = url.searchParams.get('token') ?? '';
  return {
    ...{ port, token, host: url.host, sessions, logged, deskRuns, handshakes },
    async enter() {
      const { headers } = await ask(port, request(`GET /?token=${token} HTTP/1.1`, [`Host: ${url.host}`]));
      return headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    async close() {
      await front.close();
      await handshakes.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** One tab: a real WebSocket and what came over it, in order. */
export interface Tab {
  readonly socket: WebSocket;
  readonly received: (FromServer | Uint8Array)[];
  /** the next message of this type that has not been waited for yet */
  next<T extends FromServer['type']>(type: T): Promise<Extract<FromServer, { type: T }>>;
  say(message: FromPage | RequestInput): void;
  /** code with which the socket was closed */
  readonly closed: Promise<number>;
}

export function aTab(front: Pick<TestFront, 'host'>, cookie: string): Promise<Tab> {
  const socket = new WebSocket(`ws://${front.host}/bridge`, {
    headers: { cookie, origin: `http://${front.host}` },
    perMessageDeflate: false,
  });
  const received: (FromServer | Uint8Array)[] = [];
  const waiting: (() => void)[] = [];
  let looked = 0;
  socket.on('message', (data: Buffer, isBinary) => {
    received.push(isBinary ? new Uint8Array(data) : (JSON.parse(data.toString()) as FromServer));
    for (const look of waiting.splice(0)) look();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const next: Tab['next'] = async (type) => {
    for (;;) {
      while (looked < received.length) {
        const message = received[looked++];
        if (message && 'type' in message && message.type === type) return message as never;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      resolve({ socket, received, next, say: (message) => socket.send(JSON.stringify(message)), closed }),
    );
  });
}

/** `hello` of a learner whose name is filled up to the length that names have. */
export function hello(learner = 'tab', since = 0): FromPage {
  return { type: 'hello', version: 1, learner: learner.padEnd(22, '-'), since };
}
