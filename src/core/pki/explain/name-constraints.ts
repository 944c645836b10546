/** Which names a CA may give out: the nameConstraints extension (RFC 5280 section 4.2.1.10). */
import { OID } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { Reader, sameBytes } from '../../bytes/reader.ts';
import { Malformed, onlyElement, type DerReader } from '../der/read.ts';
import { smallInteger } from '../der/values.ts';
import { addressText } from '../names/address.ts';
import { ATTRIBUTES } from '../names/attributes.ts';
import { generalName, generalNameText, type GeneralName } from '../names/general-name.ts';
import { textsOf } from '../names/name.ts';
import type { Certificate } from '../x509/certificate.ts';
import { alternativeNames, extensionOf, type Extension } from '../x509/extensions.ts';
import { countsInPath, fails, holds, said, valueOf, type Finding } from './check.ts';
import { isWithin } from './same-name.ts';

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
  /** a subtree has a minimum or maximum depth, which nobody may use any more */
  readonly hasDepths: boolean;
}

const SUBTREES = 2000;
/** Names times subtrees that are compared for one certificate; hostile ones ask for millions. */
const COMPARISONS = 250_000;

export function nameConstraints({ value }: Extension): NameConstraints {
  const reader = onlyElement(value, 'nameConstraints', TAG.sequence).inside();
  if (reader.isEmpty) throw new Malformed('nameConstraints must limit something, and these do not.');
  const permitted = subtrees(reader, 0);
  const excluded = subtrees(reader, 1);
  reader.end('nameConstraints');
  return {
    permitted: permitted.bases,
    excluded: excluded.bases,
    hasDepths: permitted.hasDepths || excluded.hasDepths,
  };
}

function subtrees(reader: DerReader, number: number): { bases: GeneralName[]; hasDepths: boolean } {
  const list = reader.optional('subtrees', context(number, 'constructed'));
  if (list?.inside().isEmpty) throw new Malformed('A list of subtrees must not be empty.');
  let hasDepths = false;
  const bases = (list?.inside().all('subtrees', SUBTREES, TAG.sequence) ?? []).map((element) => {
    const inner = element.inside();
    const base = generalName(inner.read('a subtree'));
    const minimum = inner.optional('the minimum', context(0, 'primitive'));
    const maximum = inner.optional('the maximum', context(1, 'primitive'));
    inner.end('A subtree');
    hasDepths ||= maximum !== null || (minimum !== null && smallInteger(minimum, 'The minimum') !== 0);
    return base;
  });
  return { bases, hasDepths };
}

/**
 * Whether the names of a certificate stay inside what the authorities above it may name.
 *
 * @param above authorities from the certificate's issuer up to the anchor
 * @returns the check, or null when nobody above sets a limit, or none applies: a self-issued certificate inside a path
 */
export function nameConstraintsCheck(
  certificate: Certificate,
  isLeaf: boolean,
  above: readonly Certificate[],
): Finding | null {
  if (!countsInPath(certificate) && !isLeaf) return null;
  const limiting = above.filter(({ extensions }) => extensionOf(extensions, 'nameConstraints') !== null);
  if (limiting.length === 0) return null;
  for (const authority of limiting) {
    const problem = breachOf(certificate, isLeaf, authority);
    if (problem !== null) return fails('name-constraints', problem);
  }
  return holds('name-constraints', 'All its names are among those that the authorities above it may give out.');
}

/** By the named certificate, then by the one that limits it. Many ways ask the same, and long lists take their time. */
const KNOWN = new WeakMap<Certificate, WeakMap<Certificate, Map<boolean, string | null>>>();

/** How a certificate's names break the limits of one authority above it; null where they keep them. */
function breachOf(certificate: Certificate, isLeaf: boolean, authority: Certificate): string | null {
  const byAuthority = KNOWN.get(certificate) ?? new WeakMap<Certificate, Map<boolean, string | null>>();
  const answers = byAuthority.get(authority) ?? new Map<boolean, string | null>();
  KNOWN.set(certificate, byAuthority.set(authority, answers));
  const known = answers.get(isLeaf);
  if (known !== undefined) return known;
  const limit = said(authority.extensions, 'nameConstraints', nameConstraints);
  const answer =
    limit.kind === 'said'
      ? breach(namesOf(certificate, isLeaf), limit.value)
      : `The limits above it are damaged. ${limit.kind === 'damaged' ? limit.why : ''}`;
  answers.set(isLeaf, answer);
  return answer;
}

/** Every name that constraints apply to: subject, alternative names, and what older programs take for such. */
function namesOf({ subject, extensions }: Certificate, isLeaf: boolean): GeneralName[] {
  const alternative = valueOf(said(extensions, 'subjectAltName', alternativeNames)) ?? [];
  const directory: GeneralName[] = subject.rdns.length > 0 ? [{ kind: 'directory', name: subject }] : [];
  const emails = textsOf(subject, ATTRIBUTES['emailAddress']?.oid ?? '');
  const hasHost = alternative.some(({ kind }) => kind === 'DNS');
  const hosts = isLeaf && !hasHost ? textsOf(subject, OID.commonName).filter((name) => HOST.test(name)) : [];
  return [
    ...directory,
    ...alternative,
    ...emails.map((text) => ({ kind: 'email', text }) as const),
    ...hosts.map((text) => ({ kind: 'DNS', text }) as const),
  ];
}

/** A common name that looks like a host: at least two labels. */
const HOST = /^[A-Za-z0-9_*-]+(\.[A-Za-z0-9_-]+)+$/;

