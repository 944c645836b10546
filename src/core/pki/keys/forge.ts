/** node-forge's RSA, old ciphers and random numbers, and the step between its binary strings and our bytes. */
import type { md, pki as Pki, rc2 as Rc2 } from 'node-forge';
import { sha256 } from '@noble/hashes/sha2.js';
import des from 'node-forge/lib/des.js';
import jsbn from 'node-forge/lib/jsbn.js';
import mgf1 from 'node-forge/lib/mgf1.js';
import pss from 'node-forge/lib/pss.js';
import random from 'node-forge/lib/random.js';
import rc2 from 'node-forge/lib/rc2.js';
import rsa from 'node-forge/lib/rsa.js';
import forgeSha256 from 'node-forge/lib/sha256.js';
import forgeSha512 from 'node-forge/lib/sha512.js';
import util from 'node-forge/lib/util.js';
import type { RsaNumbers } from './rsa-numbers.ts';

export type RsaPrivateKey = Pki.rsa.PrivateKey;

/** forge's key of numbers that belong together. */
export function rsaKeyOf({ n, e, d, p, q, dP, dQ, qInv }: RsaNumbers): RsaPrivateKey {
  const big = (number: bigint) => new jsbn.BigInteger(number.toString(16), 16);
  return rsa.setPrivateKey(big(n), big(e), big(d), big(p), big(q), big(dP), big(dQ), big(qInv));
}

const EXPONENT = 0x10001;
/** How long forge may search before it reports back: short enough to be told of nearly every candidate. */
const SLICE_MS = 1;

/** What @types/node-forge leaves out. */
interface SteppedGeneration {
  createKeyPairGenerationState(bits: number, exponent: number): { readonly keys: Pki.rsa.KeyPair };
  stepKeyPairGenerationState(state: { readonly keys: Pki.rsa.KeyPair }, ms: number): boolean;
}
const stepped = rsa as unknown as SteppedGeneration;

/** A search for two primes. Each call tests at least one number more, and gives the key once both are found. */
export function searchRsaKey(bits: number): () => RsaNumbers | null {
  const state = stepped.createKeyPairGenerationState(bits, EXPONENT);
  return () => (stepped.stepKeyPairGenerationState(state, SLICE_MS) ? numbersOf(state.keys.privateKey) : null);
}

function numbersOf({ n, e, d, p, q, dP, dQ, qInv }: RsaPrivateKey): RsaNumbers {
  const number = (big: RsaPrivateKey['n']) => BigInt(`0x${big.toString(16)}`);
  return {
    ...{ n: number(n), e: number(e), d: number(d), p: number(p), q: number(q) },
    ...{ dP: number(dP), dQ: number(dQ), qInv: number(qInv) },
  };
}

/** RSASSA-PKCS1-v1_5 with SHA-256. */
export function rsaSignature(key: RsaPrivateKey, message: Uint8Array): Uint8Array {
  // forge asks a digest for its name and its value only. Its own would want the message as a string, and that slowly.
  const value = toBinary(sha256(message));
  const digest = { algorithm: 'sha256', digest: () => ({ getBytes: () => value }) };
  return fromBinary(key.sign(digest as unknown as md.MessageDigest));
}

const PSS_HASHES = {
  sha256: () => forgeSha256.create(),
  sha384: () => forgeSha512.sha384.create(),
  sha512: () => forgeSha512.create(),
} as const;

export type PssHash = keyof typeof PSS_HASHES;

/** RSASSA-PSS with MGF1 over the same hash and a salt as long as the hash, as TLS 1.3 wants it (RFC 8446 §4.2.3). */
export function pssSignature(key: RsaPrivateKey, hash: PssHash, message: Uint8Array): Uint8Array {
  const digest = PSS_HASHES[hash]();
  digest.update(toBinary(message), 'raw');
  const scheme = pss.create({
    md: PSS_HASHES[hash](),
    mgf: mgf1.create(PSS_HASHES[hash]()),
    saltLength: digest.digestLength,
  });
  return fromBinary(key.sign(digest, scheme));
}

/** Whether a modulus has room for such a signature: hash, salt and two bytes (RFC 8017 §9.1.1). */
export function hasRoomForPss(key: RsaPrivateKey, hash: PssHash): boolean {
  return Math.ceil((key.n.bitLength() - 1) / 8) >= 2 * PSS_HASHES[hash]().digestLength + 2;
}

/** Random bytes, fit for keys. */
export function randomBytes(count: number): Uint8Array {
  return fromBinary(random.getBytesSync(count));
}

/** Triple DES in CBC mode; throws an Error where the padding is wrong. Only old files need it. */
export function tripleDesDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = des.createDecryptionCipher(toBinary(key));
  decipher.start(toBinary(iv));
  return finished(decipher, data);
}

/** RC2 with 40 bits in CBC mode; throws an Error where the padding is wrong. Only old files need it. */
export function rc2Decrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = rc2.createDecryptionCipher(toBinary(key), 40);
  decipher.start(toBinary(iv));
  return finished(decipher, data);
}

function finished(decipher: Pick<Rc2.cipher, 'update' | 'finish' | 'output'>, data: Uint8Array): Uint8Array {
  decipher.update(util.createBuffer(toBinary(data)));
  if (!decipher.finish()) throw new Error('The padding is wrong.');
  return fromBinary(decipher.output.getBytes());
}

/** Bytes as forge holds them: a string with one character a byte. */
function toBinary(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fromBinary(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
