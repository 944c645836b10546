import { describe, expect, test } from 'vitest';
import { parseLesson } from '$core/course/parse-lesson.ts';
import { VOCABULARY } from '$core/world/vocabulary.ts';
import { needsInWords } from './needs.svelte.ts';
import { isRunToCome } from '$core/course/run-to-come.ts';
import { checksOf, neighbours, storyOf } from './story.ts';

const TEXT = `---
id: sample
title: Sample
question: What happens?
minutes: 3
needs: []
kills: "Nothing."
scenarios: [good]
---
## One {#one}
Read this.
::check[There is a key]{that="key.exists(me)"}
:::predict{id="first" of="good"}
Who wins?
::choice[A]{if="handshake.accepted()"}
::choice[B]{if="!handshake.accepted()"}
:::
::stage{scenario="good"}
::check[It was accepted]{that="handshake.accepted(of=good)"}

## Two {#two}
:::predict{id="second" of="good"}
And now?
::choice[A]{if="lamp(client)"}
::choice[B]{if="!lamp(client)"}
:::
The end.
`;

const parsed = parseLesson(TEXT, 'lessons/99-sample.md', VOCABULARY);
if (parsed.kind !== 'lesson') throw new Error(JSON.stringify(parsed.problems));
const { lesson } = parsed;

describe('a lesson’s story', () => {
  test('stops at the first bet that was not made', () => {
    const [one, ...more] = storyOf(lesson, {});
    expect(more).toEqual([]);
    expect(one?.waitsForBet).toBe('first');
    expect(one?.bench).toEqual([]);
    expect(one?.checks.map(({ label }) => label)).toEqual(['There is a key']);
  });

  test('goes on after it, up to the next one', () => {
    const story = storyOf(lesson, { first: 2 });
    expect(story.map(({ waitsForBet }) => waitsForBet)).toEqual([null, 'second']);
    expect(story[0]?.bench.map(({ name }) => name)).toEqual(['stage']);
    expect(story[0]?.checks).toHaveLength(2);
    expect(JSON.stringify(story[1]?.prose)).not.toContain('The end.');
  });

  test('is whole when all bets are made', () => {
    const story = storyOf(lesson, { first: 1, second: 1 });
    expect(story.every(({ waitsForBet }) => waitsForBet === null)).toBe(true);
    expect(JSON.stringify(story[1]?.prose)).toContain('The end.');
  });
});

test('a bet waits for a new run only where a stage for it is still to come', () => {
  const [first, second] = lesson.steps.flatMap(({ bets }) => bets);
  expect(first && isRunToCome(lesson, first)).toBe(true);
  expect(second && isRunToCome(lesson, second)).toBe(false);
});

test('checks are named by their step and place, so that progress survives new words', () => {
  expect(checksOf(lesson).map(({ key }) => key)).toEqual(['one/0', 'one/1']);
});

test('the first lesson has none before it, the last none after', () => {
  const all = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  expect(neighbours(all, 'a')).toEqual({ before: null, after: { id: 'b' }, position: 1 });
  expect(neighbours(all, 'c')).toEqual({ before: { id: 'b' }, after: null, position: 3 });
});

test('needs are told in words', () => {
  expect(needsInWords(['ca:mine', 'cert:desk', 'cert:alice', 'trust'])).toBe(
    'a CA of your own, a certificate for the desk, a certificate for Alice and your CA loaded on both sides',
  );
  expect(needsInWords(['key:me'])).toBe('a key for you');
});
