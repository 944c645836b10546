/** Random primes for RSA, as FIPS 186-5 appendix A.1.3 wants them, for machines without native key generation. */
import { fromBytes } from '../der/values.ts';

/** Odd primes below this bound weed out nine candidates of ten before the costly test. */
const SIEVED_BELOW = 20_000;
/** Candidates tried from one random start before a new one is drawn. */
const SPAN = 20_000;
/** Twice what FIPS 186-5 table B.1 asks for at 1024 bits: a composite passes with less than 2^-200. */
const ROUNDS = 10;

export interface PrimeSearch {
  random(bytes: number): Uint8Array;
  /** Called for every candidate that is worth a full test. */
  onCandidate(): void;
}

/**
 * A random prime with its two highest bits set, so that a product of two has twice the bits.
 *
 * @param bits a multiple of 8
 * @param exponent the public exponent, which must have an inverse modulo the prime less one; itself prime
 */
export function randomPrime(bits: number, exponent: bigint, search: PrimeSearch): bigint {
  for (;;) {
    const start = fromBytes(search.random(bits / 8)) | (3n << BigInt(bits - 2)) | 1n;
    for (const candidate of sieved(start)) {
      if (candidate >> BigInt(bits)) break;
      search.onCandidate();
      const isFit = (candidate - 1n) % exponent !== 0n && isProbablePrime(candidate, bits, search);
      if (isFit) return candidate;
    }
  }
}

/** Odd numbers from `start` on that no small prime divides. */
function* sieved(start: bigint): Generator<bigint> {
  const isComposite = new Uint8Array(SPAN);
  for (const prime of SMALL_PRIMES) {
    const remainder = Number(start % BigInt(prime));
    for (let offset = remainder === 0 ? 0 : prime - remainder; offset < SPAN; offset += prime) isComposite[offset] = 1;
  }
  for (const [offset, isOut] of isComposite.entries()) {
    if (offset % 2 === 0 && isOut === 0) yield start + BigInt(offset);
  }
}

const SMALL_PRIMES = smallPrimes();

function smallPrimes(): number[] {
  const primes: number[] = [];
  for (let candidate = 3; candidate < SIEVED_BELOW; candidate += 2) {
    let isPrime = true;
    for (const prime of primes) {
      if (prime * prime > candidate) break;
      if (candidate % prime === 0) {
        isPrime = false;
        break;
      }
    }
    if (isPrime) primes.push(candidate);
  }
  return primes;
}

/** Miller-Rabin with random bases. */
function isProbablePrime(candidate: bigint, bits: number, { random }: PrimeSearch): boolean {
  const most = candidate - 1n;
  let odd = most;
  let halvings = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) halvings++;
  for (let round = 0; round < ROUNDS; round++) {
    const base = 2n + (fromBytes(random(bits / 8)) % (candidate - 3n));
    if (!passes(power(base, odd, candidate), most, halvings, candidate)) return false;
  }
  return true;
}

function passes(start: bigint, most: bigint, halvings: number, candidate: bigint): boolean {
  if (start === 1n) return true;
  let value = start;
  for (let step = 0; step < halvings; step++) {
    if (value === most) return true;
    value = (value * value) % candidate;
  }
  return false;
}

/** `base` to the `exponent` modulo `modulus`, five bits of the exponent at a time. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const digits = exponent.toString(32);
  const powers = [1n];
  const count = digits.length > 8 ? 32 : 0;
  for (let at = 1; at < count; at++) powers.push(((powers[at - 1] ?? 1n) * base) % modulus);
  let result = 1n;
  for (const digit of digits) {
    for (let square = 0; square < 5; square++) result = (result * result) % modulus;
    const window = parseInt(digit, 32);
    if (window === 0) continue;
    const factor = powers[window] ?? base ** BigInt(window) % modulus;
    result = (result * factor) % modulus;
  }
  return result;
}

/** The inverse of `value` modulo `modulus`, which must have no common factor (Euclid, extended). */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [previous, current] = [modulus, value % modulus];
  let [before, factor] = [0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [before, factor] = [factor, before - quotient * factor];
  }
  return before < 0n ? before + modulus : before;
}
