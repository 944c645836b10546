/** What the pages are told of one connection to the order desk: its records as bars, and how it went. */
import { type DeskRun } from '../../src/core/bridge/messages.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import type { Chunk, Dissection, Side } from '../../src/core/tls/dissection.ts';
import { barsOf, silentEndOf } from '../../src/core/tls/strip.ts';
import { NATIVE } from '../primitives.ts';
import type { RelayPeer } from '../relay/relay.ts';

/** How many bars a message carries at most. */
const BARS = 200;
const SUBJECT_CHARACTERS = 1000;
const REASON_CHARACTERS = 200;

/** Everything that was seen of a connection so far. */
export interface Seen {
  readonly id: number;
  /** Unix time in ms */
  readonly startedAt: number;
  /** as delivered; the desk's tap changes nothing */
  readonly chunks: readonly Chunk[];
  /** whether more has passed than was kept in `chunks` */
  readonly isCut: boolean;
  /** of the server */
  readonly keyLog: string;
  readonly peer: RelayPeer | null;
  /** why the desk's side ended it, where it did; `isVerdict` when it was about the certificate */
  readonly failure: { readonly isVerdict: boolean; readonly text: string } | null;
  /** who ended the TCP connection first */
  readonly firstEnd: Side | null;
}

/** The connection in a few facts. `dissected` saves doing it again. */
export function deskRunOf(seen: Seen, dissected: Dissection = dissectionOf(seen)): DeskRun {
  const { version, cipherSuite, certificates } = dissected;
  const subject = certificates.client[0]?.subject ?? seen.peer?.subject ?? null;
  return {
    type: 'desk-run',
    id: seen.id,
    startedAt: seen.startedAt,
    subject: subject?.slice(0, SUBJECT_CHARACTERS) ?? null,
    version,
    cipherSuite,
    outcome: seen.peer ? 'accepted' : seen.failure?.isVerdict ? 'refused' : 'incomplete',
    reason: seen.failure?.text.slice(0, REASON_CHARACTERS) ?? null,
    bars: barsOf(dissected).slice(0, BARS),
    silentEnd: seen.isCut ? null : silentEndOf(seen.firstEnd, dissected),
  };
}

export const dissectionOf = ({ chunks, keyLog }: Pick<Seen, 'chunks' | 'keyLog'>): Dissection =>
  dissect(chunks, keyLog, NATIVE);
