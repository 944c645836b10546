/**
 * Secrets of resumed sessions. Up to TLS 1.2 a resumed session has the master secret of the one it resumes, and some
 * programs (gnutls 3.7.9) log it only when it is made. The capture tells which session goes on where.
 */
import { toHex } from '../bytes/hex.ts';
import { secretsOf } from '../tls/keys/keylog.ts';
import { clearSessionOf, type ClearSession } from '../tls/clear-session.ts';
import type { CapturedConnection } from './capture.ts';

/**
 * The key log with a line more for each connection that resumes a session whose secret it has.
 *
 * @param connections of one capture, in the order of time
 * @param keyLog text of a key-log file
 * @see RFC 5246 §7.3, RFC 5077 §3.1
 */
export function withResumed(connections: readonly CapturedConnection[], keyLog: string): string {
  if (!/^CLIENT_RANDOM /m.test(keyLog)) return keyLog;
  const masters = new Map<string, string>();
  const lines: string[] = [];
  for (const { chunks } of connections) {
    const session = clearSessionOf(chunks);
    if (!session) continue;
    const logged = secretsOf(keyLog, session.random).get('CLIENT_RANDOM');
    const resumed = logged ? undefined : masterOf(session, masters);
    if (resumed) lines.push(`CLIENT_RANDOM ${session.random} ${resumed}`);
    const master = logged ? toHex(logged) : resumed;
    if (!master) continue;
    for (const name of [session.given.sessionId, session.given.ticket]) if (name) masters.set(name, master);
  }
  return lines.length === 0 ? keyLog : `${keyLog}\n${lines.join('\n')}\n`;
}

function masterOf({ offered, isFull }: ClearSession, masters: ReadonlyMap<string, string>): string | undefined {
  return isFull ? undefined : (masters.get(offered.ticket) ?? masters.get(offered.sessionId));
}
