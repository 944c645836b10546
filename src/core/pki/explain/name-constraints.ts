/** Which names a CA may give out: the nameConstraints extension (RFC 5280 section 4.2.1.10). */
import { OID } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { Reader, sameBytes } from '../../bytes/reader.ts';
import { onlyElement, type DerReader } from '../der/read.ts';
import { smallInteger } from '../der/values.ts';
import { addressText } from '../names/address.ts';
import { ATTRIBUTES } from '../names/attributes.ts';
import { generalName, generalNameText, type GeneralName } from '../names/general-name.ts';
import { textsOf } from '../names/name.ts';
import { isSelfIssued, type Certificate } from '../x509/certificate.ts';
import { alternativeNames, type Extension } from '../x509/extensions.ts';
import { fails, holds, said, valueOf, type Finding } from './check.ts';
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
  if (isSelfIssued(certificate) && !isLeaf) return null;
  const limits = above.flatMap(({ extensions }) => {
    const limit = said(extensions, 'nameConstraints', nameConstraints);
    return limit.kind === 'absent' ? [] : [limit];
  });
  if (limits.length === 0) return null;
  const names = namesOf(certificate, isLeaf);
  for (const limit of limits) {
    if (limit.kind === 'damaged') return fails('name-constraints', `The limits above it are damaged. ${limit.why}`);
    const problem = breach(names, limit.value);
    if (problem !== null) return fails('name-constraints', problem);
  }
  return holds('name-constraints', 'All its names are among those that the authorities above it may give out.');
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
    const allowed = permitted.filter((base) => isSameKind(base, name));
    if (allowed.length > 0 && !allowed.some((base) => isInside(name, base))) {
      return `An authority above it may only name ${allowed.map(baseText).join(', ')}; ${text} is outside.`;
    }
    const forbidden = excluded.find((base) => isSameKind(base, name) && isInside(name, base));
    if (forbidden) return `An authority above it must not name anything in ${baseText(forbidden)}; ${text} is inside.`;
  }
  return null;
}

function isSameKind(base: GeneralName, name: GeneralName): boolean {
  if (base.kind === 'other' && name.kind === 'other') return base.tag === name.tag;
  return base.kind === name.kind;
}

/** An unknown kind of name is treated so that the limit bites: outside what is permitted, inside what is excluded. */
function isInside(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'directory' && base.kind === 'directory') return isWithin(name.name, base.name);
  if (name.kind === 'IP' && base.kind === 'IP') return isInNetwork(name.bytes, base.bytes);
  if (name.kind === 'DNS' && base.kind === 'DNS') return isInDomain(name.text, base.text);
  if (name.kind === 'email' && base.kind === 'email') return isMailIn(name.text, base.text);
  if (name.kind === 'URI' && base.kind === 'URI') return isUriIn(name.text, base.text);
  return false;
}

/** Network and mask in 8 or 32 bytes. */
function isInNetwork(address: Uint8Array, network: Uint8Array): boolean {
  if (network.length !== address.length * 2) return false;
  const mask = network.subarray(address.length);
  const masked = (bytes: Uint8Array) => {
    const reader = new Reader(mask);
    return bytes.map((byte) => byte & reader.uint(1));
  };
  return sameBytes(masked(address), masked(network.subarray(0, address.length)));
}

/** The domain itself and all below it; with a leading dot only those below. */
function isInDomain(host: string, base: string): boolean {
  const [name, domain] = [host.toLowerCase(), base.toLowerCase()];
  if (domain === '') return true;
  return name === domain || name.endsWith(domain.startsWith('.') ? domain : `.${domain}`);
}

/** One mailbox, all of one host, or with a leading dot all hosts of a domain. */
function isMailIn(mail: string, base: string): boolean {
  const at = mail.lastIndexOf('@');
  const host = mail.slice(at + 1).toLowerCase();
  const baseAt = base.lastIndexOf('@');
  if (baseAt > 0) return mail.slice(0, at) === base.slice(0, baseAt) && host === base.slice(baseAt + 1).toLowerCase();
  const domain = base.slice(baseAt + 1).toLowerCase();
  return domain === '' || (domain.startsWith('.') ? host.endsWith(domain) : host === domain);
}

/** By the host of the URI: exactly that host, or with a leading dot those below it. */
function isUriIn(uri: string, base: string): boolean {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/.exec(uri);
  const host = authority?.[1]?.toLowerCase() ?? '';
  const domain = base.toLowerCase();
  if (host === '' || host.startsWith('[') || /^[\d.]+$/.test(host)) return false;
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain;
}

function baseText(base: GeneralName): string {
  if (base.kind !== 'IP') return generalNameText(base);
  const half = base.bytes.length / 2;
  const [network, mask] = [addressText(base.bytes.subarray(0, half)), addressText(base.bytes.subarray(half))];
  return network === null || mask === null ? generalNameText(base) : `IP:${network}/${mask}`;
}
