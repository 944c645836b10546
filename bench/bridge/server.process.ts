/**
 * The servers of the bridge bench, in one process: our bridge with its sessions and taps in front of an echo; the
 * shortest bridge that can be written, without a tap; and the echo itself. Prints their ports, answers each line on its
 * standard input with its memory, and ends with its input.
 */
import { randomBytes } from 'node:crypto';
import { createServer as createHttp } from 'node:http';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { WebSocketServer, type WebSocket } from 'ws';
import { openDoor } from '../../server/front.ts';
import { answeredAtTheDoor } from '../../server/http/handle.ts';
import { listening } from '../../server/listening.ts';
import { createLoopback } from '../../server/session/loopback.ts';
import { createSessions } from '../../server/session/sessions.ts';
import type { Engines } from '../../server/session/session.ts';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import { Secret } from '../../src/core/bytes/secret.ts';

const MANY = 1_000_000_000;
/** Limits are for strangers; here they would be what is measured. Sessions are kept and forgotten as ever. */
const limits = {
  ...LIMITS,
  messagesPerSecond: MANY,
  messageBurst: MANY,
  socketsPerCookie: MANY,
  sockets: MANY,
};

const ANY = { host: '127.0.0.1', port: 0 };
const echo = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
const echoPort = await listening(echo, ANY);

/** An engine that speaks no TLS: the bridge and the tap are under test. */
const node: Engines['node'] = () => ({
  accept: (socket, listener) => {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => listener.report({ kind: 'ended', code: null, text: 'The echo has ended.' }));
    socket.pipe(socket);
  },
  load: () => ({ kind: 'loaded', certificate: 'ab', trust: [] }),
  disconnect: () => undefined,
  close: () => Promise.resolve(),
});

const aSilentDesk = () => ({ serve: () => undefined, end: () => undefined, close: () => undefined });
const sessions = createSessions({
  engines: { node },
  loopback: createLoopback(),
  identities: () => Promise.resolve({ privateKey: new Secret('none'), csr: 'none' }),
  openDesk: aSilentDesk,
  openLabDesk: aSilentDesk,
  now: Date.now,
  log: (line) => console.error(line),
  limits,
});
const http = createHttp();
const ownPort = await listening(http, ANY);
const door = openDoor(
  { host: '127.0.0.1', port: ownPort, key: randomBytes(32) },
  {
    backstage: {
      sessions,
      desk: { port: 1, certs: '', passphraseIsExample: true },
      engines: ['node'],
      deskRuns: { latest: () => [], subscribe: () => () => undefined },
      handshakes: {
        list: () => Promise.reject(new Error('nothing is logged here')),
        entry: () => Promise.resolve(null),
        subscribe: () => () => undefined,
      },
      close: () => Promise.resolve(),
    },
    log: (line) => console.error(line),
    limits,
  },
);
http.on('request', (request, response) => {
  if (!answeredAtTheDoor(door.access, request, response)) response.end();
});
http.on('upgrade', (request, socket, head) => door.bridge.upgrade(request, socket, head));

const plainHttp = createHttp();
const plain = new WebSocketServer({ server: plainHttp, perMessageDeflate: false });
plain.on('connection', (page: WebSocket) => {
  const socket = connect({ port: echoPort, host: '127.0.0.1', noDelay: true });
  page.on('message', (data: Buffer) => socket.write(data));
  socket.on('data', (bytes) => page.send(bytes));
  socket.on('error', () => page.terminate());
  page.on('close', () => socket.destroy());
});
const plainPort = await listening(plainHttp, ANY);

console.log(JSON.stringify({ echoPort, plainPort, url: door.url }));
createInterface({ input: process.stdin })
  .on('line', () => console.log(JSON.stringify({ rss: process.memoryUsage().rss })))
  .on('close', () => process.exit());
