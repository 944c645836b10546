/** Checks signatures: RSA PKCS#1 v1.5 and PSS (RFC 8017), ECDSA and Ed25519. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { OID, oidName } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { NULL, octetString, oid, sequence } from '../../asn1/write.ts';
import { concat, sameBytes, uintBytes } from '../../bytes/reader.ts';
import { fromHex } from '../../bytes/hex.ts';
import { oidText, fromBytes, smallInteger } from '../der/values.ts';
import {
  curveOf,
  keyKind,
  readAlgorithm,
  rsaOf,
  type Algorithm,
  type PublicKey,
  type RsaPublicKey,
} from './public-key.ts';

/** Whether something is so, and the sentence that says why. */
export interface Verdict {
  readonly holds: boolean;
  readonly why: string;
}

type Hash = (message: Uint8Array) => Uint8Array;

const HASHES: Readonly<Record<string, { readonly name: string; readonly hash: Hash; readonly oid: string }>> = {
  [OID['id-sha1']]: { name: 'SHA-1', hash: sha1, oid: OID['id-sha1'] },
  [OID['id-sha256']]: { name: 'SHA-256', hash: sha256, oid: OID['id-sha256'] },
  [OID['id-sha384']]: { name: 'SHA-384', hash: sha384, oid: OID['id-sha384'] },
  [OID['id-sha512']]: { name: 'SHA-512', hash: sha512, oid: OID['id-sha512'] },
};

/** Signature algorithms by OID: kind of key, and hash where the OID fixes it. */
const SCHEMES: Readonly<
  Record<string, { readonly kind: 'pkcs1' | 'pss' | 'ecdsa' | 'ed25519'; readonly hash: string }>
