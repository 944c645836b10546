/** Finds the ways from a certificate up to an anchor. There may be several, and some may lead nowhere. */
import { sameBytes } from '../../bytes/reader.ts';
import { reading } from '../der/read.ts';
import { checkSignature, type Verdict } from '../keys/signature.ts';
import { isSameKey } from '../keys/public-key.ts';
import type { Certificate } from '../x509/certificate.ts';
import { authorityKeyIdentifier, subjectKeyIdentifier } from '../x509/extensions.ts';
import { said, valueOf } from './check.ts';
import { isSameName } from './same-name.ts';

/** Certificates from the leaf upwards. */
export interface Path {
  readonly certificates: readonly Certificate[];
  /** whether the last certificate is an anchor; else the path broke off there */
  readonly isAnchored: boolean;
}

const LONGEST = 20;
/** Ways that are followed to their end; more are only made to keep a verifier busy. */
const PATHS = 24;
/** Signatures that are checked while looking for ways. */
const SIGNATURES = 400;

/**
 * Every way from `leaf` to one of `anchors` through `others`, the most promising first; when there is none, how far it
 * got. Names lead; the key identifier and the signature decide which of several issuers of the same name comes first.
 */
export function findPaths(
  leaf: Certificate,
  others: readonly Certificate[],
  anchors: readonly Certificate[],
  at: number,
): Path[] {
  const search = new PathSearch([...anchors, ...others], anchors, at);
  search.follow([leaf]);
  return search.found();
}

class PathSearch {
  readonly #pool: readonly Certificate[];
  readonly #anchors: readonly Certificate[];
  readonly #at: number;
  readonly #paths: Path[] = [];
  #signatures = SIGNATURES;

  constructor(pool: readonly Certificate[], anchors: readonly Certificate[], at: number) {
    // A stranger's copy of an anchor, same name and key but other limits, must not stand in for it.
    const isCopy = (one: Certificate) => !anchors.includes(one) && anchors.some((anchor) => isSameEntity(anchor, one));
    this.#pool = distinct(pool).filter((one) => !isCopy(one));
    this.#anchors = anchors;
    this.#at = at;
  }

  follow(certificates: readonly Certificate[]): void {
    const last = certificates.at(-1);
    if (last === undefined || this.#paths.length >= PATHS) return;
    if (this.#isAnchor(last)) {
      this.#paths.push({ certificates, isAnchored: true });
      return;
    }
    const issuers = certificates.length < LONGEST ? this.#issuersOf(last, certificates) : [];
    if (issuers.length === 0) this.#paths.push({ certificates, isAnchored: false });
    for (const issuer of issuers) this.follow([...certificates, issuer]);
  }

  #isAnchor(certificate: Certificate): boolean {
    return this.#anchors.some((anchor) => sameBytes(anchor.der, certificate.der));
  }

  /** Ways that reach an anchor, if any does; else the longest attempts. */
  found(): Path[] {
    const anchored = this.#paths.filter(({ isAnchored }) => isAnchored);
    if (anchored.length > 0) return anchored;
    return [...this.#paths].sort((one, other) => other.certificates.length - one.certificates.length);
  }

  #issuersOf(certificate: Certificate, below: readonly Certificate[]): Certificate[] {
    if (isSelfSigned(certificate)) return []; // nobody else vouches for it
    const named = this.#pool.filter(
      (candidate) =>
        isSameName(candidate.subject, certificate.issuer) &&
        (this.#isAnchor(candidate) || !below.some((used) => isSameEntity(used, candidate))),
    );
    if (named.length < 2) return named;
    const scored = named.map((candidate) => ({ candidate, score: this.#score(certificate, candidate) }));
    const best = scored.filter(({ score }) => score >= SIGNED);
    // Where one issuer's signature holds, those whose signature does not are no way at all.
    const worth = best.length > 0 ? best : scored;
    return worth.sort((one, other) => other.score - one.score).map(({ candidate }) => candidate);
  }

  #score(certificate: Certificate, candidate: Certificate): number {
    let score = 0;
    if (this.#signatures-- > 0 && signatureBy(certificate, candidate).holds) score += SIGNED;
    if (keyIdsAgree(certificate, candidate) !== false) score += 4;
    if (this.#isAnchor(candidate)) score += 2;
    if (this.#at >= candidate.notBefore && this.#at <= candidate.notAfter) score += 1;
    return score;
  }
}

const SIGNED = 8;

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter((one, at) => !certificates.slice(0, at).some((other) => sameBytes(one.der, other.der)));
}

/** Signed with its own key, under its own name. */
export function isSelfSigned(certificate: Certificate): boolean {
  return isSameName(certificate.subject, certificate.issuer) && signatureBy(certificate, certificate).holds;
}

/** The same name and the same key: what a signature speaks for. Two certificates may say so of one entity. */
export function isSameEntity(one: Certificate, other: Certificate): boolean {
  return one === other || (isSameKey(one.publicKey, other.publicKey) && isSameName(one.subject, other.subject));
}

/** Whether the key identifiers of a certificate and its issuer agree; null where one of them says none. */
export function keyIdsAgree(certificate: Certificate, issuer: Certificate): boolean | null {
  const wanted = valueOf(said(certificate.extensions, 'authorityKeyIdentifier', authorityKeyIdentifier));
  const own = valueOf(said(issuer.extensions, 'subjectKeyIdentifier', subjectKeyIdentifier));
  return wanted === null || own === null ? null : sameBytes(wanted, own);
}

const KNOWN = new WeakMap<Certificate, WeakMap<Certificate, Verdict>>();

/** Whether the key of `issuer` signed `certificate`; remembered, because several ways ask the same. */
export function signatureBy(certificate: Certificate, issuer: Certificate): Verdict {
  const known = KNOWN.get(certificate)?.get(issuer);
  if (known) return known;
  const { algorithm, signed, signature } = certificate;
  const checked = reading(() => checkSignature(issuer.publicKey, algorithm, signed, signature));
  const verdict = checked.ok ? checked.value : { holds: false, why: `The key cannot be read. ${checked.error.why}` };
  const answers = KNOWN.get(certificate) ?? new WeakMap<Certificate, Verdict>();
  KNOWN.set(certificate, answers.set(issuer, verdict));
  return verdict;
}
