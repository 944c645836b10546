import { describe, expect, test } from 'vitest';
import { createCommits } from './commits.ts';
import { StoreFailed } from './store.ts';

function aDatabase() {
  const seen: string[] = [];
  let failure: Error | null = null;
  const commits = createCommits(
    {
      begin: () => seen.push('begin'),
      commit: () => {
        if (failure !== null) throw failure;
        seen.push('commit');
      },
      rollback: () => seen.push('rollback'),
    },
    () => performance.now(),
  );
  return { commits, seen, fail: (error: Error | null) => (failure = error) };
}

const sqliteError = (code: string) => Object.assign(new Error(code), { code });

describe('commits', () => {
  test('take together what is asked for together, in its order', async () => {
    const { commits, seen } = aDatabase();
    const jobs = ['a', 'b', 'c'].map((name) => commits.write(() => (seen.push(name), name)));
    expect(seen).toEqual([]);
    expect(await Promise.all(jobs)).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual(['begin', 'a', 'b', 'c', 'commit']);
  });

  test('answer nobody before the commit', async () => {
    const { commits, seen } = aDatabase();
    await commits.write(() => undefined).then(() => seen.push('answered'));
    expect(seen).toEqual(['begin', 'commit', 'answered']);
  });

  test('tell all when the disk is full, and go on when it is not', async () => {
    const { commits, seen, fail } = aDatabase();
    fail(sqliteError('SQLITE_FULL'));
    const results = await Promise.allSettled([commits.write(() => 1), commits.write(() => 2)]);
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'StoreFailed', isFull: true } });
    expect(seen).toEqual(['begin', 'rollback']);
    fail(null);
    expect(await commits.write(() => 3)).toBe(3);
  });

  test('tell of a bug as what it is', async () => {
    const { commits } = aDatabase();
    const thrown = commits.write(() => {
      throw new TypeError('a bug');
    });
    await expect(thrown).rejects.toThrow(TypeError);
  });

  test('are made before closing, and refused after it', async () => {
    const { commits, seen } = aDatabase();
    const last = commits.write(() => 'kept');
    commits.close();
    expect(seen).toEqual(['begin', 'commit']);
    expect(await last).toBe('kept');
    await expect(commits.write(() => 'late')).rejects.toThrow(StoreFailed);
  });
});
