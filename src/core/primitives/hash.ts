/** Hashes in JavaScript. */
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Hash, HashName, Primitives } from './primitives.ts';

/** The functions themselves, for what `@noble/hashes` builds from them, such as PBKDF2. */
export const NOBLE_HASHES = { MD5: md5, SHA: sha1, SHA224: sha224, SHA256: sha256, SHA384: sha384, SHA512: sha512 };
export type HashFunction = (typeof NOBLE_HASHES)[HashName];

function hash(noble: HashFunction): Hash {
  return {
    bytes: noble.outputLen,
    digest: noble,
    begin() {
      const running = noble.create();
      return { update: (content) => void running.update(content), soFar: () => running.clone().digest() };
    },
    hmac: (key, content) => hmac(noble, key, content),
  };
}

export const HASHES: Primitives['hashes'] = {
  MD5: hash(NOBLE_HASHES.MD5),
  SHA: hash(NOBLE_HASHES.SHA),
  SHA224: hash(NOBLE_HASHES.SHA224),
  SHA256: hash(NOBLE_HASHES.SHA256),
  SHA384: hash(NOBLE_HASHES.SHA384),
  SHA512: hash(NOBLE_HASHES.SHA512),
};
