/** The learner's own certificates and requests, as texts that can be opened. Private keys are not among them. */
import type { World } from '$core/world/world.ts';

export interface OwnThing {
  readonly name: string;
  readonly pem: string;
}

export function ownThings({ authorities, certificates, requests }: World): readonly OwnThing[] {
  const cas = Object.values(authorities).map(({ name, certificate }) => ({ name: `CA ${name}`, pem: certificate }));
  const leaves = Object.entries(certificates).map(([owner, pem]) => ({ name: `certificate of ${owner}`, pem }));
  const asked = Object.entries(requests).map(([owner, pem]) => ({ name: `request of ${owner}`, pem }));
  return [...cas, ...leaves, ...asked];
}
