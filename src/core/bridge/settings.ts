/**
 * What can be chosen of a connection beside its programs and its version: cipher suites and groups. One row a choice,
 * named as the registry of IANA names it; the world, the bridge, both engines and the page read the same rows. The order
 * is the usual preference.
 */
import * as v from 'valibot';

/** What the key of the server's certificate has to be in TLS 1.2; TLS 1.3 leaves that to signature_algorithms. */
export type CertificateKey = 'RSA' | 'ECDSA';

interface SuiteRow {
  readonly code: number;
  readonly version: '1.2' | '1.3';
  readonly key: CertificateKey | null;
  /** as OpenSSL spells it */
  readonly openssl: string;
  /** whether it is spoken when nothing was chosen: suites with AEAD and forward secrecy */
  readonly isUsual: boolean;
}

const tls13 = { version: '1.3', key: null, isUsual: true } as const;
const rsa = { version: '1.2', key: 'RSA', isUsual: true } as const;
const ecdsa = { version: '1.2', key: 'ECDSA', isUsual: true } as const;

export const SUITES = {
  TLS_AES_128_GCM_SHA256: { ...tls13, code: 0x1301, openssl: 'TLS_AES_128_GCM_SHA256' },
  TLS_AES_256_GCM_SHA384: { ...tls13, code: 0x1302, openssl: 'TLS_AES_256_GCM_SHA384' },
  TLS_CHACHA20_POLY1305_SHA256: { ...tls13, code: 0x1303, openssl: 'TLS_CHACHA20_POLY1305_SHA256' },
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: { ...ecdsa, code: 0xc02b, openssl: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: { ...rsa, code: 0xc02f, openssl: 'ECDHE-RSA-AES128-GCM-SHA256' },
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: { ...ecdsa, code: 0xc02c, openssl: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: { ...rsa, code: 0xc030, openssl: 'ECDHE-RSA-AES256-GCM-SHA384' },
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: { ...ecdsa, code: 0xcca9, openssl: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: { ...rsa, code: 0xcca8, openssl: 'ECDHE-RSA-CHACHA20-POLY1305' },
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: { ...ecdsa, code: 0xc009, openssl: 'ECDHE-ECDSA-AES128-SHA', isUsual: false },
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: { ...rsa, code: 0xc013, openssl: 'ECDHE-RSA-AES128-SHA', isUsual: false },
} as const satisfies Record<string, SuiteRow>;

export type SuiteName = keyof typeof SUITES;
export const SUITE_NAMES = Object.keys(SUITES) as SuiteName[];

/** Named groups, RFC 8446 §4.2.7 and RFC 8422 §5.1.1; `text` is what people call them. */
export const GROUPS = {
  x25519: { code: 0x001d, openssl: 'X25519', text: 'X25519' },
  secp256r1: { code: 0x0017, openssl: 'P-256', text: 'P-256' },
  secp384r1: { code: 0x0018, openssl: 'P-384', text: 'P-384' },
} as const satisfies Record<string, { code: number; openssl: string; text: string }>;

export type GroupName = keyof typeof GROUPS;
export const GROUP_NAMES = Object.keys(GROUPS) as GroupName[];

const someOf = <const Name extends string>(names: readonly Name[]) =>
  v.pipe(
    v.array(v.picklist(names)),
    v.minLength(1, 'at least one'),
    v.check((list) => new Set(list).size === list.length, 'each one once'),
  );

/** Best liked first. */
export const SuiteList = someOf(SUITE_NAMES);
/** Best liked first; a TLS 1.3 client sends its key share for the first one. */
export const GroupList = someOf(GROUP_NAMES);

/** What a server accepts. Null: what is usual for its program; a version of which no suite is named keeps its own. */
export interface RelaySettings {
  readonly suites: readonly SuiteName[] | null;
  readonly groups: readonly GroupName[] | null;
  /** whether it gives out session tickets, and takes them back */
  readonly tickets: boolean;
}

export const USUAL_SETTINGS: RelaySettings = { suites: null, groups: null, tickets: false };

/** The suites of one version among those that were chosen; null: the usual ones of that version. */
export function suitesOf(suites: readonly SuiteName[] | null, version: SuiteRow['version']): SuiteName[] | null {
  const found = (suites ?? []).filter((name) => SUITES[name].version === version);
  return found.length > 0 ? found : null;
}

/** The suites that are spoken in a version when nothing was chosen. */
export function usualSuites(version: SuiteRow['version']): SuiteName[] {
  return SUITE_NAMES.filter((name) => SUITES[name].version === version && SUITES[name].isUsual);
}

/**
 * Why no handshake of a version can come of these suites, in one sentence; null: one can.
 *
 * @param whose they are: `The desk`
 * @param key of the desk's certificate; null: not known
 */
export function impossibleSuites(
  suites: readonly SuiteName[] | null,
  version: SuiteRow['version'],
  { whose, key }: { readonly whose: string; readonly key: CertificateKey | null },
): string | null {
  if (suites === null) return null;
  const fitting = suitesOf(suites, version);
  if (fitting === null) return `${whose} has no cipher suite of TLS ${version} to choose from: ${suites.join(', ')}.`;
  const keys = new Set(fitting.map((name) => SUITES[name].key));
  const [wanted] = keys;
  if (version === '1.3' || key === null || keys.has(key) || !wanted) return null;
  const suite = fitting.length === 1 ? `${fitting[0]} asks` : 'These cipher suites ask';
  return `${suite} for a certificate with an ${wanted} key, and the desk’s certificate has an ${key} key.`;
}
