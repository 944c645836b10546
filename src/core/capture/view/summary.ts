/** One connection of a capture in a few facts: a row of a list. */
import { clientRandomOf } from '../key-log.ts';
import type { CapturedConnection, Endpoint } from '../capture.ts';
import type { InspectedConnection } from '../inspection.ts';
import { isMutual, outcomeOf, type Outcome } from '../outcome.ts';
import type { Dissection, Side } from '../../tls/dissection.ts';
import { silentEndOf } from '../../tls/strip.ts';

export interface ConnectionSummary {
  /** position in the capture, from 0 */
  readonly index: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** milliseconds since 1970 */
  readonly startedAt: number;
  readonly startTls: string | null;
  readonly version: string | null;
  readonly cipherSuite: string | null;
  readonly group: string | null;
  readonly serverName: string | null;
  readonly alpn: string | null;
  /** null: the handshake is locked, so it cannot be seen whether the client showed a certificate */
  readonly mutual: boolean | null;
  readonly resumed: boolean;
  readonly outcome: Outcome;
  /** of each side's own certificate */
  readonly subjects: { readonly [S in Side]: string | null };
  /** those that say that something is wrong, at most {@link MOST_ALERTS} */
  readonly alerts: readonly { readonly from: Side; readonly code: number; readonly name: string }[];
  /** who ended the connection first, where it was not established and no alert says why */
  readonly silentEnd: Side | null;
  readonly records: number;
  /** how many of them stayed locked */
  readonly locked: number;
  /** on the wire, in records */
  readonly bytes: number;
}

const MOST_ALERTS = 8;
/** A peer writes its names as long as it likes. */
const NAME_CHARACTERS = 300;
/** close_notify and user_canceled end in good order (RFC 8446 §6.1). */
const CLOSURES: ReadonlySet<number> = new Set([0, 90]);

/** @param index position of the connection in its capture */
export function summaryOf({ connection, dissection }: InspectedConnection, index: number): ConnectionSummary {
  const { client, server, startedAt, startTls } = connection;
  const { version, cipherSuite, group, serverName, alpn, resumed, records } = dissection;
  const outcome = outcomeOf(dissection);
  const alerts = dissection.alerts.filter(({ code }) => !CLOSURES.has(code)).slice(0, MOST_ALERTS);
  return {
    ...{ index, client, server, startedAt, startTls, version, cipherSuite, group, resumed },
    serverName: short(serverName),
    alpn: short(alpn),
    mutual: mutualityOf(dissection),
    outcome,
    subjects: { client: subjectOf(dissection, 'client'), server: subjectOf(dissection, 'server') },
    alerts: alerts.map(({ from, code, name }) => ({ from, code, name })),
    silentEnd: outcome === 'established' || alerts.length > 0 ? null : silentEndOf(firstEnd(connection), dissection),
    records: records.length,
    locked: records.filter(({ sealed }) => sealed !== undefined).length,
    bytes: records.reduce((sum, { length }) => sum + length, 0),
  };
}

/** Whether the key log has secrets of this connection. @param randoms as `randomsIn` finds them */
export function isKeyed({ chunks }: CapturedConnection, randoms: ReadonlySet<string>): boolean {
  const random = clientRandomOf(chunks);
  return random !== null && randoms.has(random);
}

/** Who ended its stream first; null where neither did. */
export function firstEnd({ endedAt }: Pick<CapturedConnection, 'endedAt'>): Side | null {
  const { client, server } = endedAt;
  if (client === null) return server === null ? null : 'server';
  return server === null || client <= server ? 'client' : 'server';
}

function mutualityOf(dissection: Dissection): boolean | null {
  if (isMutual(dissection)) return true;
  const isLocked = dissection.records.some(
    ({ protection, sealed }) => protection === 'handshake' && sealed !== undefined,
  );
  return isLocked ? null : false;
}

function subjectOf({ certificates }: Dissection, side: Side): string | null {
  return short(certificates[side][0]?.subject ?? null);
}

function short(text: string | null): string | null {
  return text === null || text.length <= NAME_CHARACTERS ? text : `${text.slice(0, NAME_CHARACTERS)} …`;
}
