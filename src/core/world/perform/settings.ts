/** What a `dial` has chosen for both sides, and why it cannot be where it cannot: said before anything is dialled. */
import { certificateFacts } from '../../asn1/certificate.ts';
import { OID } from '../../asn1/oids.ts';
import { impossibleSuites, SUITES, suitesOf, type CertificateKey, type RelaySettings } from '../../bridge/settings.ts';
import { fromPem } from '../../bytes/pem.ts';
import type { Refusal } from '../../bytes/result.ts';
import type { CommandOf } from '../commands.ts';
import { no, type Step } from './step.ts';

type Dial = CommandOf<'dial'>;

/** Null: a handshake can come of it. Whether one does is for the two sides to find out. */
export function settingsRefusal(command: Dial, step: Step): Refusal | null {
  const { version, suites, clientSuites } = command;
  const key = keyOf(step.world.certificates['desk']);
  const why =
    impossibleSuites(suites ?? null, version, { whose: 'The desk', key }) ??
    impossibleSuites(clientSuites ?? null, version, { whose: 'The client', key });
  return why === null ? null : no('badSettings', why);
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

function keyOf(certificate: string | undefined): CertificateKey | null {
  const pem = fromPem(certificate ?? '');
  const [leaf] = pem.ok ? pem.value : [];
  const algorithm = leaf && certificateFacts(leaf.der)?.key.algorithm;
  if (algorithm === OID.rsaEncryption) return 'RSA';
  return algorithm === OID['id-ecPublicKey'] ? 'ECDSA' : null;
}
