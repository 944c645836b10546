/** Password records: scrypt with a salt of its own for each user (RFC 7914). */
import { scrypt, timingSafeEqual } from 'node:crypto';
import { foldedPassword } from '../../src/core/desk/accounts.ts';
import type { PasswordRecord } from '../store/store.ts';
import { VISIT_LIMITS } from './limits.ts';

/** N = 2^15, r = 8, p = 1: 32 MiB and about a tenth of a second for each guess. */
const COST = 2 ** 15;
const BLOCK_SIZE = 8;
const PARALLEL = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Too many passwords are being checked at once. */
export class HashingIsBusy extends Error {
  override readonly name = 'HashingIsBusy';
}

export interface Passwords {
  /** A new record of a password. @throws HashingIsBusy */
  hash(password: string): Promise<PasswordRecord>;
  /**
   * Whether a password is the one of a record. Without a record the same work is done for nothing, so that an unknown
   * user is not told apart by time.
   *
   * @throws HashingIsBusy
   */
  matches(password: string, record: PasswordRecord | null): Promise<boolean>;
}

/** @param random gives this many unpredictable bytes */
export function createPasswords(random: (bytes: number) => Uint8Array): Passwords {
  const atOnce = createQueue(VISIT_LIMITS.hashesAtOnce, VISIT_LIMITS.hashesWaiting);
  const nobody = { cost: COST, blockSize: BLOCK_SIZE, parallel: PARALLEL, salt: random(SALT_BYTES) };
  const nobodysHash = random(HASH_BYTES);
  return {
    async hash(password) {
      const parameters = { cost: COST, blockSize: BLOCK_SIZE, parallel: PARALLEL, salt: random(SALT_BYTES) };
      return { ...parameters, hash: await atOnce(() => derive(password, parameters)) };
    },
    async matches(password, record) {
      const found = await atOnce(() => derive(password, record ?? nobody));
      const isSame = timingSafeEqual(found, record?.hash ?? nobodysHash);
      return isSame && record !== null;
    },
  };
}

type Parameters = Omit<PasswordRecord, 'hash'>;

function derive(password: string, { cost, blockSize, parallel, salt }: Parameters): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallel, maxmem: 2 * 128 * cost * blockSize };
  return new Promise((resolve, reject) =>
    scrypt(foldedPassword(password), salt, HASH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  );
}

/** Runs at most `most` jobs at a time; `room` more wait their turn, others are refused. */
function createQueue(most: number, room: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running >= most) {
      if (waiting.length >= room) throw new HashingIsBusy('too many passwords at once');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next(); // the place is handed over, not given back
    }
  };
}
