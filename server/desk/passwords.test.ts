import { randomBytes, scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Derive, createPasswords } from './passwords.ts';

const random = (bytes: number) => randomBytes(bytes);
const PASSWORD = 'correct horse battery';

describe('a password record', () => {
  test('is scrypt with a salt of its own, as Node computes it', async () => {
    const passwords = createPasswords(random);
    const [one, two] = [await passwords.hash(PASSWORD), await passwords.hash(PASSWORD)];
    expect(one).toMatchObject({ cost: 2 ** 15, blockSize: 8, parallel: 1 });
    expect(one.salt).toHaveLength(16);
    expect(two.salt).not.toEqual(one.salt);
    expect(two.hash).not.toEqual(one.hash);
    const expected = scryptSync(PASSWORD, one.salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
    expect(one.hash).toEqual(expected);
  });

  test('matches its password alone', async () => {
    const passwords = createPasswords(random);
    const record = await passwords.hash(PASSWORD);
    expect(await passwords.matches(PASSWORD, record)).toBe(true);
    expect(await passwords.matches(`${PASSWORD} `, record)).toBe(false);
    expect(await passwords.matches('', record)).toBe(false);
  });

  test('is checked with its own parameters', async () => {
    const salt = randomBytes(16);
    const hash = scryptSync(PASSWORD, salt, 32, { N: 2 ** 10, r: 8, p: 2 });
    const old = { cost: 2 ** 10, blockSize: 8, parallel: 2, salt, hash };
    expect(await createPasswords(random).matches(PASSWORD, old)).toBe(true);
  });

  test('takes the same letter in both ways of Unicode to write it', async () => {
    const passwords = createPasswords(random);
    const record = await passwords.hash('na\u00efve caf\u00e9');
    expect(await passwords.matches('nai\u0308ve cafe\u0301', record)).toBe(true);
  });

  test('an unknown user never matches', async () => {
    expect(await createPasswords(random).matches(PASSWORD, null)).toBe(false);
  });
});

describe('the work', () => {
  test('is the same for an unknown user as for a wrong password', async () => {
    const passwords = createPasswords(random);
    const record = await passwords.hash(PASSWORD);
    const timed = async (who: typeof record | null) => {
      const before = process.cpuUsage(); // the machine may be busy with others: only our own work counts
      await passwords.matches('not the password', who);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let round = 0; round < 9; round++) {
      known.push(await timed(record));
      unknown.push(await timed(null));
    }
    const median = (times: number[]) => times.sort((a, b) => a - b)[4] ?? 0;
    const ratio = median(unknown) / median(known);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.3);
  });

  test('is also the same for a record that was made with less, which is then to be made anew', async () => {
    let done = 0;
    const counting: Derive = async (_password, { cost, blockSize, parallel }) => {
      done += cost * blockSize * parallel;
      return new Uint8Array(32);
    };
    const today = { cost: 2 ** 15, blockSize: 8, parallel: 1 };
    const passwords = createPasswords(random, today, counting);
    const workFor = async (cost: number, parallel: number) => {
      done = 0;
      const record = { cost, blockSize: 8, parallel, salt: randomBytes(16), hash: randomBytes(32) };
      await passwords.matches(PASSWORD, record);
      return { share: done / (today.cost * today.blockSize), isCheap: passwords.isCheap(record) };
    };
    expect(await workFor(2 ** 15, 1)).toEqual({ share: 1, isCheap: false });
    expect(await workFor(2 ** 14, 1)).toEqual({ share: 1, isCheap: true });
    expect((await workFor(2 ** 12, 1)).share).toBeGreaterThan(0.9);
    expect((await workFor(2 ** 10, 3)).share).toBeGreaterThan(0.9);
    expect(await workFor(2 ** 16, 1)).toEqual({ share: 2, isCheap: false });
  });
});
