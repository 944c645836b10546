/** The checks of one certificate in its place in a path (RFC 5280 section 6.1), each with its reason. */
import type { KeyUsage } from '../../asn1/key-usage.ts';
import { OID, oidName } from '../../asn1/oids.ts';
import { isoTime } from '../../asn1/time.ts';
import { nameText } from '../names/name-text.ts';
import type { Certificate } from '../x509/certificate.ts';
import * as ext from '../x509/extensions.ts';
import { countsInPath, fails, holds, isAuthority, remark, said, valueOf, type Finding } from './check.ts';
import { accessDescriptions, distributionPoints } from './distribution-point.ts';
import { hostCheck } from './host-name.ts';
import { keyIdCheck, rootKeyIdCheck, wantedIssuer } from './key-id.ts';
import { nameConstraints, nameConstraintsCheck } from './name-constraints.ts';
import { isSelfSigned, signatureBy } from './paths.ts';
import { profileChecks } from './profile.ts';
import { algorithmCheck } from './strength.ts';

export type Purpose = 'client' | 'server';

/** What a path is judged for. */
export interface Question {
  /** Unix time in ms */
  readonly at: number;
  readonly purpose?: Purpose;
  /** host name or address that a server certificate must be for */
  readonly host?: string;
  /** refuses also what only strict verifiers refuse, as `openssl verify -x509_strict` does */
  readonly isStrict?: boolean;
}

/** One certificate and what stands around it. */
export interface Place {
  readonly certificate: Certificate;
  readonly depth: number;
  /** null: nobody above it was found */
  readonly issuer: Certificate | null;
  /** from the leaf to just below this one */
  readonly below: readonly Certificate[];
  /** from its issuer up to the anchor */
  readonly above: readonly Certificate[];
  readonly isAnchor: boolean;
}

/** Every check but revocation. */
export function certificateChecks(place: Place, question: Question): Finding[] {
  const findings = [
    readableCheck(place.certificate),
    ...profileChecks({ ...place, isIssuer: place.depth > 0 }, question.isStrict ?? false),
    ...(place.isAnchor ? [anchorCheck(place), rootKeyIdCheck(place.certificate)] : signerChecks(place)),
    algorithmCheck(place.certificate, place.isAnchor),
    validityCheck(place.certificate, question.at),
    ...(place.depth > 0 ? authorityChecks(place) : []),
    purposeCheck(place, question),
    place.isAnchor ? null : nameConstraintsCheck(place.certificate, place.depth === 0, place.above),
    place.depth === 0 && question.host !== undefined ? hostCheck(place.certificate, question.host) : null,
    criticalCheck(place.certificate),
    policyCheck(place.certificate),
  ];
  return findings.filter((finding) => finding !== null);
}

const DECODERS = {
  basicConstraints: ext.basicConstraints,
  keyUsage: ext.keyUsage,
  extKeyUsage: ext.extendedKeyUsage,
  subjectAltName: ext.alternativeNames,
  subjectKeyIdentifier: ext.subjectKeyIdentifier,
  authorityKeyIdentifier: wantedIssuer,
  cRLDistributionPoints: distributionPoints,
  authorityInfoAccess: accessDescriptions,
  nameConstraints,
} as const;

const READABLE = new WeakMap<Certificate, Finding>();

/** Remembered: a certificate stands on many ways, and long extensions take their time. */
function readableCheck(certificate: Certificate): Finding {
  const known = READABLE.get(certificate) ?? readability(certificate);
  READABLE.set(certificate, known);
  return known;
}

function readability({ extensions, version }: Certificate): Finding {
  for (const [name, decode] of Object.entries(DECODERS)) {
    const read = said<unknown>(extensions, name as keyof typeof DECODERS, decode);
    if (read.kind === 'damaged') return fails('readable', `Its extension ${name} is damaged. ${read.why}`);
  }
  return holds('readable', `It is a version ${version} certificate, and every extension that counts can be read.`);
}

function anchorCheck({ certificate, depth }: Place): Finding {
  const name = nameText(certificate.subject);
  return holds(
    'anchor',
    depth === 0 ? 'It is itself one of the anchors.' : `${name} is one of the anchors: trust begins here.`,
  );
}

function signerChecks({ certificate, issuer }: Place): Finding[] {
  const name = nameText(certificate.issuer);
  if (issuer === null) {
    return [
      fails(
        'issuer',
        isSelfSigned(certificate)
          ? 'It is signed with its own key, and it is no anchor: nobody whom we trust vouches for it.'
          : `No certificate of its issuer is here: ${name}.`,
      ),
    ];
  }
  const verdict = signatureBy(certificate, issuer);
  return [
    holds('issuer', `Its issuer's name is ${name}, and there is a certificate of that name.`),
    keyIdCheck(certificate, issuer),
    verdict.holds ? holds('signature', 'The issuer’s key signed every byte of it.') : fails('signature', verdict.why),
  ];
}

