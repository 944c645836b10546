/**
 * The cryptography that reading a connection needs, as an argument: a page has it in JavaScript (`pure.ts`), because on
 * plain http browsers offer no WebCrypto; a server hands in native code, which is many times as fast.
 */
import type { PublicKey } from '../asn1/certificate.ts';
import type { AeadName } from './aead.ts';

export interface Primitives {
  readonly hashes: { readonly [N in HashName]: Hash };
  /**
   * Opens what an AEAD has sealed.
   *
   * @param nonce 12 bytes
   * @param sealed ciphertext, then the tag
   * @returns null where the tag is wrong, or a length cannot be
   */
  open(
    cipher: AeadName,
    key: Uint8Array,
    nonce: Uint8Array,
    additional: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | null;
  /**
   * Whether a signature fits a key.
   *
   * @param content what was signed, not hashed
   * @returns null where the key is not one we compute with
   */
  verify(scheme: SignatureScheme, key: PublicKey, content: Uint8Array, signature: Uint8Array): boolean | null;
}

/** The names that suites and signatures use. */
export type HashName = 'MD5' | 'SHA' | 'SHA224' | 'SHA256' | 'SHA384' | 'SHA512';

export interface Hash {
  /** length of its result */
  readonly bytes: number;
  digest(content: Uint8Array): Uint8Array;
  /** a hash that is fed piece by piece */
  begin(): RunningHash;
  hmac(key: Uint8Array, content: Uint8Array): Uint8Array;
}

export interface RunningHash {
  update(content: Uint8Array): void;
  /** over all so far; more may follow */
  soFar(): Uint8Array;
}

/** `pkcs1` and `pss`: RSA, with a salt as long as the hash (RFC 8446 §4.2.3). */
export type SignatureScheme =
  { readonly kind: 'pkcs1' | 'pss' | 'ecdsa'; readonly hash: HashName } | { readonly kind: 'ed25519' };
