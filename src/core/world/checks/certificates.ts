/** Checks of requests, authorities, certificates and what is loaded as trusted. */
import type { World } from '../world.ts';
import { commonName } from '../outcome.ts';
import { has, nameOf, possessive } from '../owner-name.ts';
import { arg, missing, option, seen, type Asked, type ReadCheck } from './seen.ts';

export const requestValid: ReadCheck = async (asked) => {
  const owner = arg(asked, 0);
  const request = asked.world.requests[owner];
  if (request === undefined) return missing(`${has(owner)} made no request yet`);
  const read = await asked.ports.pki.readRequest(request);
  if (!read.ok) return seen(false, read.error.why);
  const { subject, signatureHolds } = read.value;
  return seen(
    signatureHolds,
    `the request for "${subject}" ${signatureHolds ? 'carries' : 'does not carry'} its own key's signature`,
  );
};

export const requestField: ReadCheck = async (asked) => {
  const owner = arg(asked, 0);
  const request = asked.world.requests[owner];
  if (request === undefined) return missing(`${has(owner)} made no request yet`);
  const read = await asked.ports.pki.readRequest(request);
  if (!read.ok) return seen(false, read.error.why);
  return compared(asked, commonName(read.value.subject));
};

export const authorityExists: ReadCheck = (asked) => {
  const name = arg(asked, 0);
  return asked.world.authorities[name]
    ? seen(true, `${nameOf(`ca:${name}`)} is there`)
    : seen(false, `${nameOf(`ca:${name}`)} is not made yet`);
};

export const certificateExists: ReadCheck = (asked) => {
  const owner = arg(asked, 0);
  return certificateOf(asked.world, owner) === undefined
    ? seen(false, `${has(owner)} no certificate yet`)
    : seen(true, `${has(owner)} a certificate`);
};

export const certificateOk: ReadCheck = async (asked) => {
  const owner = arg(asked, 0);
  const by = authorityName(option(asked, 'by') ?? 'mine');
  const certificate = certificateOf(asked.world, owner);
  const anchor = asked.world.authorities[by]?.certificate;
  if (certificate === undefined) return missing(`${has(owner)} no certificate yet`);
  if (anchor === undefined) return missing(`${nameOf(`ca:${by}`)} is not made yet`);
  const use = option(asked, 'for');
  const checks = await asked.ports.pki.trustedFor({
    certificate,
    anchors: [anchor],
    purpose: use === 'server' ? 'server' : 'client',
    now: asked.ports.now(),
  });
  if (!checks.ok) return seen(false, checks.error.why);
  const failed = checks.value.find(({ name, holds }) => !holds && (use !== null || name !== 'purpose'));
  return failed
    ? seen(false, failed.why)
    : seen(true, `${possessive(owner)} certificate verifies under ${nameOf(`ca:${by}`)}`);
};

export const certificateSelf: ReadCheck = async (asked) => {
  const owner = arg(asked, 0);
  const certificate = certificateOf(asked.world, owner);
  if (certificate === undefined) return missing(`${has(owner)} no certificate yet`);
  const { holds, why } = await asked.ports.pki.signedBy(certificate, certificate);
  return seen(holds, holds ? `the signature in ${possessive(owner)} certificate fits the key inside it` : why);
};

export const certificateField: ReadCheck = async (asked) => {
  const owner = arg(asked, 0);
  const certificate = certificateOf(asked.world, owner);
  if (certificate === undefined) return missing(`${has(owner)} no certificate yet`);
  const read = await asked.ports.pki.readCertificate(certificate);
  if (!read.ok) return seen(false, read.error.why);
  const [name, part] = arg(asked, 1).split('.');
  const text = name === 'issuer' ? read.value.issuer : read.value.subject;
  return compared(asked, part === 'CN' ? commonName(text) : text);
};

export const trustIs: ReadCheck = (asked) => {
  const side = arg(asked, 0) === 'client' ? 'client' : 'server';
  const anchor = authorityName(arg(asked, 1));
  const loaded = asked.world.trust[side];
  const saw =
    loaded.length === 0
      ? `the ${side} has loaded no CA`
      : `the ${side} has loaded ${loaded.map((name) => nameOf(`ca:${name}`)).join(', ')}`;
  return seen(anchor === 'none' ? loaded.length === 0 : loaded.length === 1 && loaded[0] === anchor, saw);
};

/** By owner; `ca:mine` is an authority's own. */
export function certificateOf(world: World, owner: string): string | undefined {
  return owner.startsWith('ca:') ? world.authorities[authorityName(owner)]?.certificate : world.certificates[owner];
}

const authorityName = (text: string) => text.replace(/^ca:/, '');

function compared(asked: Asked, value: string) {
  return seen(asked.args[2]?.includes(value) ?? false, `${arg(asked, 1)} says "${value}"`);
}
