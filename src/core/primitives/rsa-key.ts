import { isA, readDer } from '../asn1/der.ts';
import { contentOf } from '../asn1/value.ts';
import { bigFrom } from '../bytes/big.ts';
import { Reader } from '../bytes/reader.ts';
import { bitsOf, RSA_BITS, type RsaPublicKey } from './rsa.ts';

/** Every handshake is computed again and again: what no real key has is not worth the time. */
const LIMITS = { leastBits: 512, exponentBits: 64 } as const;

/** An RSAPublicKey (DER), RFC 8017 §A.1.1; null where it is none, or too large to compute with. */
export function readRsaKey(der: Uint8Array): RsaPublicKey | null {
  const [sequence] = readDer(new Reader(der));
  const [n, e] = sequence?.children ?? [];
  if (!isA(n, 2) || !isA(e, 2)) return null;
  const modulus = bigFrom(contentOf(n, der));
  const exponent = bigFrom(contentOf(e, der));
  const bits = bitsOf(modulus);
  if (bits > RSA_BITS || bits < LIMITS.leastBits || bitsOf(exponent) > LIMITS.exponentBits) return null;
  return { modulus, exponent };
}
