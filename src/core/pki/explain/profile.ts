/**
 * How RFC 5280 section 4 wants certificates written. `openssl verify` and most TLS peers pass over much of it unless
 * they are asked to be strict (`-x509_strict`; Python's default since 3.13), so a rule says which it is.
 */
import { KEY_USAGE } from '../../asn1/key-usage.ts';
import type { OidName } from '../../asn1/oids.ts';
import type { Certificate } from '../x509/certificate.ts';
import * as ext from '../x509/extensions.ts';
import { fails, holds, isAuthority, remark, said, valueOf, type Finding } from './check.ts';
import { wantedIssuer } from './key-id.ts';
import { isMailbox, isHostName } from './name-constraints.ts';
import { isSameName } from './same-name.ts';

export interface Subject {
  readonly certificate: Certificate;
  readonly isAnchor: boolean;
  /** it stands above another certificate */
  readonly isIssuer: boolean;
}

interface Rule {
  /** section of RFC 5280 */
  readonly section: string;
  /** `strict`: only strict verifiers refuse what breaks it */
  readonly grade: 'always' | 'strict';
  /** What is wrong, in words; null where the rule is kept. */
  broken(subject: Subject): string | null;
}

const SERIAL_BYTES = 20;
/** What UTCTime can say, in Unix ms. */
const [YEAR_1950, YEAR_2050] = [-631_152_000_000, 2_524_608_000_000];

const RULES: readonly Rule[] = [
  always('4.1.2.1', ({ certificate: { version, extensions } }) =>
    extensions.length > 0 && version < 3 ? `It has extensions, though it says that it has version ${version}.` : null,
  ),
  // Old roots have the number 0, and live on.
  always('4.1.2.2', ({ certificate: { serial }, isAnchor }) => {
    if (isAnchor) return null;
    if (serial.every((byte) => byte === 0)) return 'Its serial number is 0.';
    return serial.length > SERIAL_BYTES
      ? `Its serial number has ${serial.length} bytes; ${SERIAL_BYTES} are the most.`
      : null;
  }),
  strict('4.1.2.2', ({ certificate: { serial } }) =>
    (serial.at(0) ?? 0) >= 0x80 ? 'Its serial number is negative.' : null,
  ),
  always('4.1.2.4', ({ certificate: { issuer } }) => (issuer.rdns.length === 0 ? 'It names no issuer.' : null)),
  strict('4.1.2.5', ({ certificate: { areLongTimes, notBefore, notAfter } }) =>
    [notBefore, notAfter].some((time, at) => areLongTimes[at] !== (time >= YEAR_2050 || time < YEAR_1950))
      ? 'Its times must be UTCTime through 2049 and GeneralizedTime from 2050 on, and one is not.'
      : null,
  ),
  always('4.1.2.6', ({ certificate, isIssuer }) =>
    (isIssuer || isAuthority(certificate)) && certificate.subject.rdns.length === 0
      ? 'An authority must have a name, and this one has none.'
      : null,
  ),
  always('4.2.1.1', mustNotBeCritical('authorityKeyIdentifier')),
  strict('4.2.1.1', ({ certificate }) => {
    const wanted = valueOf(said(certificate.extensions, 'authorityKeyIdentifier', wantedIssuer));
    const isRoot = isSameName(certificate.subject, certificate.issuer);
    if (wanted === null ? isRoot : wanted.keyId !== null) return null;
    return 'It does not say by what key it was signed (authorityKeyIdentifier).';
  }),
  always('4.2.1.2', mustNotBeCritical('subjectKeyIdentifier')),
  strict('4.2.1.2', ({ certificate }) =>
    isAuthority(certificate) && !has(certificate, 'subjectKeyIdentifier')
      ? 'An authority must name its key (subjectKeyIdentifier), and this one does not.'
      : null,
  ),
  always('4.2.1.3', ({ certificate }) => {
    const usage = usageOf(certificate);
    if (usage?.length === 0) return 'Its keyUsage allows nothing: at least one bit must be set.';
    return usage?.includes('keyCertSign') && !isAuthority(certificate)
      ? 'Its key may sign certificates (keyCertSign), and yet it is no authority (CA:TRUE).'
      : null;
  }),
  strict('4.2.1.3', ({ certificate }) =>
    isAuthority(certificate) && !has(certificate, 'keyUsage')
      ? 'An authority must say what its key is for (keyUsage).'
      : null,
  ),
  always('4.2.1.6', ({ certificate: { subject, extensions } }) => {
    const isNamed = ext.extensionOf(extensions, 'subjectAltName')?.isCritical ?? false;
    return subject.rdns.length === 0 && !isNamed
      ? 'Its subject is empty, so its subjectAltName must be there and be critical.'
      : null;
  }),
  strict('4.2.1.6', ({ certificate }) => oddName(certificate)),
  always('4.2.1.9', ({ certificate }) => {
    const constraints = valueOf(said(certificate.extensions, 'basicConstraints', ext.basicConstraints));
    if (constraints === null || constraints.pathLength === null) return null;
    if (!constraints.isAuthority) return 'It limits the path below it, and yet it is no authority (CA:TRUE).';
    return usageOf(certificate)?.includes('keyCertSign') === false
      ? 'It limits the path below it, and yet its key may not sign certificates (keyCertSign).'
      : null;
  }),
  strict('4.2.1.9', ({ certificate }) =>
    isAuthority(certificate) ? mustBeCritical('basicConstraints')({ certificate }) : null,
  ),
  always('4.2.1.10', ({ certificate }) =>
    has(certificate, 'nameConstraints') && !isAuthority(certificate)
      ? 'It limits names (nameConstraints), which only an authority may do.'
      : null,
  ),
  strict('4.2.1.10', mustBeCritical('nameConstraints')),
  always('4.2.1.11', mustBeCritical('policyConstraints')),
  always('4.2.1.14', mustBeCritical('inhibitAnyPolicy')),
];

