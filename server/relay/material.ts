/**
 * Certificates and keys as OpenSSL will see them, checked before it does: its own refusals come as exceptions with
 * codes, some too late and one not at all (an Ed25519 key with an RSA certificate sends an empty Certificate).
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import {
  GROUPS,
  SUITES,
  impossibleSuites,
  suitesOf,
  usualSuites,
  type CertificateKey,
  type RelaySettings,
  type SuiteName,
} from '../../src/core/bridge/settings.ts';

export type MaterialCode = 'bad-certificate' | 'key-mismatch' | 'weak-key' | 'bad-settings';
export interface MaterialRefused {
  readonly kind: 'refused';
  readonly code: MaterialCode;
  readonly text: string;
}
const refused = (code: MaterialCode, text: string): MaterialRefused => ({ kind: 'refused', code, text });

/** Level 2 refuses RSA below 2048 bits and SHA-1 under certificates, which Node 20 lets pass. */
const LEVEL = '@SECLEVEL=2';

type Chosen = Pick<RelaySettings, 'suites' | 'groups'>;

/** What OpenSSL is told of each version's suites, and of the groups, in its own spelling. */
export function inOpenssl({ suites, groups }: Chosen): { tls13: string; tls12: string; groups: string | null } {
  const spelt = (version: '1.2' | '1.3') =>
    (suitesOf(suites, version) ?? usualSuites(version)).map((name: SuiteName) => SUITES[name].openssl).join(':');
  return {
    tls13: spelt('1.3'),
    tls12: `${spelt('1.2')}:${LEVEL}`,
    groups: groups && groups.map((name) => GROUPS[name].openssl).join(':'),
  };
}

function contextOptions(chosen: Chosen): SecureContextOptions {
  const { tls13, tls12, groups } = inOpenssl(chosen);
  return { ciphers: `${tls13}:${tls12}`, ...(groups !== null && { ecdhCurve: groups }) };
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** The certificates of a PEM text in its order, or the sentence that says what is wrong with it. */
export function certificatesIn(pem: string, most: number, what: string): X509Certificate[] | MaterialRefused {
  const found: X509Certificate[] = [];
  for (let start = pem.indexOf(BEGIN); start >= 0; start = pem.indexOf(BEGIN, start + BEGIN.length)) {
    const end = pem.indexOf(END, start);
    if (end < 0) return refused('bad-certificate', `${what} is cut off: its END line is missing.`);
    if (found.length === most) return refused('bad-certificate', `${what} holds more than ${most} certificates.`);
    const certificate = parsed(pem.slice(start, end + END.length));
    if (!certificate) return refused('bad-certificate', `${what} cannot be read as an X.509 certificate.`);
    const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits > LIMITS.rsaBits)
      return refused('bad-certificate', `${what} has a key of more than ${LIMITS.rsaBits} bits.`);
    found.push(certificate);
  }
  return found.length > 0 ? found : refused('bad-certificate', `${what} holds no PEM certificate.`);
}

function parsed(pem: string): X509Certificate | null {
  try {
    const certificate = new X509Certificate(pem);
    void certificate.publicKey.type; // an unknown or broken key throws only when it is looked at
    return certificate;
  } catch {
    return null;
  }
}

/** SHA-256 over the DER, lower-case hex. */
export const fingerprintOf = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(':', '').toLowerCase();

export interface SideMaterial extends Partial<Chosen> {
  /** PEM, leaf first; null presents no certificate */
  readonly certificate: string | null;
  /** PEM */
  readonly privateKey: string | null;
  /** PEM; empty trusts nobody */
  readonly trust: readonly string[];
  readonly crls: readonly string[];
}

export interface Prepared {
  readonly kind: 'ready';
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
  /** the own leaf, or null */
  readonly leaf: X509Certificate | null;
  /** fingerprints of the trust anchors */
  readonly trust: readonly string[];
}

/**
 * Checks one side's material and makes OpenSSL's context of it.
 *
 * @param owner how to speak of its owner in a sentence: `The desk`
 * @param extra versions and options to add
 * @returns the context, or why there is none; never throws
 */
export function prepare(
  material: SideMaterial,
  owner: string,
  extra: SecureContextOptions,
): Prepared | MaterialRefused {
  const anchors: X509Certificate[] = [];
  for (const pem of material.trust) {
    const found = certificatesIn(pem, LIMITS.chainCertificates, `A trust anchor of ${owner}`);
    if ('kind' in found) return found;
    anchors.push(...found);
  }
  const own = ownLeaf(material, owner);
  if (own && 'kind' in own) return own;
  const { suites = null, groups = null } = material;
  const options: SecureContextOptions = {
    ...extra,
    ...contextOptions({ suites, groups }),
    // An empty list must stay a list: without `ca` Node trusts the public web authorities.
    ca: anchors.map((anchor) => anchor.toString()),
    ...(material.crls.length > 0 && { crl: [...material.crls] }),
    ...(own && material.certificate && { cert: material.certificate }),
    ...(own && material.privateKey && { key: material.privateKey }),
  };
  try {
    return {
      kind: 'ready',
      options,
      context: createSecureContext(options),
      leaf: own,
      trust: anchors.map(fingerprintOf),
    };
  } catch (error) {
    return contextRefusal(error, owner);
  }
}

function ownLeaf(material: SideMaterial, owner: string): X509Certificate | null | MaterialRefused {
  if (material.certificate === null) return null;
  const chain = certificatesIn(material.certificate, LIMITS.chainCertificates, `The certificate of ${owner}`);
  if ('kind' in chain) return chain;
  const [leaf] = chain;
  if (!leaf) return null;
  if (material.privateKey === null)
    return refused('key-mismatch', `There is no private key for the certificate of ${owner}.`);
  try {
    if (leaf.checkPrivateKey(createPrivateKey(material.privateKey))) return leaf;
    return refused('key-mismatch', `The private key does not belong to the certificate of ${owner}.`);
  } catch {
    return refused('bad-certificate', `The private key of ${owner} cannot be read. It must be PEM without a password.`);
  }
}

/** OpenSSL's refusals of weak material: `CA_MD_TOO_WEAK`, `EE_KEY_TOO_SMALL`, `CA_KEY_TOO_SMALL`. */
const WEAK = /_(TOO_WEAK|TOO_SMALL)$/;

function contextRefusal(error: unknown, owner: string): MaterialRefused {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (WEAK.test(code)) {
    return refused('weak-key', `OpenSSL refuses the certificate of ${owner} as too weak (${code}).`);
  }
  if (code.endsWith('KEY_VALUES_MISMATCH')) {
    return refused('key-mismatch', `The private key does not belong to the certificate of ${owner}.`);
  }
  return refused('bad-certificate', `OpenSSL does not accept the certificates or CRLs of ${owner} (${code}).`);
}

/**
 * Why a server with this certificate cannot speak TLS 1.2 with the suites that were chosen; null: it can. The version of
 * a connection is the client's to choose, so a list without a suite of one version says nothing about it.
 */
export function impossibleFor(leaf: X509Certificate, suites: RelaySettings['suites']): MaterialRefused | null {
  const key = keyKind(leaf);
  const chosen = suitesOf(suites, '1.2');
  const why = impossibleSuites(chosen, '1.2', { whose: 'The desk', key });
  return why === null ? null : refused('bad-settings', why);
}

function keyKind({ publicKey }: X509Certificate): CertificateKey | null {
  const kind = publicKey.asymmetricKeyType;
  if (kind === 'rsa') return 'RSA';
  return kind === 'ec' ? 'ECDSA' : null;
}
