/** Finding connections by words. */
import type { Outcome } from '../outcome.ts';
import type { ConnectionSummary } from './summary.ts';

export interface Query {
  /** words, all of which have to be found; empty: no condition */
  readonly text: string;
  /** null: any */
  readonly outcome: Outcome | null;
}

/** Whether every connection fits. */
export function isOpen({ text, outcome }: Query): boolean {
  return outcome === null && text.trim() === '';
}

/** Whether a connection has every word of the query somewhere, in either case: an address, a name, an alert. */
export function matches(summary: ConnectionSummary, { text, outcome }: Query): boolean {
  if (outcome !== null && summary.outcome !== outcome) return false;
  const words = wordsIn(text);
  if (words.length === 0) return true;
  const all = wordsOf(summary);
  return words.every((word) => all.includes(word));
}

/** The words of a search, in lower case; every one has to be found. */
export function wordsIn(text: string): readonly string[] {
  return text.toLowerCase().match(WORDS) ?? [];
}

/** A version is one word: its number alone would find addresses. */
const WORDS = /(?:tls|ssl) \d\.\d|\S+/g;

/** What a search looks through, in lower case. */
export function wordsOf(summary: ConnectionSummary): string {
  const { client, server, version, cipherSuite, group, serverName, alpn, startTls, subjects, alerts } = summary;
  const { mutual, resumed, outcome, silentEnd, locked } = summary;
  const words = [
    ...[client, server].flatMap(({ address, port }) => [`${address}:${port}`, `port ${port}`]),
    ...[version, cipherSuite, group, serverName, alpn, startTls, subjects.client, subjects.server, outcome],
    ...alerts.map(({ code, name }) => `alert ${code} ${name}`),
    ...[mutual && 'mutual', resumed && 'resumed', silentEnd && 'silent', locked > 0 && 'locked'],
  ];
  return words.filter(Boolean).join('\n').toLowerCase();
}
