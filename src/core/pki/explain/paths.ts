/** Finds the ways from a certificate up to an anchor. There may be several, and some may lead nowhere. */
import { sameBytes } from '../../bytes/reader.ts';
import { reading } from '../der/read.ts';
import { checkSignature, type Verdict } from '../keys/signature.ts';
import { isSameKey } from '../keys/public-key.ts';
import type { Certificate } from '../x509/certificate.ts';
import { keyIdsAgree } from './key-id.ts';
import { canonical, isSameName } from './same-name.ts';

/** Certificates from the leaf upwards. */
export interface Path {
  readonly certificates: readonly Certificate[];
  /** whether the last certificate is an anchor; else the path broke off there */
  readonly isAnchored: boolean;
}

const LONGEST = 20;
/** Steps and signatures on the search for ways; more are only asked for to keep a verifier busy. */
const STEPS = 4000;
const SIGNATURES = 600;

/**
 * Every way from `leaf` to one of `anchors` through `others`, the most promising first; when there is none, the longest
 * attempt. Names lead; the key identifier and the signature decide which of several issuers of the same name comes first.
 * They are sought one by one, so that whoever is content with one does not pay for all.
 */
export function* findPaths(
  leaf: Certificate,
  others: readonly Certificate[],
  anchors: readonly Certificate[],
  at: number,
): Generator<Path> {
  const search = new PathSearch(others, anchors, at);
  let hasFound = false;
  for (const path of search.anchored([leaf])) {
    hasFound = true;
    yield path;
  }
  if (!hasFound) yield { certificates: search.longest(leaf), isAnchored: false };
}

class PathSearch {
  readonly #anchors: readonly Certificate[];
  readonly #at: number;
  readonly #bySubject = new Map<string, Certificate[]>();
  /** names from which issuers' names lead to an anchor */
  readonly #hopeful: ReadonlySet<string>;
  #steps = STEPS;
  #signatures = SIGNATURES;

  constructor(others: readonly Certificate[], anchors: readonly Certificate[], at: number) {
    this.#anchors = anchors;
    this.#at = at;
    // A stranger's copy of an anchor, same name and key but other limits, must not stand in for it.
    const isCopy = (one: Certificate) => anchors.some((anchor) => isSameEntity(anchor, one));
    for (const one of distinct([...anchors, ...others.filter((other) => !isCopy(other))])) {
      const name = nameKey(one.subject);
      this.#bySubject.set(name, [...(this.#bySubject.get(name) ?? []), one]);
    }
    this.#hopeful = this.#reaching();
  }

  *anchored(certificates: readonly Certificate[]): Generator<Path> {
    const last = certificates.at(-1);
    if (last === undefined || this.#steps-- <= 0) return;
    if (this.#isAnchor(last)) yield { certificates, isAnchored: true };
    else if (certificates.length < LONGEST && this.#hopeful.has(nameKey(last.issuer))) {
      for (const issuer of this.#issuersOf(last, certificates)) yield* this.anchored([...certificates, issuer]);
    }
  }

  /** As far up as it goes, by the best issuer of each. */
  longest(leaf: Certificate): readonly Certificate[] {
    const path = [leaf];
    for (let last: Certificate | undefined = leaf; last && path.length < LONGEST;) {
      const [next] = this.#issuersOf(last, path);
      if (next) path.push(next);
      last = next;
    }
    return path;
  }

  /** Every name that is an anchor's, or whose certificates name such an issuer. */
  #reaching(): ReadonlySet<string> {
    const below = new Map<string, string[]>();
    for (const one of [...this.#bySubject.values()].flat()) {
      const issuer = nameKey(one.issuer);
      below.set(issuer, [...(below.get(issuer) ?? []), nameKey(one.subject)]);
    }
    const reached = new Set(this.#anchors.map(({ subject }) => nameKey(subject)));
    for (const name of reached) for (const lower of below.get(name) ?? []) reached.add(lower); // grows while it is read
    return reached;
  }

  #isAnchor(certificate: Certificate): boolean {
    return this.#anchors.some((anchor) => sameBytes(anchor.der, certificate.der));
  }

  /** Those whose signature holds; where there are none, the one that comes nearest, so that one sees what is wrong. */
  *#issuersOf(certificate: Certificate, below: readonly Certificate[]): Generator<Certificate> {
    if (isSelfSigned(certificate)) return; // nobody else vouches for it
    const named = (this.#bySubject.get(nameKey(certificate.issuer)) ?? [])
      .filter((one) => this.#isAnchor(one) || !below.some((used) => isSameEntity(used, one)))
      .map((candidate) => ({ candidate, score: this.#score(certificate, candidate) }))
      .sort((one, other) => other.score - one.score)
      .map(({ candidate }) => candidate);
    let hasSigned = false;
    for (const candidate of named) {
      if (this.#signatures-- <= 0) break;
      if (!signatureBy(certificate, candidate).holds) continue;
      hasSigned = true;
      yield candidate;
    }
    const [nearest] = named;
    if (!hasSigned && nearest) yield nearest;
  }

  #score(certificate: Certificate, candidate: Certificate): number {
    const isOfKey = keyIdsAgree(certificate, candidate) !== false;
    const isValid = this.#at >= candidate.notBefore && this.#at <= candidate.notAfter;
    return (isOfKey ? 4 : 0) + (this.#isAnchor(candidate) ? 2 : 0) + (isValid ? 1 : 0);
  }
}

const nameKey = (name: Certificate['subject']): string => canonical(name).join();

function distinct(certificates: readonly Certificate[]): Certificate[] {
  const known = new Map<string, Certificate[]>();
  return certificates.filter((one) => {
    const key = `${one.der.length} ${String.fromCharCode(...one.signature.subarray(0, 32))}`;
    const alike = known.get(key) ?? [];
    if (alike.some((other) => sameBytes(one.der, other.der))) return false;
    known.set(key, [...alike, one]);
    return true;
  });
}

/** Signed with its own key, under its own name. */
export function isSelfSigned(certificate: Certificate): boolean {
  return isSameName(certificate.subject, certificate.issuer) && signatureBy(certificate, certificate).holds;
}

/** The same name and the same key: what a signature speaks for. Two certificates may say so of one entity. */
export function isSameEntity(one: Certificate, other: Certificate): boolean {
  return one === other || (isSameKey(one.publicKey, other.publicKey) && isSameName(one.subject, other.subject));
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
