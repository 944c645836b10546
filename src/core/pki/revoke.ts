/** Revocation lists: what a CA takes back, signed by it. */
import { isoTime } from '../asn1/time.ts';
import { explicit, generalizedTime, integer, sequence, time } from '../asn1/write.ts';
import { toPem } from '../bytes/pem.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { reading } from './der/read.ts';
import { serialText } from './facts.ts';
import { certificateFrom, firstOf, type InputError } from './input.ts';
import { issuerKeyId, issuerOf, type IssueError } from './issue.ts';
import { checkSignature, type Verdict } from './keys/signature.ts';
import { nameText } from './names/name-text.ts';
import * as build from './x509/build.ts';
import { authorityKeyIdentifier, extensionOf } from './x509/extensions.ts';
import { crlNumber, parseCrl, REASONS, type Crl, type Reason, type RevokedEntry } from './x509/crl.ts';
import { joined, sameBytes } from '../bytes/reader.ts';

export interface Revocation {
  /** hex, as {@link CertificateFacts} shows it */
  readonly serial: string;
  /** Unix time in ms */
  readonly at: number;
  readonly reason?: Reason;
  /** since when the key is thought to be lost, or the certificate wrong: Unix time in ms, usually before `at` */
  readonly invalidityDate?: number;
}

export interface CrlFacts {
  readonly issuer: string;
  /** decimal; null when the list has none */
  readonly number: string | null;
  /** `2026-08-01T12:00:00Z` */
  readonly thisUpdate: string;
  /** null: the list does not promise a next one */
  readonly nextUpdate: string | null;
  readonly authorityKeyId: string | null;
  readonly revoked: readonly {
    readonly serial: string;
    readonly at: string;
    readonly reason: Reason | null;
    readonly invalidityDate: string | null;
  }[];
}

const DAY = 86_400_000;
const MINUTE = 60_000;

/**
 * A revocation list, signed by the CA.
 *
 * @param options `number` must rise from list to list. `days` or `minutes` from `now` the next list is promised; after
 *   that moment this one is stale, and whoever insists on a fresh one refuses everybody.
 * @returns list as PEM, `X509 CRL`
 */
