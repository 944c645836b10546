/** A connection of the log in a few facts, as the core's inspection finds them, and the words that find it again. */
import { ROW_TEXT, type LogRow } from '../../src/core/bridge/log.ts';
import { firstRecords } from '../../src/core/capture/first-records.ts';
import { outcomeOf } from '../../src/core/capture/outcome.ts';
import { wordsOf } from '../../src/core/capture/view/search.ts';
import { firstEnd, summaryOf } from '../../src/core/capture/view/summary.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import type { Chunk, Dissection, Side } from '../../src/core/tls/dissection.ts';
import { silentEndOf, stripOf } from '../../src/core/tls/strip.ts';
import { NATIVE } from '../primitives.ts';
import { capturedOf, keyLogOf, recordsOf } from './captured.ts';
import type { Draft, KeptWord } from './draft.ts';
import { LOG_LIMITS } from './limits.ts';

export interface Looked {
  readonly row: LogRow;
  /** what a search looks through, in lower case */
  readonly words: string;
}

/** Takes a connection apart, which is the costly part of keeping it. */
export function lookAt(draft: Draft): Looked {
  const records = recordsOf(draft);
  const connection = capturedOf(draft, records);
  const { chunks } = connection;
  const seen = firstRecords(chunks, draft.isOpen ? LOG_LIMITS.liveRecords : undefined);
  const dissection = dissect(seen, keyLogOf(draft), NATIVE);
  const summary = summaryOf({ connection, dissection, problems: [] }, 0);
  const outcome = outcomeIn(draft, dissection);
  const reason = reasonIn(draft);
  const [alert = null] = summary.alerts;
  const isSilent = outcome !== 'established' && alert === null && !draft.isCut;
  const size = seen === chunks ? { records: summary.records, bytes: summary.bytes } : sizeOf(chunks);
  const row: LogRow = {
    id: draft.id,
    whose: draft.owner === null ? 'desk' : 'learner',
    ...{ label: draft.label, startedAt: draft.startedAt, isOpen: draft.isOpen },
    ...{ client: draft.client, server: draft.server },
    ...{ version: summary.version, cipherSuite: summary.cipherSuite, serverName: summary.serverName },
    ...{ resumed: summary.resumed, mutual: summary.mutual, subjects: summary.subjects },
    serials: { client: serialOf(dissection, 'client'), server: serialOf(dissection, 'server') },
    ...{ outcome, alert },
    silentEnd: isSilent ? silentEndOf(firstEnd(connection), dissection) : null,
    reason: reason?.text.slice(0, ROW_TEXT.reason) ?? null,
    ...size,
    isCut: draft.isCut,
    changed: records.filter(({ sent, delivered }) => delivered !== null || sent.length === 0).length,
    strip: stripOf(dissection, size.records),
  };
  const { serials, label, whose, silentEnd } = row;
  const more = [serials.client, serials.server, label, whose, reason?.code, row.reason, row.changed > 0 && 'changed'];
  const words = [wordsOf({ ...summary, outcome, silentEnd }), ...more].filter(Boolean).join('\n').toLowerCase();
  return { row, words };
}

/**
 * What the bytes show, and where they leave it open the word of the server's program: Node refuses a certificate
 * without an alert, and after the client's Finished nothing on the wire tells that from a client that left.
 */
function outcomeIn({ words }: Draft, dissection: Dissection): LogRow['outcome'] {
  const ofServer = words.filter(({ side }) => side === 'server').map(({ name }) => name);
  if (words.some(({ name }) => name === 'refuses-peer')) return 'refused';
  if (ofServer.includes('trusts-peer')) return 'established';
  const seen = outcomeOf(dissection);
  return seen === 'established' ? 'incomplete' : seen;
}

/** A client may be turned away although its certificate verifies: it is revoked, or has too many connections. */
const REFUSALS: ReadonlySet<KeptWord['name']> = new Set(['refuses-peer']);
const FAULTS: ReadonlySet<KeptWord['name']> = new Set(['refuses-peer', 'fault', 'told', 'ended']);

/** The word about what went wrong: a refusal before a fault, and what a side found itself before what it was told. */
function reasonIn({ words }: Draft): KeptWord | null {
  const isAccepted = words.some(({ side, name }) => side === 'server' && name === 'trusts-peer');
  for (const name of isAccepted ? REFUSALS : FAULTS) {
    const word = words.find((one) => one.name === name);
    if (word) return word;
  }
  return null;
}

/** A tap's chunks are its records. */
function sizeOf(chunks: readonly Chunk[]): Pick<LogRow, 'records' | 'bytes'> {
  return { records: chunks.length, bytes: chunks.reduce((sum, { bytes }) => sum + bytes.length, 0) };
}

const SERIAL_CHARACTERS = 128;

function serialOf({ certificates }: Dissection, side: Side): string | null {
  return certificates[side][0]?.serial.slice(0, SERIAL_CHARACTERS) ?? null;
}
