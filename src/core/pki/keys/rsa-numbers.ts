/** RSAPrivateKey, RFC 8017 section A.1.2: the numbers of a private RSA key, and whether they belong together. */
import { TAG } from '../../asn1/tag.ts';
import { integer, sequence } from '../../asn1/write.ts';
import { bigBytes } from '../../bytes/big.ts';
import { bitsOf, RSA_BITS } from '../../primitives/rsa.ts';
import { Malformed, onlyElement } from '../der/read.ts';
import { bigInteger, integerBytes, smallInteger } from '../der/values.ts';

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

const ORDER = ['n', 'e', 'd', 'p', 'q', 'dP', 'dQ', 'qInv'] as const satisfies readonly (keyof RsaNumbers)[];

/** Room for a PKCS#1 signature with SHA-256, and little more: an old small key is read, so that it can be shown. */
const LEAST_BITS = 512;

/** Reads RSAPrivateKey; damage, and numbers that do not fit each other, throw `Malformed`. */
export function readRsaNumbers(der: Uint8Array): RsaNumbers {
  const reader = onlyElement(der, 'an RSA key', TAG.sequence).inside();
  const version = smallInteger(reader.read('the version', TAG.integer), 'The version');
  if (version !== 0) throw new Malformed('An RSA key of more than two primes is not used here.');
  const numbers: RsaNumbers = { n: 0n, e: 0n, d: 0n, p: 0n, q: 0n, dP: 0n, dQ: 0n, qInv: 0n };
  const read = ORDER.map((name) => {
    const element = reader.read(`the number ${name}`, TAG.integer);
    const what = `The number ${name}`;
    if (integerBytes(element, what).length > RSA_BITS / 8 + 1)
      throw new Malformed(`${what} has more than ${RSA_BITS} bits.`);
    return [name, bigInteger(element, what)] as const;
  });
  reader.end('An RSA key');
  return proven({ ...numbers, ...Object.fromEntries(read) });
}

/** A key whose parts do not fit each other signs wrongly, and such a signature can give its primes away. */
function proven(numbers: RsaNumbers): RsaNumbers {
  const { n, e, d, p, q, dP, dQ, qInv } = numbers;
  const isWhole = p > 1n && q > 1n && p * q === n && bitsOf(n) >= LEAST_BITS && e > 1n && d < n;
  const isInverse = (product: bigint, modulus: bigint) => product % modulus === 1n;
  const fits =
    isWhole && isInverse(e * dP, p - 1n) && isInverse(e * dQ, q - 1n) && isInverse(qInv * q, p) && d % (p - 1n) === dP;
  if (!fits) throw new Malformed('The numbers of this RSA key do not belong together.');
  return numbers;
}

/** RSAPrivateKey, DER. */
export function buildRsaNumbers(numbers: RsaNumbers): Uint8Array {
  return sequence(integer(0), ...ORDER.map((name) => bigElement(numbers[name])));
}

/** RSAPublicKey, DER (RFC 8017 section A.1.1). */
export function buildRsaPublic({ n, e }: RsaNumbers): Uint8Array {
  return sequence(bigElement(n), bigElement(e));
}

function bigElement(number: bigint): Uint8Array {
  return integer(bigBytes(number, Math.ceil(bitsOf(number) / 8)) ?? new Uint8Array(1));
}
