/**
 * Node's `tls.connect` as the client end of a run, over a socket that is already connected to the tap. The learner's
 * key is lent to it for this connection and is not kept.
 */
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { ClientReport, TlsVersion } from '../../src/core/bridge/messages.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { shownUtf8 } from '../../src/core/bytes/utf8.ts';
import { impossibleSuites, type GroupName, type SuiteName } from '../../src/core/bridge/settings.ts';
import type { Secret } from '../../src/core/bytes/secret.ts';
import { lifetimeSeconds, type KeptSession } from './kept-session.ts';
import { leaveTimeForLastWords } from './last-words.ts';
import { prepare, type MaterialRefused, type Prepared } from './material.ts';
import { peerOf } from './peer.ts';
import type { RelayPeer } from './relay.ts';
import { alertNameIn, codeOf, isVerifyCode, wordsFor } from './reasons.ts';

export interface NodeClientOptions {
  readonly version: TlsVersion;
  /** DNS name or IP address that the server's certificate must carry */
  readonly serverName: string;
  /** PEM; empty trusts nobody */
  readonly trust: readonly string[];
  readonly certificate: string | null;
  readonly privateKey: Secret | null;
  /** what it offers, best liked first; without it Node's own */
  readonly suites?: readonly SuiteName[] | null;
  readonly groups?: readonly GroupName[] | null;
  /** an earlier connection to go on from */
  readonly resumed?: KeptSession | null;
  /** takes each session that can be gone on from; without it none is kept */
  readonly onSession?: (kept: KeptSession) => void;
  /** Unix time in ms */
  readonly now?: () => number;
}

export interface NodeClient {
  /** Sends one line; false when the connection no longer takes any. */
  say(line: string): boolean;
  /** Says goodbye (close_notify) and ends. */
  hangUp(): void;
  destroy(): void;
}

export interface ReadyClient {
  readonly kind: 'ready';
  /** Starts the handshake; the socket belongs to the client from here on. */
  start(socket: Socket, report: (report: ClientReport) => void): NodeClient;
}

/** Checks the material before anything is dialled; never throws. */
export function prepareNodeClient(options: NodeClientOptions): ReadyClient | MaterialRefused {
  const { certificate, privateKey, trust, version, suites = null, groups = null } = options;
  const side = { certificate, privateKey: privateKey?.reveal() ?? null, trust, crls: [], suites, groups };
  const impossible = impossibleSuites(suites, version, { whose: 'The client', key: null });
  if (impossible !== null) return { kind: 'refused', code: 'bad-settings', text: impossible };
  const prepared = prepare(side, 'the client', { minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` });
  if (prepared.kind === 'refused') return prepared;
  return { kind: 'ready', start: (socket, report) => start(socket, options, prepared, report) };
}

function start(
  socket: Socket,
  { serverName, resumed = null, onSession, now = Date.now }: NodeClientOptions,
  { context }: Prepared,
  report: (r: ClientReport) => void,
): NodeClient {
  let isOver = false;
  let isSecure = false;
  const last = (final: ClientReport) => {
    if (!isOver) report(final);
    isOver = true;
  };
  // Node judges the server after OpenSSL is done, and goes with its own Certificate and Finished unsent.
  leaveTimeForLastWords(socket, () => Boolean(tls.authorizationError));
  const tls = connect({
    socket,
    secureContext: context,
    ...(resumed && { session: resumed.session }),
    rejectUnauthorized: true,
    host: serverName,
    servername: isIP(serverName) ? '' : serverName, // RFC 6066 §3: no addresses in server_name
    // Bound to the name that was asked for: Node would fall back to `localhost` for an empty one.
    checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
  });
  const cutter = new LineCutter(LIMITS.lineBytes);
  tls.on('keylog', (line) => report({ kind: 'key-log', line: line.toString('latin1').trim() }));
  /** Node names the peer once only, and in a resumed handshake not at all. */
  let peer: RelayPeer | null = null;
  if (onSession)
    tls.on('session', (session: Buffer) => {
      const seconds = lifetimeSeconds(session);
      onSession({ session, peer, goodUntil: now() + seconds * 1000 });
      report({ kind: 'kept-ticket', lifetimeSeconds: seconds });
    });
  tls.on('secureConnect', () => {
    isSecure = true;
    peer = tls.isSessionReused() ? (resumed?.peer ?? null) : peerOf(tls);
    if (peer) report({ kind: 'trusts', peer });
    // A server that takes a ticket need not give a new one: the old one stays good.
    if (resumed && tls.isSessionReused())
      report({ kind: 'kept-ticket', lifetimeSeconds: Math.floor((resumed.goodUntil - now()) / 1000) });
  });
  tls.on('data', (bytes: Buffer) => {
    const lines = cutter.push(bytes);
    if (lines === 'too-large') tls.destroy();
    else for (const line of lines) report({ kind: 'line', line: shownUtf8(line) });
  });
  tls.on('error', (error) => last(failure(error, tls, isSecure)));
  // Before the handshake is done an error follows that says so.
  tls.on('end', () => {
    if (isSecure) last({ kind: 'ended', code: null, text: 'The server has closed the connection.' });
  });
  tls.on('close', () => last({ kind: 'ended', code: null, text: 'The connection is closed.' }));
  return {
    say: (line) => {
      if (tls.destroyed || !tls.writable || tls.readableEnded) return false;
      tls.write(line + '\n');
      return true;
    },
    hangUp: () => void tls.end(),
    destroy: () => void tls.destroy(),
  };
}

function failure(error: Error, tls: TLSSocket, isSecure: boolean): ClientReport {
  const code = codeOf(error);
  if (isVerifyCode(code)) return { kind: 'refuses', code, text: wordsFor(code), peer: peerOf(tls) };
  if (alertNameIn(code)) return { kind: 'told', code, text: wordsFor(code) };
  if (code.startsWith('ERR_SSL_')) return { kind: 'fault', code, text: wordsFor(code) };
  // Node calls any early end ECONNRESET, even a plain FIN; what was on the wire is the tap's to say.
  const text = isSecure ? wordsFor(code) : 'The server ended the connection before the handshake was done.';
  return { kind: 'ended', code, text };
}
