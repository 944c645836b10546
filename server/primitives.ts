/**
 * The primitives of the dissector in native code. They may change the time it takes and nothing else, so whatever
 * OpenSSL does not take, or judges by rules of its own, is asked of the JavaScript ones.
 */
import {
  constants,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  verify as verifySignature,
  type CipherGCMTypes,
  type KeyObject,
} from 'node:crypto';
import type { PublicKey } from '../src/core/asn1/certificate.ts';
import { oidName } from '../src/core/asn1/oids.ts';
import { AEADS, type AeadName } from '../src/core/primitives/aead.ts';
import type { Hash, HashName, Primitives, SignatureScheme } from '../src/core/primitives/primitives.ts';
import { PURE } from '../src/core/primitives/pure.ts';
import { readRsaKey } from '../src/core/primitives/rsa-key.ts';

/** MD5 is missing from some builds of OpenSSL. */
const NAMES: Readonly<Record<Exclude<HashName, 'MD5'>, string> & { readonly MD5?: undefined }> = {
  SHA: 'sha1',
  SHA224: 'sha224',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
};

/** What Node runs on. */
export const NATIVE: Primitives = {
  hashes: {
    MD5: PURE.hashes.MD5,
    SHA: nativeHash('SHA'),
    SHA224: nativeHash('SHA224'),
    SHA256: nativeHash('SHA256'),
    SHA384: nativeHash('SHA384'),
    SHA512: nativeHash('SHA512'),
  },
  open(cipher, key, nonce, additional, sealed) {
    const name = cipherName(cipher, key);
    return name === null
      ? PURE.open(cipher, key, nonce, additional, sealed)
      : openNative(name, AEADS[cipher].tagBytes, [key, nonce, additional, sealed]);
  },
  verify(scheme, key, content, signature) {
    return holdsNatively(scheme, key, content, signature) || PURE.verify(scheme, key, content, signature);
  },
};

function nativeHash(name: Exclude<HashName, 'MD5'>): Hash {
  const algorithm = NAMES[name];
  return {
    bytes: PURE.hashes[name].bytes,
    digest: (content) => plain(createHash(algorithm).update(content).digest()),
    begin() {
      const running = createHash(algorithm);
      return { update: (content) => void running.update(content), soFar: () => plain(running.copy().digest()) };
    },
    hmac: (key, content) => plain(createHmac(algorithm, key).update(content).digest()),
  };
}

/** The same bytes without the manners of a Buffer. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/** @returns null where Node has another way to call it */
function cipherName(cipher: AeadName, key: Uint8Array): string | null {
  if (cipher === 'gcm') return `aes-${key.length * 8}-gcm`;
  return cipher === 'chacha20' ? 'chacha20-poly1305' : null;
}

function openNative(
  name: string,
  tagBytes: number,
  [key, nonce, additional, sealed]: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array],
): Uint8Array | null {
  const end = sealed.length - tagBytes;
  if (end < 0) return null;
  // Node's types know the calls of GCM by the names of GCM; ChaCha20-Poly1305 has the same ones.
  const decipher = createDecipheriv(name as CipherGCMTypes, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(additional).setAuthTag(sealed.subarray(end));
  const content = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    return null; // the tag is wrong
  }
  return plain(content);
}

/** False also means: not taken, or not sure. */
function holdsNatively(scheme: SignatureScheme, key: PublicKey, content: Uint8Array, signature: Uint8Array): boolean {
  const hash = scheme.kind === 'ed25519' ? null : NAMES[scheme.hash];
  if (hash === undefined) return false;
  const known = keyOf(key);
  if (known === null || known.asymmetricKeyType !== KEY_TYPES[scheme.kind]) return false;
  try {
    return verifySignature(hash, content, { key: known, ...PADDINGS[scheme.kind] }, signature);
  } catch {
    return false;
  }
}

const KEY_TYPES = { pkcs1: 'rsa', pss: 'rsa', ecdsa: 'ec', ed25519: 'ed25519' } as const;

const PADDINGS = {
  pkcs1: { padding: constants.RSA_PKCS1_PADDING },
  pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ecdsa: {},
  ed25519: {},
} as const;

/** The curves that the JavaScript ones compute on as well. */
const CURVES: readonly (string | undefined)[] = ['secp256r1', 'secp384r1', 'secp521r1'];

// Reading a key costs as much as checking a signature with it, and the connections of a capture share theirs.
const KEPT = 64;
const kept = new Map<string, KeyObject | null>();

function keyOf(key: PublicKey): KeyObject | null {
  const { spki } = key;
  const name = Buffer.from(spki.buffer, spki.byteOffset, spki.length).toString('latin1');
  const known = kept.get(name);
  if (known !== undefined) return known;
  if (kept.size >= KEPT) kept.delete([...kept.keys()][0] ?? '');
  const read = readKey(key);
  kept.set(name, read);
  return read;
}

function readKey({ spki, key: raw, curve }: PublicKey): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'rsa') return readRsaKey(raw) && key;
    if (key.asymmetricKeyType === 'ec') return CURVES.includes(oidName(curve ?? '')) ? key : null;
    return key;
  } catch {
    return null;
  }
}