export function createCrl(options: {
  readonly issuer: { readonly certificate: string; readonly privateKey: string };
  readonly now: number;
  readonly number: number | bigint;
  readonly revoked: readonly Revocation[];
  readonly days?: number;
  readonly minutes?: number;
  readonly nextUpdate?: number;
}): Result<string, IssueError> {
  const issuer = issuerOf(options.issuer);
  if (!issuer.ok) return issuer;
  const entries: Uint8Array[] = [];
  for (const revocation of options.revoked) {
    const entry = entryDer(revocation);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  const { now, days = 30, minutes } = options;
  const nextUpdate = options.nextUpdate ?? now + (minutes === undefined ? days * DAY : minutes * MINUTE);
  const { certificate, key } = issuer.value;
  const signed = sequence(
    integer(1),
    key.algorithm,
    certificate.subject.der,
    time(now),
    time(nextUpdate),
    // An empty list of entries is left out, not written as an empty sequence (RFC 5280 section 5.1.2.6).
    ...(entries.length > 0 ? [sequence(joined(entries))] : []),
    explicit(
      0,
      sequence(
        build.authorityKeyId(issuerKeyId(certificate)),
        build.extension('cRLNumber', false, integer(numberBytes(options.number))),
      ),
    ),
  );
  return done(toPem('X509 CRL', build.withSignature(key, signed)));
}

function entryDer({ serial, at, reason, invalidityDate }: Revocation): Result<Uint8Array, Refusal<'badSerial'>> {
  const bytes = fromHex(serial.length % 2 === 0 ? serial : `0${serial}`);
  if (!bytes.ok || bytes.value.length === 0) return refused('badSerial', `"${serial}" is not a serial number in hex.`);
  const code = reason === undefined ? 0 : REASONS.indexOf(reason);
  // "unspecified" is said by leaving the reason out (RFC 5280 section 5.3.1).
  const extensions = [
    ...(code > 0 ? [build.extension('reasonCode', false, build.enumerated(code))] : []),
    ...(invalidityDate === undefined
      ? []
      : [build.extension('invalidityDate', false, generalizedTime(invalidityDate))]),
  ];
  return done(sequence(integer(bytes.value), time(at), ...(extensions.length > 0 ? [sequence(...extensions)] : [])));
}

function numberBytes(number: number | bigint): Uint8Array {
  const bytes = fromHex(number.toString(16).padStart(40, '0')); // at most 20 bytes, RFC 5280 section 5.2.3
  if (!bytes.ok) throw new Error(`no number of a list: ${number}`);
  return bytes.value;
}

/**
 * The list after another one of the same CA: what stands in that, what is added, the next number. What is revoked stays
 * as it was, but for a certificate on hold: another reason makes it final, and `removeFromCRL` takes it off.
 *
 * @param options `crl`: the last list, PEM; null begins with number 1
 * @returns PEM; else why the last list cannot be gone on from, `notOnHold` or what {@link createCrl} refuses
 */
export function nextCrl(options: {
  readonly crl: string | null;
  readonly issuer: { readonly certificate: string; readonly privateKey: string };
  readonly now: number;
  readonly revoke?: readonly Revocation[];
  readonly days?: number;
  readonly minutes?: number;
  readonly nextUpdate?: number;
}): Result<string, IssueError | Refusal<'foreignList' | 'notOnHold'>> {
  const { crl, revoke = [], ...rest } = options;
  const last = crl === null ? null : crlFrom(crl);
  if (last !== null && !last.ok) return last;
  const verdict = crl === null ? null : crlSignedBy(crl, options.issuer.certificate);
  if (verdict?.holds === false) return refused('foreignList', `The list is not one of this CA. ${verdict.why}`);
  const number = reading(() => (last && crlNumber(last.value)) ?? 0n);
  if (!number.ok) return number;
  const entries = new Map((last?.value.revoked ?? []).map((entry) => [serialText(entry.serial), revocationOf(entry)]));
  for (const revocation of revoke) {
    const serial = serialOf(revocation.serial);
    const known = entries.get(serial);
    const isFree = known === undefined || known.reason === 'certificateHold';
    if (revocation.reason !== 'removeFromCRL') {
      if (isFree) entries.set(serial, { ...revocation, serial });
    } else if (known?.reason === 'certificateHold') entries.delete(serial);
    else return refused('notOnHold', `Only a certificate on hold can be let off again, and ${serial} is not on hold.`);
  }
  return createCrl({ ...rest, number: number.value + 1n, revoked: [...entries.values()] });
}

function revocationOf({ serial, at, reason, invalidityDate }: RevokedEntry): Revocation {
  return {
    ...{ serial: serialText(serial), at },
    ...(reason === null ? {} : { reason }),
    ...(invalidityDate === null ? {} : { invalidityDate }),
  };
}

/** One spelling for each number: as {@link serialText} writes it. */
function serialOf(hex: string): string {
  const short = hex.toLowerCase().replace(/^(00)+(?=..)/, '');
  return short.length % 2 === 0 ? short : `0${short}`;
}

/** What a revocation list says. Its signature is not checked here: see {@link crlSignedBy}. */
export function readCrl(pem: string): Result<CrlFacts, InputError> {
  const crl = crlFrom(pem);
  if (!crl.ok) return crl;
  const facts = reading(() => crlFacts(crl.value));
  return facts.ok ? facts : refused('damaged', `This revocation list is damaged. ${facts.error.why}`);
}

function crlFacts(crl: Crl): CrlFacts {
  const keyId = extensionOf(crl.extensions, 'authorityKeyIdentifier');
  const identifier = keyId && authorityKeyIdentifier(keyId);
  return {
    issuer: nameText(crl.issuer),
    number: crlNumber(crl)?.toString() ?? null,
    thisUpdate: isoTime(crl.thisUpdate),
    nextUpdate: crl.nextUpdate === null ? null : isoTime(crl.nextUpdate),
    authorityKeyId: identifier && toHex(identifier),
    revoked: crl.revoked.map(({ serial, at, reason, invalidityDate }) => ({
      ...{ serial: serialText(serial), at: isoTime(at), reason },
      invalidityDate: invalidityDate === null ? null : isoTime(invalidityDate),
    })),
  };
}

/** Whether this CA's key signed this list, under its name. Both PEM. */
export function crlSignedBy(pem: string, issuer: string): Verdict {
  const crl = crlFrom(pem);
  if (!crl.ok) return { holds: false, why: crl.error.why };
  const ca = certificateFrom(issuer);
  if (!ca.ok) return { holds: false, why: `The issuer: ${ca.error.why}` };
  if (!sameBytes(crl.value.issuer.der, ca.value.subject.der)) {
    return { holds: false, why: `The list names another issuer: ${nameText(crl.value.issuer)}.` };
  }
  const { algorithm, signed, signature } = crl.value;
  const verdict = reading(() => checkSignature(ca.value.publicKey, algorithm, signed, signature));
  return verdict.ok ? verdict.value : { holds: false, why: `The issuer's key is damaged. ${verdict.error.why}` };
}

function crlFrom(pem: string): Result<Crl, InputError> {
  return firstOf(pem, 'revocation list', parseCrl);
}
