/** Whether a certificate has been revoked, by the lists at hand (RFC 5280 section 6.3). */
import { OID, oidName } from '../../asn1/oids.ts';
import { isoTime } from '../../asn1/time.ts';
import { sameBytes } from '../../bytes/reader.ts';
import { reading } from '../der/read.ts';
import { checkSignature } from '../keys/signature.ts';
import type { GeneralName } from '../names/general-name.ts';
import { nameText } from '../names/name-text.ts';
import type { Certificate } from '../x509/certificate.ts';
import { crlNumber, type Crl, type RevokedEntry } from '../x509/crl.ts';
import { extensionOf, keyUsage } from '../x509/extensions.ts';
import { fails, holds, isAuthority, remark, said, type Finding } from './check.ts';
import * as point from './distribution-point.ts';
import { isSameName } from './same-name.ts';

export interface RevocationSources {
  readonly crls: readonly Crl[];
  /** Unix time in ms */
  readonly at: number;
  /** Certificates that may have signed a list of this issuer and are themselves to be trusted for it. */
  signersOf(crl: Crl): readonly Certificate[];
}

/** What became of one list for one certificate. */
type Outcome =
  | { readonly kind: 'useless'; readonly why: string; readonly rank: number }
  | { readonly kind: 'revoked'; readonly why: string }
  | { readonly kind: 'clean' };

/** The check `revocation`: holds only when fresh, verified lists cover every reason and none names the certificate. */
export function revocationCheck(certificate: Certificate, sources: RevocationSources): Finding {
  const checked = reading(() => judged(certificate, sources));
  return checked.ok ? checked.value : fails('revocation', `A list or its place cannot be read. ${checked.error.why}`);
}

/** A remark where a list of changes of the same issuer is at hand: it may know more than what is judged. */
export function deltaRemark({ issuer }: Certificate, crls: readonly Crl[]): Finding | null {
  const isHere = crls.some((crl) => extensionOf(crl.extensions, 'deltaCRLIndicator') && isSameName(crl.issuer, issuer));
  return isHere
    ? remark('revocation', 'There is a list of changes (delta CRL), too. Such lists are not judged.')
    : null;
}

function judged(certificate: Certificate, sources: RevocationSources): Finding {
  const open = new Set(point.ALL_REASONS);
  let closest = { why: `There is no revocation list of ${nameText(certificate.issuer)} here.`, rank: 0 };
  let until: number | null = null;
  const lists = newestFirst(sources.crls);
  for (const [place, crl] of pointsOf(certificate).flatMap((each) => lists.map((list) => [each, list] as const))) {
    const reasons = scopeOf(certificate, place, crl);
    if (typeof reasons !== 'string' && !reasons.some((reason) => open.has(reason))) continue;
    const outcome =
      typeof reasons === 'string' ? outOfScope(reasons, certificate, crl) : byList(certificate, crl, sources);
    if (outcome.kind === 'revoked') return fails('revocation', outcome.why);
    if (outcome.kind === 'useless' && outcome.rank > closest.rank) closest = outcome;
    if (outcome.kind === 'useless' || typeof reasons === 'string') continue;
    reasons.forEach((reason) => open.delete(reason));
    until = crl.nextUpdate;
  }
  if (open.size === 0) {
    const fresh = until === null ? '' : `, good until ${isoTime(until)}`;
    return holds('revocation', `It is not on the list of revoked certificates${fresh}.`);
  }
  const hasSome = open.size < point.ALL_REASONS.length;
  const partly = 'The lists here cover only some reasons for which it may have been revoked.';
  return fails('revocation', hasSome ? partly : closest.why);
}

/** What a newer list says counts: a certificate on hold may have been let off again. */
function newestFirst(crls: readonly Crl[]): Crl[] {
  return [...crls].sort((one, other) => other.thisUpdate - one.thisUpdate || numberOrder(one, other));
}

function numberOrder(one: Crl, other: Crl): number {
  const [first, second] = [crlNumber(one) ?? -1n, crlNumber(other) ?? -1n];
  return first === second ? 0 : first > second ? -1 : 1;
}

/** A certificate without distribution points is looked for in its issuer's own list. */
function pointsOf({ extensions }: Certificate): point.DistributionPoint[] {
  const extension = extensionOf(extensions, 'cRLDistributionPoints');
  const implicit = { name: null, reasons: point.ALL_REASONS, crlIssuer: null };
  return extension ? [...point.distributionPoints(extension), implicit] : [implicit];
}

/** What a list that is about this certificate says of it, if it can be believed. */
function byList(certificate: Certificate, crl: Crl, sources: RevocationSources): Outcome {
  const unknown = crl.extensions.find(({ oid, isCritical }) => isCritical && !UNDERSTOOD.has(oid));
  if (unknown) return useless(`The list marks as critical what nobody here understands: ${oidName(unknown.oid)}.`, 2);
  const odd = oddity(crl);
  if (odd !== null) return useless(odd, 2);
  if (!isSigned(crl, sources)) {
    return useless('No trusted certificate that may sign lists (cRLSign) has signed this list.', 3);
  }
  if (sources.at < crl.thisUpdate) return useless(`The list is from the future: ${isoTime(crl.thisUpdate)}.`, 4);
  if (crl.nextUpdate !== null && sources.at > crl.nextUpdate) {
    return useless(`The list is stale since ${isoTime(crl.nextUpdate)}: nobody knows what was revoked after it.`, 4);
  }
  const entry = entryOf(certificate, crl);
  if (entry?.unknownCritical) {
    return {
      kind: 'revoked',
      why: `Its entry on the list says something critical: ${oidName(entry.unknownCritical)}.`,
    };
  }
  if (entry && entry.reason !== 'removeFromCRL') {
    const reason = entry.reason === null || entry.reason === 'unspecified' ? '' : ` (${entry.reason})`;
    return { kind: 'revoked', why: `It was revoked at ${isoTime(entry.at)}${reason}.` };
  }
  return { kind: 'clean' };
}

