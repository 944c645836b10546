/** The learner's own certificates, requests and lists, as texts that can be opened. Private keys are not among them. */
import type { Bench } from '$core/pki/bench/bench.ts';
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

/** `desk.crt`, `desk.csr`, `root.crl`: files of the bench by their names. */
export function benchFiles({ things, lists }: Bench): readonly OwnThing[] {
  const all = Object.values(things).flatMap(({ name, certificate, request }) => [
    { name: `${name}.crt`, pem: certificate },
    { name: `${name}.csr`, pem: request },
    { name: `${name}.crl`, pem: lists[name]?.pem ?? null },
  ]);
  return all.flatMap(({ name, pem }) => (pem === null ? [] : [{ name, pem }]));
}

/** Whether an address names a file of the bench, which may be gone with its tab. */
export const isBenchFile = (id: string): boolean => /^[a-z0-9-]+\.(crt|csr|crl)$/.test(id);
