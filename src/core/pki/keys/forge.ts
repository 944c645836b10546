/** node-forge's RSA and its random numbers, and the step between its binary strings and our bytes. */
import type { md, pki as Pki } from 'node-forge';
import { sha256 } from '@noble/hashes/sha2.js';
import jsbn from 'node-forge/lib/jsbn.js';
import mgf1 from 'node-forge/lib/mgf1.js';
import pki from 'node-forge/lib/pki.js';
import pss from 'node-forge/lib/pss.js';
import random from 'node-forge/lib/random.js';
import forgeSha256 from 'node-forge/lib/sha256.js';
import forgeSha512 from 'node-forge/lib/sha512.js';

export type RsaPrivateKey = Pki.rsa.PrivateKey;

/** The numbers of a private RSA key, as RFC 8017 section A.1.2 names them. */
export interface RsaNumbers {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dP: bigint;
  readonly dQ: bigint;
  readonly qInv: bigint;
}

/** forge's key of numbers that belong together. */
export function rsaKeyOf({ n, e, d, p, q, dP, dQ, qInv }: RsaNumbers): RsaPrivateKey {
  const big = (number: bigint) => new jsbn.BigInteger(number.toString(16), 16);
  return pki.setRsaPrivateKey(big(n), big(e), big(d), big(p), big(q), big(dP), big(dQ), big(qInv));
}

const EXPONENT = 0x10001;
/** How long forge may search before it reports back: short enough to be told of nearly every candidate. */
const SLICE_MS = 1;

/** A new key pair as PEM, made by the platform's native code. */
export function newRsaKey(bits: number): Promise<{ publicKey: string; privateKey: string }> {
  return new Promise((resolve, reject) =>
    pki.rsa.generateKeyPair({ bits, e: EXPONENT }, (error: Error | null, pair) =>
      error === null ? resolve(pairPem(pair)) : reject(error),
    ),
  );
}

/** What @types/node-forge leaves out. */
interface SteppedGeneration {
  createKeyPairGenerationState(bits: number, exponent: number): { readonly keys: Pki.rsa.KeyPair };
  stepKeyPairGenerationState(state: { readonly keys: Pki.rsa.KeyPair }, ms: number): boolean;
}
const stepped = pki.rsa as unknown as SteppedGeneration;

/** A search for two primes. Each call tests at least one number more, and gives the pair once both are found. */
export function searchRsaKey(bits: number): () => { publicKey: string; privateKey: string } | null {
  const state = stepped.createKeyPairGenerationState(bits, EXPONENT);
  return () => (stepped.stepKeyPairGenerationState(state, SLICE_MS) ? pairPem(state.keys) : null);
}

function pairPem({ privateKey, publicKey }: Pki.rsa.KeyPair): { publicKey: string; privateKey: string } {
  const info = pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(privateKey));
  return { publicKey: unixPem(pki.publicKeyToPem(publicKey)), privateKey: unixPem(pki.privateKeyInfoToPem(info)) };
}

/** forge ends its lines as mail does. */
const unixPem = (pem: string): string => pem.replaceAll('\r\n', '\n');

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

/** Bytes as forge holds them: a string with one character a byte. */
function toBinary(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function fromBinary(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