> = {
  [OID.sha1WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha1'] },
  [OID.sha256WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha256'] },
  [OID.sha384WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha384'] },
  [OID.sha512WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha512'] },
  [OID['rsassa-pss']]: { kind: 'pss', hash: '' },
  [OID['ecdsa-with-SHA256']]: { kind: 'ecdsa', hash: OID['id-sha256'] },
  [OID['ecdsa-with-SHA384']]: { kind: 'ecdsa', hash: OID['id-sha384'] },
  [OID['ecdsa-with-SHA512']]: { kind: 'ecdsa', hash: OID['id-sha512'] },
  [OID['id-Ed25519']]: { kind: 'ed25519', hash: '' },
};

const CURVES = { secp256r1: p256, secp384r1: p384, secp521r1: p521 } as const;

/** Largest RSA modulus we work with: a bigger one is there to keep us busy. */
const RSA_BITS = 16_384;

const HOLDS: Verdict = { holds: true, why: 'The signature fits the key and every signed byte.' };
const fails = (why: string): Verdict => ({ holds: false, why });
const DOES_NOT_FIT = fails('The signature does not fit: another key made it, or a signed byte has changed.');

/**
 * Whether `signature` was made over `message` with the private key of `key`.
 *
 * @param algorithm as it stands beside the signature
 * @returns a verdict; an algorithm that we cannot check does not hold, and the reason says so. Malformed keys or
 *   parameters throw `Malformed`.
 */
export function checkSignature(
  key: PublicKey,
  algorithm: Algorithm,
  message: Uint8Array,
  signature: Uint8Array,
): Verdict {
  const scheme = SCHEMES[algorithm.oid];
  if (!scheme) return fails(`The signature algorithm ${oidName(algorithm.oid)} is not one that we can check.`);
  switch (scheme.kind) {
    case 'pkcs1':
      return withRsa(key, scheme.hash, (rsa, hash) => pkcs1Holds(rsa, hash, message, signature));
    case 'pss': {
      const { hash, salt } = pssParameters(algorithm);
      return withRsa(key, hash, (rsa, { hash: digest }) => pssHolds(rsa, digest, salt, message, signature));
    }
    case 'ecdsa':
      return ecdsaVerdict(key, scheme.hash, message, signature);
    case 'ed25519':
      if (key.algorithm.oid !== OID['id-Ed25519']) return wrongKind(key);
      return attempt(() => ed25519.verify(signature, message, key.key, { zip215: false }));
  }
}

function wrongKind(key: PublicKey): Verdict {
  return fails(`The signer's key is ${keyKind(key)}, which cannot have made a signature of this kind.`);
}

/** The curves' library throws on bytes that are no point or no signature: that is a signature which does not fit. */
function attempt(holds: () => boolean): Verdict {
  try {
    return holds() ? HOLDS : DOES_NOT_FIT;
  } catch (error) {
    if (error instanceof Error) return DOES_NOT_FIT;
    throw error;
  }
}

function ecdsaVerdict(key: PublicKey, hashOid: string, message: Uint8Array, signature: Uint8Array): Verdict {
  const curve = curveOf(key);
  if (curve === null) return wrongKind(key);
  const hash = HASHES[hashOid]?.hash;
  if (hash === undefined || !Object.hasOwn(CURVES, curve))
    return fails(`The curve ${curve} is not one that we can check.`);
  const { verify } = CURVES[curve as keyof typeof CURVES];
  return attempt(() => verify(signature, hash(message), key.key, { prehash: false, lowS: false, format: 'der' }));
}

type KnownHash = (typeof HASHES)[string];

function withRsa(key: PublicKey, hashOid: string, holds: (rsa: RsaPublicKey, hash: KnownHash) => boolean): Verdict {
  const rsa = rsaOf(key);
  if (rsa === null) return wrongKind(key);
  const hash = HASHES[hashOid];
  if (!hash) return fails(`The hash ${oidName(hashOid)} is not one that we can check.`);
  if (rsa.modulus.toString(16).length * 4 > RSA_BITS) return fails(`An RSA key above ${RSA_BITS} bits is not checked.`);
  return holds(rsa, hash) ? HOLDS : DOES_NOT_FIT;
}

/** RSAVP1: the signature raised to the public exponent, as bytes of the modulus's length; null when out of range. */
function recovered({ modulus, exponent }: RsaPublicKey, signature: Uint8Array): Uint8Array | null {
  const length = modulusBytes(modulus);
  const number = fromBytes(signature);
  if (signature.length !== length || number >= modulus || modulus < 3n) return null;
  return bytesOf(power(number, exponent, modulus), length);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function modulusBytes(modulus: bigint): number {
  return Math.ceil(modulus.toString(16).length / 2);
}

function bytesOf(value: bigint, length: number): Uint8Array {
  const hex = fromHex(value.toString(16).padStart(length * 2, '0'));
  return hex.ok ? hex.value : new Uint8Array(length);
}

/** RFC 8017 section 8.2.2: the expected block is built and compared whole, so no lenient parsing can be fooled. */
function pkcs1Holds(rsa: RsaPublicKey, known: KnownHash, message: Uint8Array, signature: Uint8Array): boolean {
  const block = recovered(rsa, signature);
  if (block === null) return false;
  const digest = octetString(known.hash(message));
  // Parameters of the hash should be NULL, and some signers leave them out.
  return [sequence(oid(known.oid), NULL), sequence(oid(known.oid))].some((algorithm) => {
    const info = sequence(algorithm, digest);
    const padding = block.length - info.length - 3;
    if (padding < 8) return false;
    const filled = new Uint8Array(padding).fill(0xff);
    return sameBytes(block, concat(Uint8Array.of(0, 1), filled, Uint8Array.of(0), info));
  });
}

/** RFC 8017 section 9.1.2. */
function pssHolds(
  rsa: RsaPublicKey,
  hash: Hash,
  saltLength: number,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const block = recovered(rsa, signature);
  if (block === null) return false;
  const bits = rsa.modulus.toString(2).length - 1;
  const length = Math.ceil(bits / 8);
  const encoded = block.subarray(block.length - length);
  if (block.length > length && block.some((byte, at) => at === 0 && byte !== 0)) return false;
  const digest = hash(message);
  if (length < digest.length + saltLength + 2 || encoded.at(-1) !== 0xbc) return false;
  const dbLength = length - digest.length - 1;
  const h = encoded.subarray(dbLength, dbLength + digest.length);
  const mask = mgf1(hash, h, dbLength);
  const unused = 8 * length - bits;
  const topMask = 0xff >> unused;
  if ((encoded.at(0) ?? 0) > topMask) return false;
  const db = encoded.subarray(0, dbLength).map((byte, at) => (byte ^ (mask.at(at) ?? 0)) & (at === 0 ? topMask : 0xff));
  const saltAt = dbLength - saltLength;
  const isPadded = db.subarray(0, saltAt).every((byte, at) => byte === (at === saltAt - 1 ? 1 : 0));
  return isPadded && sameBytes(h, hash(concat(new Uint8Array(8), digest, db.subarray(saltAt))));
}

function mgf1(hash: Hash, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let size = 0; size < length;) {
    const block = hash(concat(seed, uintBytes(blocks.length, 4)));
    blocks.push(block);
    size += block.length;
  }
  return concat(...blocks).subarray(0, length);
}

/** RSASSA-PSS-params, RFC 4055 section 3.1. The mask's hash must be the same: nobody signs otherwise. */
function pssParameters({ parameters }: Algorithm): { hash: string; salt: number } {
  const absent = { hash: OID['id-sha1'], salt: 20 } as const;
  if (parameters === null || parameters.tag !== TAG.sequence) return absent;
  const reader = parameters.inside();
  const hashElement = reader.optional('the PSS hash', context(0, 'constructed'));
  const hash = hashElement ? readAlgorithm(hashElement.inside(), 'the PSS hash').oid : absent.hash;
  const maskElement = reader.optional('the PSS mask', context(1, 'constructed'));
  const mask = maskElement ? maskHash(readAlgorithm(maskElement.inside(), 'the PSS mask')) : OID['id-sha1'];
  const saltElement = reader.optional('the PSS salt length', context(2, 'constructed'));
  const salt = saltElement
    ? smallInteger(saltElement.inside().read('the PSS salt length', TAG.integer), 'The PSS salt length')
    : absent.salt;
  return mask === hash ? { hash, salt } : { hash: `${oidName(hash)} with mask ${oidName(mask)}`, salt };
}

function maskHash({ parameters }: Algorithm): string {
  return parameters?.tag === TAG.sequence
    ? oidText(parameters.inside().read("the mask's hash", TAG.oid))
    : OID['id-sha1'];
}
