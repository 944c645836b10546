/** What a `dial` has chosen for both sides, and why it cannot be where it cannot: said before anything is dialled. */
import { certificateFacts } from '../../asn1/certificate.ts';
import { OID } from '../../asn1/oids.ts';
import { impossibleSuites, SUITES, suitesOf, type RelaySettings } from '../../bridge/settings.ts';
import { fromPem } from '../../bytes/pem.ts';
import type { Refusal } from '../../bytes/result.ts';
import type { CommandOf } from '../commands.ts';
import type { Plan } from './scenario.ts';
import { no, type Step } from './step.ts';

type Dial = CommandOf<'dial'>;

/** Null: a handshake can come of it. Whether one does is for the two sides to find out. */
export function settingsRefusal(command: Dial, plan: Plan, step: Step): Refusal | null {
  const { version, suites = null, clientSuites = null } = command;
  const { certificates } = step.world;
  const desk = keyOf(certificates['desk']);
  const key = desk === 'P-256' ? 'ECDSA' : desk;
  const why =
    impossibleSuites(suites, version, { whose: 'The desk', key }) ??
    impossibleSuites(clientSuites, version, { whose: 'The client', key }) ??
    curveMissing(command, [desk, keyOf(plan.as === null ? undefined : certificates[plan.as])]);
  return why === null ? null : no('badSettings', why);
}

/** RFC 8422 §5.1.1: in TLS 1.2 the groups are also the curves on which a certificate's key may lie. */
function curveMissing({ version, groups, clientGroups }: Dial, keys: readonly (CertifiedKey | null)[]): string | null {
  const lacks = [groups, clientGroups].some((list) => list !== undefined && !list.includes('secp256r1'));
  if (version !== '1.2' || !lacks || !keys.includes('P-256')) return null;
  return 'In TLS 1.2 a certificate with a P-256 key needs the group secp256r1 on both sides.';
}

/** What the relay is told. A ticket that is to be used needs a desk that takes tickets. */
export function relaySettings({ suites, groups, tickets, resume }: Dial): RelaySettings {
  const hasTickets = tickets === undefined ? resume === 'yes' : tickets === 'yes';
  return { suites: suites ?? null, groups: groups ?? null, tickets: hasTickets };
}

/** What the page's own client is told: what was not chosen is left out. */
export function ownClientSettings({ clientSuites, clientGroups }: Dial) {
  const codes = suitesOf(clientSuites ?? null, '1.3')?.map((name) => SUITES[name].code);
  return { ...(codes && { suites: codes }), ...(clientGroups && { groups: clientGroups }) };
}

/** The kinds of keys that count for what can be chosen. */
export type CertifiedKey = 'RSA' | 'P-256';

/** The kind of the key in a certificate, PEM; null: another one, or no certificate. */
export function keyOf(certificate: string | undefined): CertifiedKey | null {
  const pem = fromPem(certificate ?? '');
  const [leaf] = pem.ok ? pem.value : [];
  const key = leaf && certificateFacts(leaf.der)?.key;
  if (key?.algorithm === OID.rsaEncryption) return 'RSA';
  return key?.curve === OID.secp256r1 ? 'P-256' : null;
}
