/**
 * Judges a certificate and says why: every way to an anchor, every certificate on it, every check, not only the first
 * that fails. Follows RFC 5280 section 6. Policies and delta CRLs are not judged. Where several verifiers differ,
 * README.md in this folder says what is chosen here.
 */
import type { Certificate } from '../x509/certificate.ts';
import type { Crl } from '../x509/crl.ts';
import { certificateChecks, type Place, type Question } from './certificate-checks.ts';
import { CHECKS, fails, type PathCheck } from './check.ts';
import { findPaths, type Path } from './paths.ts';
import { deltaRemark, revocationCheck, type RevocationSources } from './revocation.ts';
import { isSameName } from './same-name.ts';

export interface Evidence {
  readonly leaf: Certificate;
  /** certificates that came along, in any order; believed only as far as an anchor vouches for them */
  readonly untrusted: readonly Certificate[];
  readonly anchors: readonly Certificate[];
  /** when there are any, every certificate below the anchor needs a fresh list that it is not on */
  readonly crls: readonly Crl[];
  /** revocation is asked for, also when no list is there */
  readonly needsCrls?: boolean;
}

/** One way from the leaf upwards, judged. */
export interface JudgedPath {
  readonly isTrusted: boolean;
  readonly isAnchored: boolean;
  readonly certificates: readonly Certificate[];
  /** leaf first; within a certificate in the order of `CHECKS` */
  readonly checks: readonly PathCheck[];
}

/** Lists may be signed by certificates that need lists themselves; that ends here. */
const NESTED_SIGNERS = 3;

/** Ways that are judged, when none of them is trusted, and of those the best that are told of. */
const [WAYS, TOLD] = [256, 16];

/**
 * Ways to an anchor, the best first: a trusted one, else the one where the fewest checks fail. The search ends with the
 * first that is trusted.
 */
export function judge(evidence: Evidence, question: Question): JudgedPath[] {
  // Certificates know whole seconds: the last one lasts until the next begins (RFC 5280 section 4.1.2.5).
  return judgedPaths(evidence, { ...question, at: Math.floor(question.at / 1000) * 1000 }, []);
}

function judgedPaths(evidence: Evidence, question: Question, asking: readonly Certificate[]): JudgedPath[] {
  const judged: JudgedPath[] = [];
  for (const path of findPaths(evidence.leaf, evidence.untrusted, evidence.anchors, question.at)) {
    judged.push(judgedPath(path, evidence, question, asking));
    if (judged.at(-1)?.isTrusted === true || judged.length >= WAYS) break;
  }
  return judged.sort((one, other) => failures(one) - failures(other)).slice(0, TOLD);
}

function failures({ checks, isTrusted }: JudgedPath): number {
  return isTrusted ? -1 : checks.filter(({ state }) => state === 'fails').length;
}

function judgedPath(path: Path, evidence: Evidence, question: Question, asking: readonly Certificate[]): JudgedPath {
  const { certificates, isAnchored } = path;
  const needsCrls = evidence.needsCrls ?? evidence.crls.length > 0;
  const checks = certificates.flatMap((certificate, depth) => {
    const place = placeOf(path, certificate, depth);
    const findings = certificateChecks(place, question);
    if (needsCrls && !place.isAnchor) {
      findings.push(
        place.issuer === null
          ? fails('revocation', 'Without its issuer no revocation list can be believed.')
          : revocationCheck(certificate, sourcesOf(path, depth, evidence, question, asking)),
        ...[deltaRemark(certificate, evidence.crls)].filter((finding) => finding !== null),
      );
    }
    return findings
      .map((finding): PathCheck => ({ ...finding, depth }))
      .sort((one, other) => CHECKS.indexOf(one.name) - CHECKS.indexOf(other.name));
  });
  return { isTrusted: isAnchored && checks.every(({ state }) => state !== 'fails'), isAnchored, certificates, checks };
}

function placeOf({ certificates, isAnchored }: Path, certificate: Certificate, depth: number): Place {
  return {
    ...{ certificate, depth },
    issuer: certificates[depth + 1] ?? null,
    below: certificates.slice(0, depth),
    above: certificates.slice(depth + 1),
    isAnchor: isAnchored && depth === certificates.length - 1,
  };
}

/** Lists for one certificate of a path. Their signer is the issuer in the path, or one with a path of its own. */
function sourcesOf(
  { certificates }: Path,
  depth: number,
  evidence: Evidence,
  question: Question,
  asking: readonly Certificate[],
): RevocationSources {
  const issuer = certificates[depth + 1];
  const signersOf = (crl: Crl): Certificate[] => {
    const named = [...evidence.anchors, ...evidence.untrusted].filter(({ subject }) => isSameName(subject, crl.issuer));
    const others = named.filter((candidate) => candidate !== issuer && isTrustedSigner(candidate));
    return issuer && isSameName(issuer.subject, crl.issuer) ? [issuer, ...others] : others;
  };
  const isTrustedSigner = (candidate: Certificate): boolean => {
    if (certificates.slice(depth + 1).includes(candidate)) return true;
    // A CA may let a signer of lists speak for itself: then it is in order as long as its own list does not name it.
    if (asking.includes(candidate)) return true;
    if (asking.length >= NESTED_SIGNERS) return false;
    const inner: Evidence = { ...evidence, leaf: candidate };
    const paths = judgedPaths(inner, { at: question.at }, [...asking, candidate]);
    const anchor = certificates.at(-1);
    // RFC 5280 section 6.3.3 (f): the list must hang on the same anchor as the certificate.
    return paths.some(({ isTrusted, certificates: way }) => isTrusted && way.at(-1) === anchor);
  };
  return { crls: evidence.crls, at: question.at, signersOf };
}