function always(section: string, broken: Rule['broken']): Rule {
  return { section, grade: 'always', broken };
}

function strict(section: string, broken: Rule['broken']): Rule {
  return { section, grade: 'strict', broken };
}

function mustNotBeCritical(name: OidName): Rule['broken'] {
  return ({ certificate: { extensions } }) =>
    ext.extensionOf(extensions, name)?.isCritical ? `Its ${name} is marked as critical, and must not be.` : null;
}

function mustBeCritical(name: OidName): (subject: Pick<Subject, 'certificate'>) => string | null {
  return ({ certificate: { extensions } }) =>
    ext.extensionOf(extensions, name)?.isCritical === false
      ? `Its ${name} must be marked as critical, and is not.`
      : null;
}

function has({ extensions }: Certificate, name: OidName): boolean {
  return ext.extensionOf(extensions, name) !== null;
}

function usageOf({ extensions }: Certificate): readonly (typeof KEY_USAGE)[number][] | null {
  return valueOf(said(extensions, 'keyUsage', ext.keyUsage));
}

/** A name in the subjectAltName that is no such name. */
function oddName({ extensions }: Certificate): string | null {
  const names = valueOf(said(extensions, 'subjectAltName', ext.alternativeNames)) ?? [];
  for (const name of names) {
    if (name.kind === 'IP' && name.bytes.length !== 4 && name.bytes.length !== 16) {
      return `It has an IP address of ${name.bytes.length} bytes; 4 or 16 are right.`;
    }
    if (name.kind === 'DNS' && !isHostName(name.text)) return `"${name.text}" in its subjectAltName is no host name.`;
    if (name.kind === 'email' && !isMailbox(name.text))
      return `"${name.text}" in its subjectAltName is no mail address.`;
  }
  return null;
}

/**
 * The check `profile`: each rule that is broken, or that all are kept.
 *
 * @param isStrict whether the rules that most verifiers pass over decide, too
 */
export function profileChecks(subject: Subject, isStrict: boolean): Finding[] {
  const findings = RULES.flatMap(({ section, grade, broken }) => {
    const why = broken(subject);
    if (why === null) return [];
    const isFatal = grade === 'always' || isStrict;
    return isFatal
      ? [fails('profile', `${why} RFC 5280 section ${section}.`)]
      : [remark('profile', `${why} RFC 5280 section ${section} wants it, and strict verifiers refuse it.`)];
  });
  return findings.length > 0 ? findings : [holds('profile', 'It is written as RFC 5280 wants certificates to be.')];
}
