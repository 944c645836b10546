/**
 * Encryption under a passphrase, PBES2 (RFC 8018 section 6.2): a key derived from the passphrase, then a block cipher.
 * Both for single private keys and for what lies in a PKCS#12 file.
 */
import { cbc } from '@noble/ciphers/aes.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { OID, oidName } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { integer, NULL, octetString, oid, sequence } from '../../asn1/write.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { NOBLE_HASHES, type HashFunction } from '../../primitives/hash.ts';
import { Malformed, reading, type DerReader } from '../der/read.ts';
import { smallInteger } from '../der/values.ts';
import { randomBytes, tripleDesDecrypt } from './forge.ts';
import { readAlgorithm, type Algorithm } from './public-key.ts';

export type PassphraseError = Refusal<'wrongPassphrase' | 'otherCipher' | 'tooMuchWork' | 'damaged'>;

/** What a new file asks of whoever guesses passphrases: about a tenth of a second in a browser for each guess. */
export const ITERATIONS = 100_000;

export interface Lock {
  readonly passphrase: string;
  readonly iterations: number;
}

/** More work than this is not done for a stranger's file: rounds of PBKDF2 (some seconds), and bytes for scrypt. */
const MOST = { iterations: 2_000_000, scryptBytes: 64 * 1024 * 1024 } as const;

/** Work that may still be done for one file: many boxes in it, each just bearable, would not be. */
export class Work {
  #left: number = MOST.iterations;

