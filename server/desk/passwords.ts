/** Password records: scrypt with a salt of its own for each user (RFC 7914). */
import { scrypt, timingSafeEqual } from 'node:crypto';
import { foldedPassword } from '../../src/core/desk/accounts.ts';
import type { PasswordRecord } from '../store/store.ts';

type Parameters = Omit<PasswordRecord, 'hash'>;
type Cost = Omit<Parameters, 'salt'>;

/** N = 2^15, r = 8, p = 1: 32 MiB and about a tenth of a second for each guess. */
export const DEFAULT_COST: Cost = { cost: 2 ** 15, blockSize: 8, parallel: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** The function behind it, for tests that count. */
export type Derive = (password: string, parameters: Parameters) => Promise<Uint8Array>;

export interface Passwords {
  /** A new record of a password, with today's cost. */
  hash(password: string): Promise<PasswordRecord>;
  /**
   * Whether a password is the one of a record. Without a record the same work is done for nothing, and for a record with
   * less cost than today's what is missing, so that nobody is told apart by time.
   */
  matches(password: string, record: PasswordRecord | null): Promise<boolean>;
  /** Whether a record costs less than today's; it is made anew when the password comes by. */
  isCheap(record: PasswordRecord): boolean;
}

const work = ({ cost, blockSize, parallel }: Cost): number => cost * blockSize * parallel;

/** @param random gives this many unpredictable bytes */
export function createPasswords(
  random: (bytes: number) => Uint8Array,
  today: Cost = DEFAULT_COST,
  derive: Derive = deriveByScrypt,
): Passwords {
  const nobody = { ...today, salt: random(SALT_BYTES) };
  const nobodysHash = random(HASH_BYTES);
  return {
    async hash(password) {
      const parameters = { ...today, salt: random(SALT_BYTES) };
      return { ...parameters, hash: await derive(password, parameters) };
    },
    async matches(password, record) {
      const found = await derive(password, record ?? nobody);
      for (const cost of fillers(work(today) - work(record ?? nobody), today))
        await derive(password, { ...nobody, cost });
      const isSame = timingSafeEqual(found, record?.hash ?? nobodysHash);
      return isSame && record !== null;
    },
    isCheap: (record) => work(record) < work(today),
  };
}

/** Powers of two that take as much work together, down to a sixteenth of today's. */
function fillers(missing: number, today: Cost): number[] {
  const costs: number[] = [];
  const perCost = today.blockSize * today.parallel;
  for (let cost = today.cost; cost >= today.cost / 16 && cost > 1; cost /= 2) {
    if (cost * perCost > missing) continue;
    costs.push(cost);
    missing -= cost * perCost;
  }
  return costs;
}

const deriveByScrypt: Derive = (password, { cost, blockSize, parallel, salt }) => {
  const options = { N: cost, r: blockSize, p: parallel, maxmem: 2 * 128 * cost * blockSize };
  return new Promise((resolve, reject) =>
    scrypt(foldedPassword(password), salt, HASH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  );
};
