/** Checks of keys and of messages signed with them. */
import { KEY_KIND_NAMES } from '../../pki/keys/key-kind.ts';
import { has, possessive } from '../owner-name.ts';
import { arg, missing, option, seen, type Asked, type ReadCheck, type Seen } from './seen.ts';

export const keyExists: ReadCheck = (asked) => {
  const owner = arg(asked, 0);
  const pair = asked.world.keys[owner];
  return pair
    ? seen(true, `${has(owner)} a key pair: ${KEY_KIND_NAMES[pair.kind]}`)
    : seen(false, `${has(owner)} no key yet`);
};

export const keyHome: ReadCheck = (asked) => {
  const owner = arg(asked, 0);
  const { keys, requests, lent } = asked.world;
  if (owner === 'desk') {
    if (requests['desk'] === undefined) return missing('the desk has not been asked for its request yet');
    return keys['desk'] ? seen(false, "the desk's private key is here") : seen(true, 'only the request left the desk');
  }
  if (!keys[owner]) return missing(`${has(owner)} no key yet`);
  return lent.owners.includes(owner)
    ? seen(false, `${possessive(owner)} private key was lent to the local bridge`)
    : seen(true, `${possessive(owner)} private key has not left this tab`);
};

export const keyFits: ReadCheck = async (asked) => {
  const owner = arg(asked, 0);
  const of = option(asked, 'cert') ?? owner;
  const key = asked.world.keys[owner];
  const certificate = asked.world.certificates[of];
  if (!key) return missing(`${has(owner)} no key yet`);
  if (certificate === undefined) return missing(`${has(of)} no certificate yet`);
  const { holds, why } = await asked.ports.pki.keyFits({ publicKey: key.publicKey, certificate });
  return seen(holds, why);
};

export const signatureOk: ReadCheck = async (asked) => {
  const owner = arg(asked, 0);
  const by = option(asked, 'by') ?? owner;
  const signed = asked.world.signatures[owner];
  const key = asked.world.keys[by];
  if (!signed) return missing(`${has(owner)} not signed anything yet`);
  if (!key) return missing(`${has(by)} no key yet`);
  const message = arg(asked, 1) === 'edited' ? signed.edited : signed.message;
  if (message === null) return missing('the signed message has not been changed yet');
  const { holds } = await asked.ports.pki.messageHolds({
    publicKey: key.publicKey,
    message,
    signature: signed.signature,
  });
  return seen(
    holds,
    `the signature ${holds ? 'fits' : 'does not fit'} "${message}" under ${possessive(by)} public key`,
  );
};

export const signatureBytes: ReadCheck = (asked): Seen => {
  const signed = asked.world.signatures[arg(asked, 0)];
  if (!signed) return missing(`${has(arg(asked, 0))} not signed anything yet`);
  const bytes = signed.signature.length / 2;
  return seen(isAmong(asked, 1, String(bytes)), `the signature is ${bytes} bytes long`);
};

function isAmong({ args }: Asked, index: number, text: string): boolean {
  return args[index]?.includes(text) ?? false;
}