  /** @throws TooMuchWork */
  spend(iterations: number): void {
    this.#left -= iterations;
    if (this.#left < 0) throw new TooMuchWork(iterations);
  }
}

class TooMuchWork extends Error {
  constructor(iterations: number) {
    super(`Its passphrase is stretched with ${iterations} rounds, more than this program spends on one file.`);
  }
}

export interface Cipher {
  readonly keyBytes: number;
  readonly blockBytes: number;
  /** throws an Error where the padding is wrong */
  decrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
}

const aes = (bits: number): Cipher => ({
  keyBytes: bits / 8,
  blockBytes: 16,
  decrypt: (key, iv, data) => cbc(key, iv).decrypt(data),
});

/** By the names that OIDs and old PEM headers give them. */
export const CIPHERS: Readonly<Record<string, Cipher>> = {
  'aes128-CBC': aes(128),
  'aes192-CBC': aes(192),
  'aes256-CBC': aes(256),
  'des-EDE3-CBC': { keyBytes: 24, blockBytes: 8, decrypt: tripleDesDecrypt },
};

const PRFS: Readonly<Record<string, HashFunction>> = {
  hmacWithSHA1: NOBLE_HASHES.SHA,
  hmacWithSHA224: NOBLE_HASHES.SHA224,
  hmacWithSHA256: NOBLE_HASHES.SHA256,
  hmacWithSHA384: NOBLE_HASHES.SHA384,
  hmacWithSHA512: NOBLE_HASHES.SHA512,
};

/**
 * Encrypts with AES-256-CBC under a key that PBKDF2 derives with HMAC-SHA256.
 *
 * @returns AlgorithmIdentifier as DER, and the ciphertext
 */
export function encryptPbes2(plain: Uint8Array, { passphrase, iterations }: Lock) {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = pbkdf2(NOBLE_HASHES.SHA256, toUtf8(passphrase), salt, { c: iterations, dkLen: 32 });
  const kdf = sequence(
    oid(OID.PBKDF2),
    sequence(octetString(salt), integer(iterations), sequence(oid(OID.hmacWithSHA256), NULL)),
  );
  const cipher = sequence(oid(OID['aes256-CBC']), octetString(iv));
  return {
    algorithm: sequence(oid(OID.PBES2), sequence(kdf, cipher)),
    ciphertext: cbc(key, iv).encrypt(plain),
  };
}

/**
 * Opens what was encrypted with PBES2: PBKDF2 or scrypt, then AES or triple DES in CBC mode.
 *
 * @param work shared by all boxes of one file
 * @returns the plain bytes. A wrong passphrase is usually, not always, noticed by the padding: the caller reads what
 *   comes out with the same suspicion.
 */
export function decryptPbes2(
  { oid: scheme, parameters }: Algorithm,
  ciphertext: Uint8Array,
  passphrase: string,
  work = new Work(),
): Result<Uint8Array, PassphraseError> {
  if (scheme !== OID.PBES2 || parameters?.tag !== TAG.sequence) return otherCipher(scheme);
  const read = working(() => {
    const reader = parameters.inside();
    const kdf = readAlgorithm(reader, 'the key derivation');
    const { oid: name, parameters: ivElement } = readAlgorithm(reader, 'the cipher');
    const cipher = CIPHERS[oidName(name)];
    if (!cipher) return otherCipher(name);
    if (ivElement?.tag !== TAG.octetString) throw new Malformed('The cipher does not say where it starts.');
    const key = derivedKey(kdf, toUtf8(passphrase), cipher.keyBytes, work);
    return key.ok ? done({ cipher, key: key.value, iv: ivElement.body }) : key;
  });
  return read.ok ? opened(read.value.cipher, read.value.key, read.value.iv, ciphertext) : read;
}

/** Decrypts, and tells a wrong key by the padding. */
export function opened(
  cipher: Cipher,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Result<Uint8Array, PassphraseError> {
  const { blockBytes } = cipher;
  if (iv.length !== blockBytes || data.length === 0 || data.length % blockBytes !== 0)
    return refused('damaged', 'What is encrypted is not a whole number of blocks.');
  try {
    return done(cipher.decrypt(key, iv, data));
  } catch (error) {
    if (error instanceof Error) return wrongPassphrase();
    throw error;
  }
}

export function wrongPassphrase(): Result<never, PassphraseError> {
  return refused('wrongPassphrase', 'The passphrase does not open it: it is another one, or the file is damaged.');
}

export function otherCipher(dotted: string): Result<never, PassphraseError> {
  return refused('otherCipher', `It is encrypted with ${oidName(dotted)}, which nobody here can open.`);
}

/** Runs what reads a stranger's parameters: damage, and too much work, come back as values. */
export function working<Value, Failure extends Refusal>(
  run: () => Result<Value, Failure>,
): Result<Value, Failure | Refusal<'damaged' | 'tooMuchWork'>> {
  try {
    const read = reading(run);
    return read.ok ? read.value : read;
  } catch (error) {
    if (error instanceof TooMuchWork) return refused('tooMuchWork', error.message);
    throw error;
  }
}

function derivedKey(
  { oid: name, parameters }: Algorithm,
  secret: Uint8Array,
  bytes: number,
  work: Work,
): Result<Uint8Array, PassphraseError> {
  if (parameters?.tag !== TAG.sequence) throw new Malformed('The key derivation has no parameters.');
  const reader = parameters.inside();
  if (name === OID['id-scrypt']) return scryptKey(reader, secret, bytes, work);
  if (name !== OID.PBKDF2) return otherCipher(name);
  const salt = reader.read('the salt', TAG.octetString).body;
  const iterations = smallInteger(reader.read('the number of rounds', TAG.integer), 'The number of rounds');
  readKeyLength(reader, bytes);
  // RFC 8018 appendix A.2: SHA-1 where none is named
  const prf = reader.isEmpty ? OID.hmacWithSHA1 : readAlgorithm(reader, 'the pseudorandom function').oid;
  const hash = PRFS[oidName(prf)];
  if (!hash) return otherCipher(prf);
  if (iterations < 1) throw new Malformed('The number of rounds is zero.');
  work.spend(iterations);
  return done(pbkdf2(hash, secret, salt, { c: iterations, dkLen: bytes }));
}

/** RFC 7914 section 7.1 */
function scryptKey(reader: DerReader, secret: Uint8Array, bytes: number, work: Work): Result<Uint8Array, never> {
  const salt = reader.read('the salt', TAG.octetString).body;
  const [N = 0, r = 0, p = 0] = ['N', 'r', 'p'].map((what) =>
    smallInteger(reader.read(`the number ${what}`, TAG.integer), `The number ${what}`),
  );
  readKeyLength(reader, bytes);
  const isPower = N > 1 && Number.isInteger(Math.log2(N));
  if (!isPower || r < 1 || p < 1) throw new Malformed('The numbers of scrypt are impossible.');
  const memory = 128 * r * (N + p);
  work.spend(memory > MOST.scryptBytes ? Infinity : N * r * p * 2);
  return done(scrypt(secret, salt, { N, r, p, dkLen: bytes }));
}

function readKeyLength(reader: DerReader, bytes: number): void {
  const element = reader.optional('the length of the key', TAG.integer);
  if (element && smallInteger(element, 'The length of the key') !== bytes)
    throw new Malformed('The derived key is not as long as its cipher wants it.');
}
