/** Hashes by the names that suites and signatures use. */
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';

export const HASHES = {
  MD5: md5,
  SHA: sha1,
  SHA224: sha224,
  SHA256: sha256,
  SHA384: sha384,
  SHA512: sha512,
} as const;

export type HashName = keyof typeof HASHES;
export type HashFunction = (typeof HASHES)[HashName];
