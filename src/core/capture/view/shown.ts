/** One connection as a page shows it: plain data, and never more of it than a page can take. */
import type { InspectedConnection } from '../inspection.ts';
import type { End } from '../capture.ts';
import type { AlertView, CertificateView, Dissection, RecordView, Side, Verification } from '../../tls/dissection.ts';
import { talkOf, type Talk } from './talk.ts';

/** A record without its field trees. */
export type RecordLine = Omit<RecordView, 'fields' | 'opened'>;

export interface ShownConnection {
  readonly certificates: { readonly [S in Side]: readonly Omit<CertificateView, 'der'>[] };
  readonly verified: Dissection['verified'];
  readonly keySchedule: Dissection['keySchedule'];
  readonly talk: Talk;
  /** `record` counts from 0 */
  readonly problems: readonly { readonly record: number | null; readonly text: string }[];
  readonly moreProblems: number;
  readonly page: RecordPage;
}

/** Some records in a row, with the alerts in them. */
export interface RecordPage {
  /** index of the first one */
  readonly from: number;
  readonly total: number;
  readonly records: readonly RecordLine[];
  readonly alerts: readonly AlertView[];
  /** how the two sides ended, with the last record only */
  readonly ends: readonly { readonly from: Side; readonly how: 'FIN' | 'RST'; readonly at: number }[];
}

/** One record with its field trees and the two buffers that they count in; others stay empty. */
export interface RecordDetail {
  readonly record: RecordView;
  readonly buffers: readonly Uint8Array[];
  readonly bytes: Dissection['bytes'];
}

export const RECORDS_ON_PAGE = 50;
const MOST_PROBLEMS = 40;
/** A peer fills its certificates as it likes. */
const MOST_CERTIFICATES = 20;
const VALUE_CHARACTERS = 1000;

/** @param isKeyed whether there are secrets of it: without them it goes without saying that records stay locked */
export function shownOf(inspected: InspectedConnection, isKeyed: boolean): ShownConnection {
  const { dissection } = inspected;
  const { certificates, records, keySchedule } = dissection;
  const isSaid = (at: number | null) => at === null || isKeyed || records[at]?.sealed === undefined;
  const problems = inspected.problems.filter(({ at }) => isSaid(at));
  return {
    certificates: {
      client: certificates.client.map(facts).slice(0, MOST_CERTIFICATES),
      server: certificates.server.map(facts).slice(0, MOST_CERTIFICATES),
    },
    ...{ verified: verifiedOf(dissection), keySchedule, talk: talkOf(dissection) },
    problems: problems.slice(0, MOST_PROBLEMS).map(({ at, text }) => ({ record: at, text })),
    moreProblems: Math.max(0, problems.length - MOST_PROBLEMS),
    page: pageOf(inspected, 0),
  };
}

const LOCKED = { holds: null, why: 'If it was sent, it is in one of the records that stay locked.' } as const;

/** What was recomputed. Of a side with locked records nothing is said to be missing. */
function verifiedOf({ verified, messages, records }: Dissection): Dissection['verified'] {
  const { certificateVerify, finished, pskBinder } = verified;
  const seen = (side: Side, name: string, check: Verification): Verification => {
    const isHidden = records.some(({ from, sealed }) => from === side && sealed !== undefined);
    const isThere = check.holds !== null || messages.some((message) => message.from === side && message.name === name);
    // Plain, because it goes to another thread.
    return isHidden && !isThere ? LOCKED : { holds: check.holds, why: check.why };
  };
  const both = (name: string, of: { readonly [S in Side]: Verification }) => ({
    client: seen('client', name, of.client),
    server: seen('server', name, of.server),
  });
  return {
    certificateVerify: both('CertificateVerify', certificateVerify),
    finished: both('Finished', finished),
    pskBinder,
  };
}

/** The records from an index on, {@link RECORDS_ON_PAGE} at most. */
export function pageOf({ connection, dissection }: InspectedConnection, from: number): RecordPage {
  const total = dissection.records.length;
  const to = Math.min(from + RECORDS_ON_PAGE, total);
  return {
    ...{ from, total },
    records: dissection.records.slice(from, to).map(({ fields: _fields, opened: _opened, ...line }) => line),
    alerts: dissection.alerts.filter(({ record }) => record >= from && record < to),
    ends:
      to < total
        ? []
        : (['client', 'server'] as const).flatMap((side) =>
            endOf(side, connection.ends[side], connection.endedAt[side]),
          ),
  };
}

function endOf(from: Side, how: End, at: number | null): RecordPage['ends'][number][] {
  return how === null || at === null ? [] : [{ from, how, at }];
}

/** @returns undefined where there is no record with this index */
export function detailOf({ dissection }: InspectedConnection, index: number): RecordDetail | undefined {
  const record = dissection.records[index];
  if (!record) return undefined;
  const buffers: Uint8Array[] = [];
  for (const number of [record.wire, record.plaintext]) {
    const bytes = number === null ? undefined : dissection.buffers[number];
    // A copy of its own: whoever sends a view to another thread sends all of the file below it.
    if (number !== null && bytes) buffers[number] = bytes.slice();
  }
  return { record, buffers, bytes: dissection.bytes };
}

function facts({
  subject,
  issuer,
  serial,
  notBefore,
  notAfter,
  sha256,
}: CertificateView): Omit<CertificateView, 'der'> {
  return { subject: cut(subject), issuer: cut(issuer), serial: cut(serial), notBefore, notAfter, sha256 };
}

function cut(text: string): string {
  return text.length > VALUE_CHARACTERS ? `${text.slice(0, VALUE_CHARACTERS)} …` : text;
}
