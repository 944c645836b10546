/** Signatures of the handshake: CertificateVerify and ServerKeyExchange. */
import type { PublicKey } from '../../asn1/certificate.ts';
import { OID, oidName } from '../../asn1/oids.ts';
import { toHex } from '../../bytes/hex.ts';
import { concat } from '../../bytes/reader.ts';
import { ecdsaHolds, ed25519Holds } from '../../signature/curves.ts';
import { digestInfo, type SignatureHash } from '../../signature/digest-info.ts';
import { HASHES } from '../../signature/hash.ts';
import { pkcs1Holds, pssHolds, type RsaPublicKey } from '../../signature/rsa.ts';
import type { Verification } from '../dissection.ts';
import { named } from '../format/format.ts';
import { SCHEMES } from '../names/names.ts';
import { readRsaKey } from './rsa-key.ts';

type Scheme = { readonly kind: 'pkcs1' | 'pss' | 'ecdsa'; readonly hash: SignatureHash } | { readonly kind: 'ed25519' };

/** RFC 8446 §4.2.3 */
const KINDS: Readonly<Record<number, Scheme>> = {
  0x0201: { kind: 'pkcs1', hash: 'SHA' },
  0x0301: { kind: 'pkcs1', hash: 'SHA224' },
  0x0401: { kind: 'pkcs1', hash: 'SHA256' },
  0x0501: { kind: 'pkcs1', hash: 'SHA384' },
  0x0601: { kind: 'pkcs1', hash: 'SHA512' },
  0x0203: { kind: 'ecdsa', hash: 'SHA' },
  0x0303: { kind: 'ecdsa', hash: 'SHA224' },
  0x0403: { kind: 'ecdsa', hash: 'SHA256' },
  0x0503: { kind: 'ecdsa', hash: 'SHA384' },
  0x0603: { kind: 'ecdsa', hash: 'SHA512' },
  0x0804: { kind: 'pss', hash: 'SHA256' },
  0x0805: { kind: 'pss', hash: 'SHA384' },
  0x0806: { kind: 'pss', hash: 'SHA512' },
  0x0809: { kind: 'pss', hash: 'SHA256' },
  0x080a: { kind: 'pss', hash: 'SHA384' },
  0x080b: { kind: 'pss', hash: 'SHA512' },
  0x0807: { kind: 'ed25519' },
};

const RSA: readonly string[] = [OID.rsaEncryption, OID['rsassa-pss']];
const unknown = (why: string): Verification => ({ holds: null, why });

// A live session is dissected again on each record, and a curve costs milliseconds: the last answers are kept.
const KEPT = 64;
const kept = new Map<string, Verification>();

/**
 * Checks one signature of the handshake.
 *
 * @param scheme SignatureScheme; null before TLS 1.2, where the key's kind decides
 * @param content what was signed
 * @returns null where the scheme or the kind of key is not one we compute
 */
export function verifySignature(
  scheme: number | null,
  key: PublicKey,
  content: Uint8Array,
  signature: Uint8Array,
): Verification {
  const question = [scheme, toHex(key.spki), toHex(signature), toHex(HASHES.SHA256(content))].join();
  const known = kept.get(question);
  if (known) return known;
  const answer = verifyFresh(scheme, key, content, signature);
  if (kept.size >= KEPT) kept.delete([...kept.keys()][0] ?? '');
  kept.set(question, answer);
  return answer;
}

function verifyFresh(scheme: number | null, key: PublicKey, content: Uint8Array, signature: Uint8Array): Verification {
  const name = scheme === null ? 'the signature of TLS 1.0 and 1.1' : named(scheme, 2, SCHEMES);
  const holds =
    scheme === null ? verifyOld(key, content, signature) : verifyScheme(KINDS[scheme], key, content, signature);
  if (holds === null) return unknown(`A signature ${name} with a key ${key.algorithm} is not one we can compute.`);
  return holds
    ? { holds, why: `Checked ${name} with the public key of the certificate.` }
    : { holds, why: `The signature ${name} does not fit the certificate's key and these messages.` };
}

function verifyScheme(
  scheme: Scheme | undefined,
  key: PublicKey,
  content: Uint8Array,
  signature: Uint8Array,
): boolean | null {
  if (!scheme) return null;
  if (scheme.kind === 'ed25519') {
    return key.algorithm === OID['id-Ed25519'] && ed25519Holds(key.key, content, signature, 'ZIP 215');
  }
  const hash = HASHES[scheme.hash];
  switch (scheme.kind) {
    case 'ecdsa':
      return verifyEcdsa(key, hash(content), signature);
    case 'pkcs1':
      return verifyRsa(key, (rsa) => pkcs1Holds(rsa, [digestInfo(scheme.hash, content)], signature));
    case 'pss': // the salt is as long as the hash, RFC 8446 §4.2.3
      return verifyRsa(key, (rsa) => pssHolds(rsa, hash, hash.outputLen, content, signature));
  }
}

function verifyEcdsa(key: PublicKey, digest: Uint8Array, signature: Uint8Array): boolean | null {
  if (key.algorithm !== OID['id-ecPublicKey']) return false;
  return ecdsaHolds(oidName(key.curve ?? ''), key.key, digest, signature);
}

function verifyRsa(key: PublicKey, holds: (rsa: RsaPublicKey) => boolean): boolean | null {
  if (!RSA.includes(key.algorithm)) return false;
  const rsa = readRsaKey(key.key);
  return rsa && holds(rsa);
}

/** RFC 4346 §7.4.3: RSA over MD5 and SHA-1 together, ECDSA over SHA-1. */
function verifyOld(key: PublicKey, content: Uint8Array, signature: Uint8Array): boolean | null {
  if (key.algorithm === OID['id-ecPublicKey']) return verifyEcdsa(key, HASHES.SHA(content), signature);
  if (!RSA.includes(key.algorithm)) return null; // DSA
  const digests = concat(HASHES.MD5(content), HASHES.SHA(content));
  return verifyRsa(key, (rsa) => pkcs1Holds(rsa, [digests], signature));
}
