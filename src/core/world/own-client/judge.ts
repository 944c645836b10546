/** How the learner's own client judges the server: the chain and its name, and the alert that a refusal is worth. */
import { isoTime } from '../../asn1/time.ts';
import { toPem } from '../../bytes/pem.ts';
import type { ExplainedPath, PathCheck } from '../../pki/explain.ts';
import type { Pki } from '../ports.ts';

/** Why the server is not believed: the alert to send (RFC 8446 §6.2), and one sentence. */
export interface Distrust {
  readonly alert: number;
  readonly why: string;
}

export interface Expected {
  /** trust anchors, PEM; empty believes nobody */
  readonly trust: readonly string[];
  /** DNS name or address that the certificate must carry */
  readonly serverName: string;
}

const [BAD, UNSUPPORTED, REVOKED, EXPIRED, UNKNOWN, UNKNOWN_CA] = [42, 43, 44, 45, 46, 48];

const ALERTS = {
  readable: BAD,
  profile: BAD,
  issuer: UNKNOWN_CA,
  anchor: UNKNOWN_CA,
  'key-id': UNKNOWN_CA,
  signature: BAD,
  algorithm: BAD,
  validity: EXPIRED,
  authority: UNKNOWN_CA,
  'path-length': UNKNOWN_CA,
  'key-usage': UNKNOWN,
  purpose: UNSUPPORTED,
  'name-constraints': UNKNOWN,
  host: BAD,
  critical: UNKNOWN,
  policies: UNKNOWN,
  revocation: REVOKED,
} as const satisfies Record<PathCheck['name'], number>;

/**
 * Judges a chain as it came from the server.
 *
 * @param chain DER, the server's own certificate first
 * @param now Unix time in ms
 * @returns null when the server is believed
 */
export async function judgeServer(
  chain: readonly Uint8Array[],
  { trust, serverName }: Expected,
  pki: Pick<Pki, 'explain'>,
  now: number,
): Promise<Distrust | null> {
  const certificate = chain.map((der) => toPem('CERTIFICATE', der)).join('');
  const explained = await pki.explain({ certificate, anchors: trust, purpose: 'server', host: serverName, now });
  if (!explained.ok) return { alert: BAD, why: explained.error.why };
  const [best] = explained.value.paths;
  return explained.value.trusted || best === undefined ? null : distrust(best, now);
}

/** A stranger is a stranger first: what else is wrong with a chain that ends nowhere counts less. */
function distrust({ anchored, checks, certificates }: ExplainedPath, now: number): Distrust {
  const failing = checks.filter(({ state }) => state === 'fails');
  const first = failing.find(({ name }) => !anchored && ALERTS[name] === UNKNOWN_CA) ?? failing[0];
  if (first === undefined) return { alert: UNKNOWN_CA, why: 'No trust anchor vouches for it.' };
  const isTooEarly = first.name === 'validity' && (certificates[first.depth]?.notAfter ?? '') >= isoTime(now);
  return { alert: isTooEarly ? BAD : ALERTS[first.name], why: first.why };
}
