/** Keys, authorities, requests, certificates, signed messages. */
import { Secret } from '../../bytes/secret.ts';
import { KEY_KINDS, type KeyKind } from '../../pki/keys/key-kind.ts';
import type { CommandOf } from '../commands.ts';
import type { KeyPair, World } from '../world.ts';
import { askRelay } from './ask.ts';
import { no, told, type Answer, type Step } from './step.ts';

/** Names that the order desk's certificate is good for: every way to reach this machine from itself. */
const DESK_NAMES = ['localhost', '127.0.0.1', '::1'] as const;

/** The owner of an authority's key. */
export const authorityOwner = (name: string): string => `ca:${name}`;

export async function makeKey({ who, bits, kind }: CommandOf<'key'>, step: Step): Answer {
  if (who === 'desk')
    return no('notYours', 'The desk made its own key when it started. It gives out its request only.');
  step.tell({ kind: 'key', pair: await newPair(who, kind ?? `rsa-${bits}`, step) });
  return null;
}

async function newPair(owner: string, kind: KeyKind, step: Step): Promise<KeyPair> {
  const { publicKey, privateKey } = await step.ports.pki.generateKey({ kind });
  return { owner, kind, publicKey, privateKey: new Secret(privateKey) };
}

export async function makeAuthority({ name, subject, kind = KEY_KINDS[0] }: CommandOf<'ca'>, step: Step): Answer {
  if (name === 'none' || name === 'self')
    return no('reserved', `"${name}" has a meaning of its own here. Take another name.`);
  const { pki, now } = step.ports;
  const pair = await newPair(authorityOwner(name), kind, step);
  const made = await pki.createAuthority({ privateKey: pair.privateKey.reveal(), subject, now: now() });
  if (!made.ok) return made.error;
  step.tell({ kind: 'key', pair });
  step.tell({ kind: 'authority', authority: { name, certificate: made.value } });
  return null;
}

export async function makeRequest({ who, subject, kind = KEY_KINDS[0] }: CommandOf<'csr'>, step: Step): Answer {
  if (who === 'desk') return fetchRequest(kind, step);
  const wished = subject ?? `O=Order Desk, CN=${who}`;
  if (!step.world.keys[who]) {
    const refusal = await step.first({ type: 'key', who, kind });
    if (refusal) return refusal;
  }
  const privateKey = revealed(step.world, who);
  const made = await step.ports.pki.createRequest({ privateKey, subject: wished });
  return told(step, made, (pem) => ({ kind: 'request', owner: who, pem }));
}

async function fetchRequest(kind: KeyKind, step: Step): Answer {
  const answer = await askRelay(step, { type: 'csr', kind }, 'csr');
  if (!answer.ok) return answer.error;
  step.tell({ kind: 'request', owner: 'desk', pem: answer.value.pem });
  return null;
}

export async function signRequest(command: CommandOf<'sign'>, step: Step): Answer {
  const { csr: owner, by } = command;
  if (by === 'self') return signOwn(command, step);
  const { world, ports } = step;
  const authority = world.authorities[by];
  const key = world.keys[authorityOwner(by)];
  if (!authority || !key) return no('noAuthority', `There is no CA called ${by} yet. Make it first.`);
  const request = world.requests[owner];
  if (request === undefined) return no('noRequest', `There is no request from ${owner} yet.`);
  const made = await ports.pki.issueCertificate({
    request,
    issuer: { certificate: authority.certificate, privateKey: key.privateKey.reveal() },
    ...termsOf(command),
    now: ports.now(),
    ...(command.subject === undefined ? {} : { subject: command.subject }),
  });
  return told(step, made, (pem) => ({ kind: 'certificate', owner, pem }));
}

/** Signed with the owner's own key: no authority has a say in it. */
async function signOwn(command: CommandOf<'sign'>, step: Step): Answer {
  const { csr: owner, subject } = command;
  const { world, ports } = step;
  if (!world.keys[owner]) return no('noKey', `${owner} has no key here, so nothing can be signed with it.`);
  const request = world.requests[owner];
  const read = subject === undefined && request !== undefined ? await ports.pki.readRequest(request) : null;
  if (read && !read.ok) return read.error;
  const made = await ports.pki.selfSign({
    privateKey: revealed(world, owner),
    subject: subject ?? read?.value.subject ?? `O=Order Desk, CN=${owner}`,
    ...termsOf(command),
    now: ports.now(),
  });
  return told(step, made, (pem) => ({ kind: 'certificate', owner, pem }));
}

/** What the signer decides. The host names of a request are a wish, so they are not read. */
function termsOf({ for: purpose, days, seconds }: CommandOf<'sign'>) {
  const life = seconds === undefined ? { days } : { minutes: seconds / 60 };
  return { for: purpose, ...life, names: purpose === 'server' ? DESK_NAMES : [] };
}

export async function signMessage({ who, message }: CommandOf<'sign-message'>, step: Step): Answer {
  if (!step.world.keys[who]) return no('noKey', `${who} has no key pair yet. Make one first.`);
  const made = await step.ports.pki.signMessage(revealed(step.world, who), message);
  return told(step, made, (signature) => ({
    kind: 'signature',
    owner: who,
    signed: { message, signature, edited: null },
  }));
}

export async function editMessage({ who, message }: CommandOf<'edit-message'>, step: Step): Answer {
  const signed = step.world.signatures[who];
  if (!signed) return no('noSignature', `${who} has not signed anything yet.`);
  const edited = message === signed.message ? null : message;
  step.tell({ kind: 'signature', owner: who, signed: { ...signed, edited } });
  return null;
}

function revealed(world: World, owner: string): string {
  return world.keys[owner]?.privateKey.reveal() ?? '';
}
