/** What the room says of a captured connection. Pure: words, from what the dissection found. */
import { counted, inDigits } from '$core/bytes/counted.ts';
import type { ConnectionSummary } from '$core/capture/view/summary.ts';
import type { Endpoint } from '$core/capture/capture.ts';
import type { Side } from '$core/tls/dissection.ts';

/** `10.1.2.3:443`, `[2001:db8::1]:443` (RFC 3986 §3.2.2) */
export function placeOf({ address, port }: Endpoint): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** What a connection is called in the list: the name the client asked for, else the server's address. */
export function nameOf({ serverName, server }: ConnectionSummary): string {
  return serverName ?? placeOf(server);
}

/** The few facts of a row, most telling first. */
export function factsOf(summary: ConnectionSummary): string[] {
  const { version, cipherSuite, mutual, resumed, alpn, startTls } = summary;
  const facts = [
    version ?? 'version not agreed',
    cipherSuite,
    mutual === true ? 'mutual' : null,
    resumed ? 'resumed' : null,
    alpn,
    startTls && `after ${startTls}`,
  ];
  return facts.filter((fact) => fact !== null);
}

/** Time of day of its first packet, in the viewer's zone: `20:41:07`. */
export function clockOf(startedAt: number): string {
  return isDate(startedAt) ? new Date(startedAt).toLocaleTimeString('en-GB') : 'no time';
}

/** The same with its day: `2026-11-23 20:41:07`. */
export function momentOf(startedAt: number): string {
  return isDate(startedAt) ? `${new Date(startedAt).toLocaleDateString('sv-SE')} ${clockOf(startedAt)}` : 'no time';
}

/** The largest time that a Date takes; a file may tell any. */
const isDate = (ms: number) => ms >= 0 && ms <= 8.64e15;

/** What a screen reader says of a row. */
export function rowName(summary: ConnectionSummary): string {
  const { index, client, server, serverName, alerts, outcome, records, silentEnd } = summary;
  const to = serverName === null ? placeOf(server) : `${serverName} at ${placeOf(server)}`;
  const alert = alerts.map(({ from, code, name }) => `alert ${code} ${name} from the ${from}`);
  const end = silentEnd === null ? [] : [`the ${silentEnd} closed without an alert`];
  const told = [...factsOf(summary), outcome, ...alert, ...end, counted(records, 'record')];
  return `Connection ${index + 1}, from ${placeOf(client)} to ${to}, ${told.join(', ')}`;
}

/** Why a side shows no certificate. */
export function noCertificate(side: Side, summary: ConnectionSummary): string {
  const { resumed, version, locked, mutual, outcome } = summary;
  if (resumed) return 'None: the connection goes on from an earlier one, in which the certificates were shown.';
  if (mutual === null || (side === 'server' && locked > 0 && version === 'TLS 1.3'))
    return 'If it showed any, they are locked with handshake keys, and no key log here opens them.';
  if (version === null) return 'The connection did not come so far.';
  return outcome === 'established' ? 'It showed none.' : 'It showed none before the connection ended.';
}

/** Why records stay locked; null where none does. */
export function lockedWords({ locked, records }: ConnectionSummary, isKeyed: boolean): string | null {
  if (locked === 0) return null;
  const count = `${inDigits(locked)} of ${counted(records, 'record')}`;
  if (isKeyed) return `${count} stay locked, although there are secrets of this connection. Each says why.`;
  return `There are no secrets of this connection, so ${count} stay locked. A key log of the client or the server opens them.`;
}

/** What is to be seen of the file, in a line. */
export function fileWords(format: string, packets: number, connections: number): string {
  return `${format}, ${counted(packets, 'packet')}, ${counted(connections, 'TLS connection')}`;
}

/** Where the secrets come from. */
export function secretWords(keyed: number, connections: number, ownSecrets: number, names: readonly string[]): string {
  if (keyed === 0) return 'no secrets: what is encrypted stays locked';
  const from = [...(ownSecrets > 0 ? ['the capture itself'] : []), ...names];
  const whose =
    keyed === connections ? (connections === 1 ? 'it' : `all ${connections}`) : `${keyed} of ${connections}`;
  return `secrets of ${whose}, from ${from.join(' and ')}`;
}
