/** The desk's revocation list: judged, and added to. A list that cannot be trusted lets nobody in. */
import type { Secret } from '../../src/core/bytes/secret.ts';
import { type Result, done, refused } from '../../src/core/bytes/result.ts';
import { type createCrl, crlSignedBy, nextCrl as pkiNextCrl, readCrl } from '../../src/core/pki/pki.ts';

export type RevocationReason = NonNullable<Parameters<typeof createCrl>[0]['revoked'][number]['reason']>;

/** What the desk knows of its list. */
export type CrlState =
  | {
      readonly kind: 'good';
      readonly pem: string;
      readonly number: number | null;
      /** Unix time in ms */
      readonly thisUpdate: number;
      /** Unix time in ms; null: it promises no next one */
      readonly nextUpdate: number | null;
      /** serials in their normal form, see {@link normalSerial} */
      readonly revoked: ReadonlySet<string>;
    }
  /** nobody can be let in; `why` is one sentence with the way out */
  | { readonly kind: 'bad'; readonly why: string };

export type GoodCrl = Extract<CrlState, { kind: 'good' }>;

/** Certificates on one list are many, but a hostile file may not fill the memory. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** One spelling for each number: lower-case hex without leading zeros. */
export function normalSerial(serial: string): string {
  return serial
    .toLowerCase()
    .replaceAll(':', '')
    .replace(/^0+(?=.)/, '');
}

/**
 * Whether a list can be relied on now.
 *
 * @param pem of the file; null: it is not there
 * @param ca PEM of the CA that must have signed it
 * @param now Unix time in ms
 * @param last the last good list: an older one is refused
 */
export function judgeCrl(pem: string | null, ca: string, now: number, last: GoodCrl | null): CrlState {
  if (pem === null) return bad('is missing', 'Put it back; at its next start the desk puts its last one back itself.');
  if (pem.length > MOST_CHARACTERS) return bad('is too large to be a list', PUT_BACK);
  const read = readCrl(pem);
  if (!read.ok) return bad(`cannot be read. ${read.error.why}`, PUT_BACK);
  const signed = crlSignedBy(pem, ca);
  if (!signed.holds) return bad(`does not come from ca.crt. ${signed.why}`, PUT_BACK);
  const state = goodCrl(pem, read.value);
  if (state.nextUpdate !== null && state.nextUpdate <= now)
    return bad(`ran out at ${read.value.nextUpdate ?? ''}`, 'Sign it anew: trustwalk pki crl');
  if (state.thisUpdate > now + CLOCK_MS)
    return bad(`is from the future (${read.value.thisUpdate})`, 'Check the clock.');
  if (last !== null && isOlder(state, last))
    return bad(`is number ${state.number ?? 'none'}, and number ${last.number ?? 'none'} was here before`, PUT_BACK);
  return state;
}

const PUT_BACK =
  'Put the right list back; or remove the file and start again: then the desk puts back the last list that it trusted.';
/** Whoever signs lists may have a clock that is a little ahead. */
const CLOCK_MS = 5 * 60_000;

const bad = (what: string, remedy: string): CrlState => ({
  kind: 'bad',
  why: `The revocation list ${what.replace(/\.$/, '')}, so nobody is let in. ${remedy}`,
});

function goodCrl(pem: string, facts: Extract<ReturnType<typeof readCrl>, { ok: true }>['value']): GoodCrl {
  return {
    kind: 'good',
    pem,
    number: facts.number === null ? null : Number(facts.number),
    thisUpdate: Date.parse(facts.thisUpdate),
    nextUpdate: facts.nextUpdate === null ? null : Date.parse(facts.nextUpdate),
    revoked: new Set(facts.revoked.map(({ serial }) => normalSerial(serial))),
  };
}

/** By number, and by date where one of them has none. */
function isOlder(list: GoodCrl, last: GoodCrl): boolean {
  if (list.number !== null && last.number !== null) return list.number < last.number;
  return list.thisUpdate < last.thisUpdate;
}

/** A list that is known to be this CA's, whatever its dates say; null when it is none. */
export function knownCrl(pem: string | null, ca: string): GoodCrl | null {
  if (pem === null) return null;
  const read = readCrl(pem);
  return read.ok && crlSignedBy(pem, ca).holds ? goodCrl(pem, read.value) : null;
}

export interface Issuer {
  /** PEM */
  readonly certificate: string;
  readonly privateKey: Secret;
}

const DAYS = 365;

/**
 * The next list: what stands in the last one, and perhaps one more.
 *
 * @param pem of the last list; null begins with number 1
 * @param days until the next one is promised
 * @returns PEM; else why the last one cannot be gone on from
 */
export function nextCrl(
  pem: string | null,
  issuer: Issuer,
  now: number,
  { revoke, days = DAYS }: { readonly revoke?: Revoked; readonly days?: number } = {},
): Result<string> {
  return pkiNextCrl({
    crl: pem,
    issuer: { certificate: issuer.certificate, privateKey: issuer.privateKey.reveal() },
    ...{ now, days },
    revoke: revoke === undefined ? [] : [{ ...revoke, at: now }],
  });
}

export interface Revoked {
  /** hex */
  readonly serial: string;
  readonly reason?: RevocationReason;
}

/** Whether a good list names this certificate. */
export const isRevoked = (crl: GoodCrl, serial: string): boolean => crl.revoked.has(normalSerial(serial));

/** What an open connection is told whose certificate is on the list. */
export const REVOKED = 'This certificate was revoked.';

/** A serial number as a person types it: hex, perhaps with colons. */
export function typedSerial(text: string): Result<string> {
  const serial = normalSerial(text.trim());
  return /^[0-9a-f]{1,40}$/.test(serial)
    ? done(serial)
    : refused('badSerial', `"${text}" is not a serial number in hex.`);
}
