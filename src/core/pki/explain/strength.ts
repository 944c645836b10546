/** Whether a key and a signature are as strong as TLS asks today: 112 bits, as `openssl verify -auth_level 2` has it. */
import { OID, oidName } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { isPoint } from '../../primitives/curves.ts';
import { bitsOf } from '../../primitives/rsa.ts';
import { reading } from '../der/read.ts';
import { curveOf, keyBits, keyKind, rsaOf, type PublicKey } from '../keys/public-key.ts';
import { hashOf } from '../keys/signature.ts';
import type { Certificate } from '../x509/certificate.ts';
import { fails, holds, remark, type Finding } from './check.ts';

const SMALLEST_RSA = 2048;
const SMALLEST_CURVE = 224;

/** Hashes of which two texts with one value can be made. */
const BROKEN: ReadonlySet<string> = new Set(['MD5', 'SHA']);
const OLD: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.3': 'MD4',
  '1.2.840.10040.4.3': 'SHA-1',
};

/** The check `algorithm`. The signature of an anchor does not count: nobody checks it. */
export function algorithmCheck({ algorithm, publicKey }: Certificate, isAnchor: boolean): Finding {
  const weak = reading(() => keyWeakness(publicKey));
  if (!weak.ok) return fails('algorithm', `Its public key is damaged. ${weak.error.why}`);
  if (weak.value !== null) return fails('algorithm', weak.value);
  const signed = oidName(algorithm.oid);
  const hash = reading(() => hashOf(algorithm));
  const broken = OLD[algorithm.oid] ?? (hash.ok && hash.value && BROKEN.has(hash.value) ? SHOWN[hash.value] : null);
  if (broken && !isAnchor) {
    return fails(
      'algorithm',
      `It is signed with ${signed}, and ${broken} has been broken: TLS peers of today refuse it.`,
    );
  }
  const bits = keyBits(publicKey);
  const kind = keyKind(publicKey);
  const size = bits === null ? '' : ` with ${bits} bits`;
  if (curveOf(publicKey) !== null && bits === null) {
    return remark('algorithm', `Its key is on a curve that is not known here: ${kind}.`);
  }
  return holds('algorithm', `${kind}${size}, signed with ${signed}.`);
}

const SHOWN: Readonly<Record<string, string>> = { MD5: 'MD5', SHA: 'SHA-1' };

/** Why a key will not do, or null. */
function keyWeakness(key: PublicKey): string | null {
  const rsa = rsaOf(key);
  if (rsa) {
    const bits = bitsOf(rsa.modulus);
    if (bits < SMALLEST_RSA) return `Its RSA key has only ${bits} bits; ${SMALLEST_RSA} are asked for today.`;
    if (rsa.exponent < 3n || rsa.exponent % 2n === 0n) {
      return `The exponent of its RSA key is ${rsa.exponent}: it must be odd, and at least 3 (RFC 8017 section 3.1).`;
    }
    return rsa.modulus % 2n === 0n ? 'The modulus of its RSA key is even, so it is no product of two primes.' : null;
  }
  if (key.algorithm.oid === OID['id-dsa'])
    return 'Its key is for DSA, which TLS has given up (RFC 8446 section 4.2.3).';
  return curveWeakness(key);
}

function curveWeakness(key: PublicKey): string | null {
  const curve = curveOf(key);
  if (curve === null) return null;
  if (key.algorithm.parameters?.tag !== TAG.oid) {
    return 'Its curve is spelt out instead of named, which RFC 5480 section 2.1.1 forbids.';
  }
  const bits = keyBits(key);
  if (bits !== null && bits < SMALLEST_CURVE) {
    return `Its key is on a curve of only ${bits} bits; ${SMALLEST_CURVE} are asked for today.`;
  }
  return isPoint(curve, key.key) === false ? `The point in its public key is not on the curve ${curve}.` : null;
}
