/** Signatures of the handshake: CertificateVerify and ServerKeyExchange. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { PublicKey } from '../../asn1/certificate.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { concat } from '../../bytes/reader.ts';
import { HASHES, type HashFunction } from '../../signature/hash.ts';
import type { Verification } from '../dissection.ts';
import { named } from '../format/format.ts';
import { SCHEMES } from '../names/names.ts';
import { verifyPkcs1, verifyPss } from './rsa.ts';

type Scheme =
  { readonly kind: 'pkcs1' | 'pss' | 'ecdsa'; readonly hash: keyof typeof HASHES } | { readonly kind: 'ed25519' };

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

/** DER of DigestInfo before the digest, RFC 8017 §9.2 note 1. */
const DIGEST_INFO: Partial<Record<keyof typeof HASHES, string>> = {
  SHA: '3021300906052b0e03021a05000414',
  SHA224: '302d300d06096086480165030402040500041c',
  SHA256: '3031300d060960864801650304020105000420',
  SHA384: '3041300d060960864801650304020205000430',
  SHA512: '3051300d060960864801650304020305000440',
};

const CURVES: Readonly<Record<string, typeof p256>> = {
  '1.2.840.10045.3.1.7': p256,
  '1.3.132.0.34': p384,
  '1.3.132.0.35': p521,
};

const RSA = ['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10'];
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
  const holds = answerOf(() =>
    scheme === null ? verifyOld(key, content, signature) : verifyScheme(KINDS[scheme], key, content, signature),
  );
  if (holds === null) return unknown(`A signature ${name} with a key ${key.algorithm} is not one we can compute.`);
  return holds
    ? { holds, why: `Checked ${name} with the public key of the certificate.` }
    : { holds, why: `The signature ${name} does not fit the certificate's key and these messages.` };
}

/** noble throws on points and numbers that cannot belong to any signature: such a signature does not hold. */
function answerOf(check: () => boolean | null): boolean | null {
  try {
    return check();
  } catch {
    return false;
  }
}

function verifyScheme(scheme: Scheme | undefined, key: PublicKey, content: Uint8Array, signature: Uint8Array) {
  if (!scheme) return null;
  if (scheme.kind === 'ed25519') {
    return key.algorithm === '1.3.101.112' ? ed25519.verify(signature, content, key.key) : false;
  }
  const hash: HashFunction = HASHES[scheme.hash];
  if (scheme.kind === 'ecdsa') return verifyEcdsa(key, hash(content), signature);
  if (!RSA.includes(key.algorithm)) return false;
  if (scheme.kind === 'pss') return verifyPss(key.key, hash, content, signature);
  const prefix = fromHex(DIGEST_INFO[scheme.hash] ?? '');
  return prefix.ok ? verifyPkcs1(key.key, concat(prefix.value, hash(content)), signature) : null;
}

function verifyEcdsa(key: PublicKey, digest: Uint8Array, signature: Uint8Array): boolean | null {
  if (key.algorithm !== '1.2.840.10045.2.1') return false;
  const curve = CURVES[key.curve ?? ''];
  return curve ? curve.verify(signature, digest, key.key, { prehash: false, format: 'der', lowS: false }) : null;
}

/** RFC 4346 §7.4.3: RSA over MD5 and SHA-1 together, ECDSA over SHA-1. */
function verifyOld(key: PublicKey, content: Uint8Array, signature: Uint8Array): boolean | null {
  if (!RSA.includes(key.algorithm)) return verifyEcdsa(key, HASHES.SHA(content), signature);
  return verifyPkcs1(key.key, concat(HASHES.MD5(content), HASHES.SHA(content)), signature);
}
