/** Whether a name has an account cannot be told from how long the desk takes to refuse a sign-in. */
import { afterEach, expect, test } from 'vitest';
import { Place, greetedAt } from './started.ts';

/** Pairs of failures that one certificate has before it is slowed down. */
const PAIRS = 9;

const place = new Place();
afterEach(() => place.close());

test('a name that nobody has is refused as slowly as a wrong password, in the same words', async () => {
  const { deskPort } = await place.start();
  const client = await greetedAt(place, deskPort);
  for (let i = 0; i < PAIRS; i++) {
    const account = { user: `known${i}`, password: 'correct horse battery' };
    expect(await client.ask({ type: 'create-account', ...account })).toMatchObject({ type: 'ok' });
  }
  const words = new Set<unknown>();
  const refusedMs = async (user: string): Promise<number> => {
    const before = performance.now();
    const answer = await client.ask({ type: 'sign-in', user, password: 'a wrong guess at it' });
    const ms = performance.now() - before;
    expect(answer).toMatchObject({ type: 'error', code: 'bad-credentials' });
    words.add(answer?.['message']);
    return ms;
  };
  const [known, unknown]: [number[], number[]] = [[], []];
  for (let i = 0; i < PAIRS; i++) {
    // One after the other, so that a busy machine is as busy for both; and in turn, so that neither is always second.
    for (const isKnown of i % 2 === 0 ? [true, false] : [false, true])
      (isKnown ? known : unknown).push(await refusedMs(`${isKnown ? '' : 'un'}known${i}`));
  }
  const median = (times: number[]) => times.toSorted((one, other) => one - other)[Math.floor(PAIRS / 2)] ?? 0;
  const ratio = median(unknown) / median(known);
  console.log(`answer times: unknown user against wrong password ${ratio.toFixed(2)}`);
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.33);
  expect(words.size).toBe(1);
});
