import { describe, expect, test } from 'vitest';
import { TooManyWait, createTurns } from './turns.ts';

/** A job that ends when it is told to. */
function aJob(name: string, started: string[]) {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const run = async () => {
    started.push(name);
    await ended;
    return name;
  };
  return { run, end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('jobs', () => {
  test('take turns by who asks: a flood of one waits behind the first of the others', async () => {
    const inTurn = createTurns(1, 100);
    const started: string[] = [];
    const jobs = ['flood 1', 'flood 2', 'flood 3', 'flood 4', 'alice', 'bob'].map((name) => {
      const job = aJob(name, started);
      return { ...job, result: inTurn(name.split(' ')[0] ?? '', job.run) };
    });
    for (const job of jobs) job.end();
    await Promise.all(jobs.map(({ result }) => result));
    expect(started).toEqual(['flood 1', 'flood 2', 'alice', 'bob', 'flood 3', 'flood 4']);
  });

  test('run as many at a time as they may, and one that fails gives its place on', async () => {
    const inTurn = createTurns(2, 100);
    const started: string[] = [];
    const [a, b, c] = [aJob('a', started), aJob('b', started), aJob('c', started)];
    const failing = inTurn('x', async () => {
      await a.run();
      throw new Error('failed');
    });
    const others = [inTurn('x', b.run), inTurn('x', c.run)];
    await settled();
    expect(started).toEqual(['a', 'b']);
    a.end();
    await expect(failing).rejects.toThrow('failed');
    await settled();
    expect(started).toEqual(['a', 'b', 'c']);
    b.end();
    c.end();
    expect(await Promise.all(others)).toEqual(['b', 'c']);
  });

  test('are refused where too many wait, and taken again later', async () => {
    const inTurn = createTurns(1, 2);
    const started: string[] = [];
    const jobs = [aJob('a', started), aJob('b', started), aJob('c', started)];
    const results = jobs.map(({ run }) => inTurn('x', run));
    await expect(inTurn('y', async () => 'too late')).rejects.toThrow(TooManyWait);
    for (const job of jobs) job.end();
    await Promise.all(results);
    expect(await inTurn('y', async () => 'now')).toBe('now');
  });
});