function breach(names: readonly GeneralName[], { permitted, excluded, hasDepths }: NameConstraints): string | null {
  if (hasDepths) return 'The limits above it use minimum or maximum, which RFC 5280 forbids.';
  if (names.length * (permitted.length + excluded.length) > COMPARISONS) return 'It has too many names to compare.';
  for (const name of names) {
    const text = generalNameText(name);
    const unclear = [...permitted, ...excluded].find(
      (base) => isSameKind(base, name) && placeOf(name, base) === 'unclear',
    );
    if (unclear) return `Nobody can say whether ${text} is inside ${baseText(unclear)}, so it is refused.`;
    const allowed = permitted.filter((base) => isSameKind(base, name));
    if (allowed.length > 0 && !allowed.some((base) => placeOf(name, base) === 'inside')) {
      return `An authority above it may only name ${allowed.map(baseText).join(', ')}; ${text} is outside.`;
    }
    const forbidden = excluded.find((base) => isSameKind(base, name) && placeOf(name, base) !== 'outside');
    if (forbidden) return `An authority above it must not name anything in ${baseText(forbidden)}; ${text} is inside.`;
  }
  return null;
}

function isSameKind(base: GeneralName, name: GeneralName): boolean {
  if (base.kind === 'other' && name.kind === 'other') return base.tag === name.tag;
  return base.kind === name.kind;
}

/** `partly`: a wildcard that stands for names inside and outside. `unclear`: one of the two is no such name at all. */
type Place = 'inside' | 'outside' | 'partly' | 'unclear';

const within = (isInside: boolean): Place => (isInside ? 'inside' : 'outside');

function placeOf(name: GeneralName, base: GeneralName): Place {
  if (name.kind === 'directory' && base.kind === 'directory') return within(isWithin(name.name, base.name));
  if (name.kind === 'IP' && base.kind === 'IP') return inNetwork(name.bytes, base.bytes);
  if (name.kind === 'DNS' && base.kind === 'DNS') return inDomain(name.text.toLowerCase(), base.text.toLowerCase());
  if (name.kind === 'email' && base.kind === 'email') return inMailDomain(name.text, base.text);
  if (name.kind === 'URI' && base.kind === 'URI') return ofHost(name.text, base.text.toLowerCase());
  return 'unclear';
}

/** Network and mask in 8 or 32 bytes. */
function inNetwork(address: Uint8Array, network: Uint8Array): Place {
  const width = network.length / 2;
  const mask = network.subarray(width);
  const isOfSize = (bytes: number) => bytes === 4 || bytes === 16;
  if (!isOfSize(address.length) || !isOfSize(width) || !isPrefix(mask)) return 'unclear';
  if (width !== address.length) return 'outside';
  const masked = (bytes: Uint8Array) => {
    const reader = new Reader(mask);
    return bytes.map((byte) => byte & reader.uint(1));
  };
  return within(sameBytes(masked(address), masked(network.subarray(0, width))));
}

/** A mask has its ones first, as RFC 4632 has it. */
function isPrefix(mask: Uint8Array): boolean {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return !bits.includes('01');
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i');
const HOST_BYTES = 253;

/** Labels of letters, digits, hyphens and what people use besides; `*` may be the whole of the first. */
export function isHostName(text: string): boolean {
  return text.length <= HOST_BYTES && DOMAIN.test(text.startsWith('*.') ? text.slice(2) : text);
}

/** `who@host`, without a second `@` and without blanks. */
export function isMailbox(text: string): boolean {
  const at = text.indexOf('@');
  return at > 0 && !/[\s<>]/.test(text) && DOMAIN.test(text.slice(at + 1));
}

/** The domain itself and all below it. With a leading dot, which RFC 5280 does not know and many write, only those below. */
function inDomain(host: string, base: string): Place {
  const domain = base.replace(/^\./, '');
  if (!isHostName(host) || (domain !== '' && !DOMAIN.test(domain))) return 'unclear';
  if (base === '') return 'inside';
  if (host === base || host.endsWith(`.${domain}`)) return 'inside';
  const isOneOf = host.startsWith('*.') && domain.slice(domain.indexOf('.') + 1) === host.slice(2);
  return isOneOf ? 'partly' : 'outside';
}

/** One mailbox, all of one host, or with a leading dot all hosts of a domain. */
function inMailDomain(mail: string, base: string): Place {
  const at = mail.indexOf('@');
  const host = mail.slice(at + 1).toLowerCase();
  const baseAt = base.indexOf('@');
  const domain = base.slice(baseAt + 1).toLowerCase();
  if (!isMailbox(mail) || (domain !== '' && !DOMAIN.test(domain.replace(/^\./, '')))) return 'unclear';
  if (baseAt > 0) return within(mail.slice(0, at) === base.slice(0, baseAt) && host === domain);
  return within(domain === '' || (domain.startsWith('.') ? host.endsWith(domain) : host === domain));
}

/** By the host of the URI: exactly that host, or with a leading dot those below it. */
function ofHost(uri: string, domain: string): Place {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/.exec(uri);
  const host = authority?.[1]?.toLowerCase() ?? '';
  if (!DOMAIN.test(host) || /^[\d.]+$/.test(host) || !DOMAIN.test(domain.replace(/^\./, ''))) return 'unclear';
  return within(domain.startsWith('.') ? host.endsWith(domain) : host === domain);
}

function baseText(base: GeneralName): string {
  if (base.kind !== 'IP') return generalNameText(base);
  const half = base.bytes.length / 2;
  const [network, mask] = [addressText(base.bytes.subarray(0, half)), addressText(base.bytes.subarray(half))];
  return network === null || mask === null ? generalNameText(base) : `IP:${network}/${mask}`;
}