const ODDITIES = new WeakMap<Crl, { readonly why: string | null }>();

/** Why a list is not as RFC 5280 section 5 wants lists, so that nothing of it is believed; null where it is. */
function oddity(crl: Crl): string | null {
  const known = ODDITIES.get(crl);
  if (known) return known.why;
  const number = extensionOf(crl.extensions, 'cRLNumber');
  // Lists without any extension are of the first version, which knew no numbers.
  const isUnnumbered = number === null && crl.extensions.length > 0;
  const why = isUnnumbered
    ? 'The list has no number (cRLNumber), and must have one: RFC 5280 section 5.2.3.'
    : number?.isCritical
      ? 'The list marks its number (cRLNumber) as critical, and must not: RFC 5280 section 5.2.3.'
      : hasTwins(crl)
        ? 'The list names one certificate twice.'
        : null;
  ODDITIES.set(crl, { why });
  return why;
}

/** Only where all entries are about the same issuer's certificates: else a number may come again. */
function hasTwins({ revoked }: Crl): boolean {
  if (revoked.some(({ certificateIssuer }) => certificateIssuer !== null)) return false;
  const serials = new Set(revoked.map(({ serial }) => String.fromCharCode(...serial.subarray(0, SERIAL_BYTES))));
  return serials.size < revoked.length;
}

/** Longer numbers than anybody may give out are compared by their beginning. */
const SERIAL_BYTES = 64;

/** A list of the right issuer that is about something else is nearer than one of a stranger. */
function outOfScope(why: string, certificate: Certificate, crl: Crl): Outcome {
  return useless(why, isSameName(crl.issuer, certificate.issuer) ? 1 : 0);
}

function useless(why: string, rank: number): Outcome {
  return { kind: 'useless', why, rank };
}

const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...[OID.authorityKeyIdentifier, OID.cRLNumber, OID.issuingDistributionPoint, OID.issuerAltName, OID.freshestCRL],
]);

/** Which reasons a list covers for a certificate by one of its points, or why it is not about it at all. */
function scopeOf(certificate: Certificate, place: point.DistributionPoint, crl: Crl): readonly number[] | string {
  if (extensionOf(crl.extensions, 'deltaCRLIndicator'))
    return 'The list has only changes (a delta); such are not judged.';
  const issuers = place.crlIssuer;
  const isNamed = issuers?.some((name) => name.kind === 'directory' && isSameName(name.name, crl.issuer)) ?? false;
  const extension = extensionOf(crl.extensions, 'issuingDistributionPoint');
  const issuing = extension && point.issuingPoint(extension);
  if (issuers ? !isNamed || !issuing?.isIndirect : !isSameName(crl.issuer, certificate.issuer)) {
    return `There is no revocation list of ${nameText(certificate.issuer)} here.`;
  }
  if (issuing === null) return place.reasons;
  const isCa = isAuthority(certificate);
  if (issuing.onlyAttributes || (issuing.onlyUsers && isCa) || (issuing.onlyAuthorities && !isCa)) {
    return 'The list is about other kinds of certificates.';
  }
  if (issuing.name !== null && !point.haveCommonName(namesOf(place, certificate, crl), issuing.name, crl.issuer)) {
    return 'The list is for another distribution point.';
  }
  return place.reasons.filter((reason) => issuing.reasons.includes(reason));
}

/** The names that a list's own point must share one of. */
function namesOf(place: point.DistributionPoint, certificate: Certificate, crl: Crl): readonly GeneralName[] {
  if (place.name !== null) return point.fullNames(place.name, place.crlIssuer ? crl.issuer : certificate.issuer);
  return place.crlIssuer ?? [{ kind: 'directory', name: certificate.issuer }];
}

function isSigned(crl: Crl, sources: RevocationSources): boolean {
  return sources.signersOf(crl).some((signer) => {
    const usage = said(signer.extensions, 'keyUsage', keyUsage);
    const maySign = usage.kind === 'absent' || (usage.kind === 'said' && usage.value.includes('cRLSign'));
    return maySign && signedBy(crl, signer);
  });
}

const KNOWN = new WeakMap<Crl, WeakMap<Certificate, boolean>>();

function signedBy(crl: Crl, signer: Certificate): boolean {
  const known = KNOWN.get(crl)?.get(signer);
  if (known !== undefined) return known;
  const verdict = reading(() => checkSignature(signer.publicKey, crl.algorithm, crl.signed, crl.signature));
  const isSigned = verdict.ok && verdict.value.holds;
  const answers = KNOWN.get(crl) ?? new WeakMap<Certificate, boolean>();
  KNOWN.set(crl, answers.set(signer, isSigned));
  return isSigned;
}

/** The entry of a certificate. In an indirect list an entry that names an issuer speaks for those after it, too. */
function entryOf(certificate: Certificate, crl: Crl): RevokedEntry | null {
  let issuer: readonly GeneralName[] = [{ kind: 'directory', name: crl.issuer }];
  for (const entry of crl.revoked) {
    if (entry.certificateIssuer !== null) issuer = entry.certificateIssuer;
    if (!sameBytes(entry.serial, certificate.serial)) continue;
    if (issuer.some((name) => name.kind === 'directory' && isSameName(name.name, certificate.issuer))) return entry;
  }
  return null;
}
