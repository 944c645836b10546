/** What a certificate of each use says of itself: its extensions, made from what its authority has decided. */
import type { KeyUsage } from '../asn1/key-usage.ts';
import { OID, type OidName } from '../asn1/oids.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import type { PublicKey } from './keys/public-key.ts';
import { generalNameDer } from './names/general-name.ts';
import type { NameError } from './names/name-text.ts';
import { subtreeDer } from './names/subtree.ts';
import * as build from './x509/build.ts';

/** What a certificate is for: `both` is a client and a server, `authority` signs certificates and lists. */
export const USES = ['client', 'server', 'both', 'authority'] as const;
export type Use = (typeof USES)[number];

/** What a leaf certificate is for: its extended key usage. */
export type Purpose = 'client' | 'server';

/** What limits an authority, and where its list is found. */
export interface AuthorityTerms {
  /** how many authorities may stand below this one; any number without it */
  readonly pathLength?: number;
  /** names that certificates below may have, and may not: `DNS:example.test`, `IP:10.0.0.0/8`, `email:example.test` */
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
}

export type TermsError = NameError | Refusal<'badAltName' | 'badPathLength' | 'badUrl'>;

const PURPOSES: Readonly<Record<Exclude<Use, 'authority'>, readonly OidName[]>> = {
  client: ['clientAuth'],
  server: ['serverAuth'],
  both: ['serverAuth', 'clientAuth'],
};

/** keyUsage for a use. */
export function usageOf(use: Use, key: PublicKey): readonly KeyUsage[] {
  if (use === 'authority') return ['keyCertSign', 'cRLSign'];
  // keyEncipherment: TLS 1.2 suites with RSA key exchange encrypt to the server's key; no other kind can do that.
  const encrypts = use !== 'client' && key.algorithm.oid === OID.rsaEncryption;
  return encrypts ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
}

/** basicConstraints, keyUsage, extKeyUsage and nameConstraints. */
export function useExtensions(use: Use, key: PublicKey, terms: AuthorityTerms): Result<Uint8Array[], TermsError> {
  const usage = build.usage(...usageOf(use, key));
  if (use !== 'authority') return done([build.leafConstraints(), usage, build.purposes(...PURPOSES[use])]);
  const { pathLength } = terms;
  if (pathLength !== undefined && !(Number.isInteger(pathLength) && pathLength >= 0 && pathLength < 1000))
    return refused('badPathLength', `A path length is a whole number from 0 on, not ${pathLength}.`);
  const constraints = constraintsOf(terms);
  return constraints.ok ? done([build.authorityConstraints(pathLength), usage, ...constraints.value]) : constraints;
}

function constraintsOf({ permitted = [], excluded = [] }: AuthorityTerms): Result<Uint8Array[], TermsError> {
  const allowed = all(permitted, subtreeDer);
  if (!allowed.ok) return allowed;
  const forbidden = all(excluded, subtreeDer);
  if (!forbidden.ok) return forbidden;
  const isAny = allowed.value.length + forbidden.value.length > 0;
  return done(isAny ? [build.nameConstraints(allowed.value, forbidden.value)] : []);
}

/** Zero or one SAN extension. */
export function sanOf(names: readonly string[]): Result<Uint8Array[], TermsError> {
  const entries = all(names, generalNameDer);
  if (!entries.ok) return entries;
  return done(entries.value.length > 0 ? [build.alternativeNames(entries.value)] : []);
}

/** Zero or one extension that says where the list of revoked certificates is. */
export function listPlaces(urls: readonly string[]): Result<Uint8Array[], TermsError> {
  const places = all(urls, (url) => generalNameDer(`URI:${url}`));
  if (!places.ok) return refused('badUrl', `A place of a list is a URL. ${places.error.why}`);
  return done(places.value.length > 0 ? [build.crlDistributionPoints(places.value)] : []);
}

function all<Failure>(
  texts: readonly string[],
  make: (text: string) => Result<Uint8Array, Failure>,
): Result<Uint8Array[], Failure> {
  const made: Uint8Array[] = [];
  for (const text of texts) {
    const one = make(text);
    if (!one.ok) return one;
    made.push(one.value);
  }
  return done(made);
}
