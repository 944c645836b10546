import type { PublicKey } from '../asn1/certificate.ts';
import { OID, oidName } from '../asn1/oids.ts';
import { toHex } from '../bytes/hex.ts';
import { aead } from './aead.ts';
import { ecdsaHolds, ed25519Holds } from './curves.ts';
import { digestInfo } from './digest-info.ts';
import { HASHES } from './hash.ts';
import type { Primitives, SignatureScheme } from './primitives.ts';
import { pkcs1Holds, pssHolds } from './rsa.ts';
import { readRsaKey } from './rsa-key.ts';

/** Everything in JavaScript, for wherever there is nothing better. */
export const PURE: Primitives = {
  hashes: HASHES,
  open(cipher, key, nonce, additional, sealed) {
    try {
      return aead(cipher, key, nonce, additional).decrypt(sealed);
    } catch {
      return null; // noble throws on a wrong tag and on lengths that cannot be
    }
  },
  verify(scheme, key, content, signature) {
    const name = scheme.kind === 'ed25519' ? scheme.kind : scheme.kind + scheme.hash;
    const question = [name, toHex(key.spki), toHex(signature), toHex(HASHES.SHA256.digest(content))].join();
    const known = kept.get(question);
    if (known !== undefined) return known;
    const answer = computed(scheme, key, content, signature);
    if (kept.size >= KEPT) kept.delete([...kept.keys()][0] ?? '');
    kept.set(question, answer);
    return answer;
  },
};

// A live session is dissected again on each record, and a curve costs milliseconds: the last answers are kept.
const KEPT = 64;
const kept = new Map<string, boolean | null>();

function computed(
  scheme: SignatureScheme,
  { algorithm, curve, key }: PublicKey,
  content: Uint8Array,
  signature: Uint8Array,
): boolean | null {
  if (scheme.kind === 'ed25519') {
    return algorithm === OID['id-Ed25519'] && ed25519Holds(key, content, signature, 'ZIP 215');
  }
  const hash = HASHES[scheme.hash];
  if (scheme.kind === 'ecdsa') {
    if (algorithm !== OID['id-ecPublicKey']) return false;
    return ecdsaHolds(oidName(curve ?? ''), key, hash.digest(content), signature);
  }
  if (!isRsa(algorithm)) return false;
  const rsa = readRsaKey(key);
  if (rsa === null) return null;
  return scheme.kind === 'pkcs1'
    ? pkcs1Holds(rsa, [digestInfo(scheme.hash, content)], signature)
    : pssHolds(rsa, hash, hash.bytes, content, signature);
}

/** Whether a key of this algorithm (dotted) makes RSA signatures. */
export const isRsa = (algorithm: string): boolean => algorithm === OID.rsaEncryption || algorithm === OID['rsassa-pss'];
