/** Checks signatures: RSA PKCS#1 v1.5 and PSS (RFC 8017), ECDSA and Ed25519. */
import { OID, oidName } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { ecdsaHolds, ed25519Holds } from '../../primitives/curves.ts';
import { digestInfo } from '../../primitives/digest-info.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { HashName } from '../../primitives/primitives.ts';
import { bitsOf, pkcs1Holds, pssHolds, RSA_BITS, type RsaPublicKey } from '../../primitives/rsa.ts';
import { oidText, smallInteger } from '../der/values.ts';
import { curveOf, keyKind, readAlgorithm, rsaOf, type Algorithm, type PublicKey } from './public-key.ts';

/** Real keys have 17 bits; a long exponent is there to keep whoever checks busy. */
const EXPONENT_BITS = 64;

/** Whether something is so, and the sentence that says why. */
export interface Verdict {
  readonly holds: boolean;
  readonly why: string;
}

/** The hashes that X.509 signatures are made with, by OID. */
const HASH_OF: Readonly<Record<string, HashName>> = {
  [OID['id-md5']]: 'MD5',
  [OID['id-sha1']]: 'SHA',
  [OID['id-sha224']]: 'SHA224',
  [OID['id-sha256']]: 'SHA256',
  [OID['id-sha384']]: 'SHA384',
  [OID['id-sha512']]: 'SHA512',
};

/** Signature algorithms by OID: kind of key, and hash where the OID fixes it. */
const SCHEMES: Readonly<
  Record<string, { readonly kind: 'pkcs1' | 'pss' | 'ecdsa' | 'ed25519'; readonly hash: string }>
> = {
  [OID.md5WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-md5'] },
  [OID.sha1WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha1'] },
  [OID.sha224WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha224'] },
  [OID.sha256WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha256'] },
  [OID.sha384WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha384'] },
  [OID.sha512WithRSAEncryption]: { kind: 'pkcs1', hash: OID['id-sha512'] },
  [OID['rsassa-pss']]: { kind: 'pss', hash: '' },
  [OID['ecdsa-with-SHA1']]: { kind: 'ecdsa', hash: OID['id-sha1'] },
  [OID['ecdsa-with-SHA224']]: { kind: 'ecdsa', hash: OID['id-sha224'] },
  [OID['ecdsa-with-SHA256']]: { kind: 'ecdsa', hash: OID['id-sha256'] },
  [OID['ecdsa-with-SHA384']]: { kind: 'ecdsa', hash: OID['id-sha384'] },
  [OID['ecdsa-with-SHA512']]: { kind: 'ecdsa', hash: OID['id-sha512'] },
  [OID['id-Ed25519']]: { kind: 'ed25519', hash: '' },
};

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
    case 'pkcs1': // a key for PSS is for nothing else (RFC 4055 section 1.2); the hash's parameters should be NULL, and some signers leave them out
      if (key.algorithm.oid !== OID.rsaEncryption) return wrongKind(key);
      return withRsa(key, scheme.hash, (rsa, hash) => {
        const infos = [digestInfo(hash, message), digestInfo(hash, message, 'absent')];
        return pkcs1Holds(rsa, infos, signature);
      });
    case 'pss': {
      const { hash, salt } = pssParameters(algorithm);
      if (!allowsPss(key, hash, salt)) return fails('The signer’s key is for PSS with another hash or a longer salt.');
      return withRsa(key, hash, (rsa, known) => pssHolds(rsa, HASHES[known], salt, message, signature));
    }
    case 'ecdsa':
      return ecdsaVerdict(key, scheme.hash, message, signature);
    case 'ed25519':
      if (key.algorithm.oid !== OID['id-Ed25519']) return wrongKind(key);
      return fits(ed25519Holds(key.key, message, signature, 'RFC 8032'));
  }
}

/** A key for PSS may say with which hash, and with how long a salt at least (RFC 4055 section 3.3). */
function allowsPss({ algorithm }: PublicKey, hash: string, salt: number): boolean {
  if (algorithm.oid !== OID['rsassa-pss'] || algorithm.parameters === null) return true;
  const allowed = pssParameters(algorithm);
  return allowed.hash === hash && salt >= allowed.salt;
}

/** The hash that a signature is made with; null where we do not know. Malformed parameters throw `Malformed`. */
export function hashOf(algorithm: Algorithm): HashName | null {
  const scheme = SCHEMES[algorithm.oid];
  const hash = scheme?.kind === 'pss' ? pssParameters(algorithm).hash : scheme?.hash;
  return HASH_OF[hash ?? ''] ?? null;
}

const fits = (holds: boolean): Verdict => (holds ? HOLDS : DOES_NOT_FIT);

function wrongKind(key: PublicKey): Verdict {
  return fails(`The signer's key is ${keyKind(key)}, which cannot have made a signature of this kind.`);
}

function ecdsaVerdict(key: PublicKey, hashOid: string, message: Uint8Array, signature: Uint8Array): Verdict {
  const curve = curveOf(key);
  if (curve === null) return wrongKind(key);
  const hash = HASH_OF[hashOid];
  const holds = hash ? ecdsaHolds(curve, key.key, HASHES[hash].digest(message), signature) : null;
  return holds === null ? fails(`The curve ${curve} is not one that we can check.`) : fits(holds);
}

function withRsa(key: PublicKey, hashOid: string, holds: (rsa: RsaPublicKey, hash: HashName) => boolean): Verdict {
  const rsa = rsaOf(key);
  if (rsa === null) return wrongKind(key);
  const hash = HASH_OF[hashOid];
  if (!hash) return fails(`The hash ${oidName(hashOid)} is not one that we can check.`);
  if (bitsOf(rsa.modulus) > RSA_BITS) return fails(`An RSA key above ${RSA_BITS} bits is not checked.`);
  if (bitsOf(rsa.exponent) > EXPONENT_BITS) return fails(`An RSA exponent above ${EXPONENT_BITS} bits is not checked.`);
  return fits(holds(rsa, hash));
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
