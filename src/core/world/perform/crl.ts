/** The revocation list that a scenario gives the desk: signed by the learner's CA when it is needed. */
import { done, refused, type Result } from '../../bytes/result.ts';
import { authorityOwner } from './make.ts';
import type { Plan } from './scenario.ts';
import type { Step } from './step.ts';

const AUTHORITY = 'mine';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Signed a little earlier, because the desk may see it within the same second, and by a clock of its own. */
const EARLIER_MS = { revoked: MINUTE_MS, stale: 2 * DAY_MS } as const;

/** @returns PEM, none where the plan asks for none; else why it could not be signed */
export async function crlsOf({ deskCrl, as }: Plan, { world, ports }: Step): Promise<Result<readonly string[]>> {
  if (deskCrl === null) return done([]);
  const authority = world.authorities[AUTHORITY];
  const key = world.keys[authorityOwner(AUTHORITY)];
  if (!authority || !key) return refused('noAuthority', `There is no CA called ${AUTHORITY} yet. Make it first.`);

  const now = ports.now() - EARLIER_MS[deskCrl];
  const shown = deskCrl === 'revoked' && as !== null ? world.certificates[as] : undefined;
  const read = shown === undefined ? null : await ports.pki.readCertificate(shown);
  if (read && !read.ok) return read;
  const revoked = read ? [{ serial: read.value.serial, at: now, reason: 'keyCompromise' as const }] : [];
  const issuer = { certificate: authority.certificate, privateKey: key.privateKey.reveal() };
  const made = await ports.pki.createCrl({ issuer, now, number: 1, revoked, days: 1 });
  return made.ok ? done([made.value]) : made;
}
