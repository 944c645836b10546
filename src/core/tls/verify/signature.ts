/** Signatures of the handshake: CertificateVerify and ServerKeyExchange. */
import type { PublicKey } from '../../asn1/certificate.ts';
import { OID } from '../../asn1/oids.ts';
import { concat } from '../../bytes/reader.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { Primitives, SignatureScheme } from '../../primitives/primitives.ts';
import { isRsa, PURE } from '../../primitives/pure.ts';
import { pkcs1Holds } from '../../primitives/rsa.ts';
import { readRsaKey } from '../../primitives/rsa-key.ts';
import type { Verification } from '../dissection.ts';
import { named } from '../format/format.ts';
import { SCHEMES } from '../names/names.ts';

/** RFC 8446 §4.2.3 */
const KINDS: Readonly<Record<number, SignatureScheme>> = {
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
  primitives: Primitives = PURE,
): Verification {
  const name = scheme === null ? 'the signature of TLS 1.0 and 1.1' : named(scheme, 2, SCHEMES);
  const holds =
    scheme === null
      ? verifyOld(key, content, signature, primitives)
      : verifyScheme(KINDS[scheme], key, content, signature, primitives);
  if (holds === null) {
    return { holds, why: `A signature ${name} with a key ${key.algorithm} is not one we can compute.` };
  }
  return holds
    ? { holds, why: `Checked ${name} with the public key of the certificate.` }
    : { holds, why: `The signature ${name} does not fit the certificate's key and these messages.` };
}

function verifyScheme(
  scheme: SignatureScheme | undefined,
  key: PublicKey,
  content: Uint8Array,
  signature: Uint8Array,
  primitives: Primitives,
): boolean | null {
  return scheme ? primitives.verify(scheme, key, content, signature) : null;
}

/** RFC 4346 §7.4.3: RSA over MD5 and SHA-1 together, ECDSA over SHA-1. */
function verifyOld(key: PublicKey, content: Uint8Array, signature: Uint8Array, primitives: Primitives): boolean | null {
  if (key.algorithm === OID['id-ecPublicKey'])
    return primitives.verify({ kind: 'ecdsa', hash: 'SHA' }, key, content, signature);
  if (!isRsa(key.algorithm)) return null; // DSA
  const rsa = readRsaKey(key.key);
  return rsa && pkcs1Holds(rsa, [concat(HASHES.MD5.digest(content), HASHES.SHA.digest(content))], signature);
}
