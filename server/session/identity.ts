/** The relay's own keys: each made when it is first asked for, kept in a file, and never sent anywhere. */
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Secret } from '../../src/core/bytes/secret.ts';
import { KEY_KINDS, type KeyKind } from '../../src/core/pki/keys/key-kind.ts';
import { createRequest, generateKey } from '../../src/core/pki/pki.ts';
import type { RelayIdentity } from '../relay/relay.ts';
import { StartError } from '../start-error.ts';

/** What the relay asks to be called: the names under which this machine reaches itself. */
const SUBJECT = 'O=Order Desk, CN=localhost';
const NAMES = ['localhost', '127.0.0.1', '::1'];

/**
 * The relay's identities in a folder, one for each kind of key: `relay.key` is RSA-2048, `relay-p256.key` is on P-256.
 *
 * @returns gives the identity of a kind; rejects with the StartError of {@link ensureIdentity}
 */
export function keptIdentities(folder: string): (kind: KeyKind) => Promise<RelayIdentity> {
  const known = new Map<KeyKind, Promise<RelayIdentity>>();
  return (kind) => {
    const kept = known.get(kind);
    if (kept) return kept;
    const file = kind === KEY_KINDS[0] ? 'relay.key' : `relay-${kind}.key`;
    const identity = ensureIdentity(join(folder, file), kind);
    known.set(kind, identity);
    identity.catch(() => known.delete(kind));
    return identity;
  };
}

/**
 * The identity kept in `path`, made if there is none. One for the installation: a certificate that a learner has signed
 * for it stays good when the server starts again. The request is signed anew; with the same key it is the same request.
 *
 * @param path of the key file, such as `.data/relay.key`; PKCS#8 PEM, mode 0600, in a folder made with mode 0700
 * @throws StartError when the file cannot be read or written, or holds no usable key
 */
export async function ensureIdentity(path: string, kind: KeyKind = KEY_KINDS[0]): Promise<RelayIdentity> {
  const privateKey = (await readKey(path)) ?? (await makeKey(path, kind));
  const request = createRequest({ privateKey, subject: SUBJECT, names: NAMES });
  if (!request.ok)
    throw new StartError(`${path} holds no usable key (${request.error.why}). Remove it to get a new one.`);
  return { privateKey: new Secret(privateKey), csr: request.value };
}

/** The file's text, or null when there is no file. A link is not followed: it could point at anybody's key. */
async function readKey(path: string): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new StartError(
      `${path} cannot be read (${codeOf(error)}). Check its owner and mode, or choose another --data.`,
    );
  }
}

async function makeKey(path: string, kind: KeyKind): Promise<string> {
  const { privateKey } = await generateKey({ kind });
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(privateKey);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new StartError(`${path} cannot be written (${codeOf(error)}). Choose another folder with --data.`);
  }
  return privateKey;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