function validityCheck({ notBefore, notAfter }: Certificate, at: number): Finding {
  if (at < notBefore) return fails('validity', `It is not valid yet: it begins at ${isoTime(notBefore)}.`);
  if (at > notAfter) return fails('validity', `It has expired: it ended at ${isoTime(notAfter)}.`);
  return holds('validity', `It is valid from ${isoTime(notBefore)} to ${isoTime(notAfter)}.`);
}

function authorityChecks(place: Place): Finding[] {
  return [authorityCheck(place), pathLengthCheck(place), keyUsageOfAuthority(place.certificate)];
}

function authorityCheck({ certificate, isAnchor }: Place): Finding {
  if (isAuthority(certificate)) return holds('authority', 'It says CA:TRUE: it may stand above others.');
  if (isAnchor && certificate.version === 1) {
    return remark('authority', 'A version 1 anchor cannot say CA:TRUE; that it is trusted must do.');
  }
  return fails('authority', 'It does not say CA:TRUE, so it may not sign certificates.');
}

function pathLengthCheck({ certificate, below }: Place): Finding {
  const constraints = valueOf(said(certificate.extensions, 'basicConstraints', ext.basicConstraints));
  const limit = constraints?.pathLength ?? null;
  const count = below.slice(1).filter(countsInPath).length;
  if (limit === null) return holds('path-length', 'It does not limit how many authorities may follow it.');
  return count > limit
    ? fails('path-length', `It allows ${limit} further authorities below it, and there are ${count}.`)
    : holds('path-length', `It allows ${limit} further authorities below it, and there are ${count}.`);
}

function keyUsageOfAuthority({ extensions }: Certificate): Finding {
  const usage = said(extensions, 'keyUsage', ext.keyUsage);
  if (usage.kind !== 'said') return remark('key-usage', 'It does not limit what its key is for.');
  return usage.value.includes('keyCertSign')
    ? holds('key-usage', 'Its key may sign certificates (keyCertSign).')
    : fails('key-usage', `Its key is for ${usage.value.join(', ')}, not for signing certificates (keyCertSign).`);
}

/** Key usages of which a leaf needs one, by purpose, as OpenSSL asks it. */
const LEAF_USAGE = {
  client: ['digitalSignature', 'keyAgreement'],
  server: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
} as const satisfies Record<Purpose, readonly KeyUsage[]>;
const PURPOSE_OID = { client: OID.clientAuth, server: OID.serverAuth } as const;

/** The purpose must be allowed by the leaf and by every authority that limits purposes at all. */
function purposeCheck({ certificate, depth }: Place, { purpose }: Question): Finding | null {
  if (purpose === undefined) return null;
  const purposes = said(certificate.extensions, 'extKeyUsage', ext.extendedKeyUsage);
  const wanted = oidName(PURPOSE_OID[purpose]);
  if (purposes.kind === 'said' && !purposes.value.includes(PURPOSE_OID[purpose])) {
    const given = purposes.value.map(oidName).join(', ');
    const isAny = purposes.value.includes(OID.anyExtendedKeyUsage);
    const why = isAny ? ', and "any" does not count: OpenSSL wants the purpose itself' : '';
    return fails('purpose', `It is for ${given}, not for ${wanted}${why}.`);
  }
  const usage = valueOf(said(certificate.extensions, 'keyUsage', ext.keyUsage));
  const needed: readonly KeyUsage[] = LEAF_USAGE[purpose];
  if (depth === 0 && usage !== null && !usage.some((name) => needed.includes(name))) {
    return fails('purpose', `Its key is for ${usage.join(', ')}; a ${purpose} needs ${needed.join(' or ')}.`);
  }
  return holds('purpose', purposes.kind === 'said' ? `It is for ${wanted}.` : 'It names no purpose, so it is for any.');
}

/** Extensions whose meaning is applied here, or may be passed over without harm. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...[OID.basicConstraints, OID.keyUsage, OID.extKeyUsage, OID.subjectAltName, OID.nameConstraints],
  ...[OID.authorityKeyIdentifier, OID.subjectKeyIdentifier, OID.issuerAltName],
  ...[OID.cRLDistributionPoints, OID.freshestCRL],
  ...[OID.certificatePolicies, OID.policyMappings, OID.policyConstraints, OID.inhibitAnyPolicy],
]);

function criticalCheck({ extensions }: Certificate): Finding {
  const unknown = extensions.filter(({ oid, isCritical }) => isCritical && !UNDERSTOOD.has(oid));
  if (unknown.length === 0) return holds('critical', 'Everything that it marks as critical is understood.');
  const names = unknown.map(({ oid }) => oidName(oid)).join(', ');
  return fails('critical', `It marks as critical what nobody here understands: ${names}. So it must be refused.`);
}

function policyCheck({ extensions }: Certificate): Finding | null {
  const has = ext.extensionOf(extensions, 'policyConstraints') ?? ext.extensionOf(extensions, 'inhibitAnyPolicy');
  return has && remark('policies', 'It sets rules for certificate policies. Policies are not judged here.');
}
