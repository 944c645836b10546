/** How lessons speak: short sentences, no words that tell a learner how easy it ought to be, little between two actions. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readLessons } from '../../server/lessons-plugin.ts';
import type { Node } from '../../src/core/course/lesson.ts';
import { plainText } from '../../src/core/course/markdown.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LESSONS = readLessons(join(ROOT, 'lessons'), ROOT);

const SENTENCE_WORDS = 20;
const WORDS_BETWEEN_ACTIONS = 90;
const UNWANTED = /\b(simply|just|obviously|easy|easily|of course|oops|don't worry)\b|!(?=\s|$)/i;
/** Where the learner does something or takes a stand. */
const ACTIONS: ReadonlySet<string> = new Set(['workbench', 'trust', 'stage', 'desk', 'predict', 'say', 'quiz']);

const words = (text: string) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

/** Paragraphs of a step, those inside containers and lists included. */
function paragraphs(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.type) {
      case 'paragraph':
        return [plainText(node.children)];
      case 'quote':
      case 'block':
        return paragraphs(node.children);
      case 'list':
        return node.items.flatMap(paragraphs);
      default:
        return [];
    }
  });
}

/** Words of the running text before each action and after the last. */
function stretches(nodes: readonly Node[]): number[] {
  const counts = [0];
  for (const node of nodes) {
    if (node.type === 'block' && ACTIONS.has(node.name)) counts.push(0);
    if (node.type === 'paragraph') counts[counts.length - 1] = (counts.at(-1) ?? 0) + words(plainText(node.children));
  }
  return counts;
}

describe.each(LESSONS.map((lesson) => [lesson.file, lesson] as const))('%s', (_file, { steps, question }) => {
  const texts = steps.flatMap(({ nodes }) => paragraphs(nodes));

  test(`has no sentence of ${SENTENCE_WORDS} words or more`, () => {
    const sentences = texts.flatMap((text) => text.split(/[.:?](?:\s|$)/));
    expect(sentences.filter((sentence) => words(sentence) >= SENTENCE_WORDS)).toEqual([]);
  });

  test('does not say how easy it is', () => {
    expect(texts.filter((text) => UNWANTED.test(text))).toEqual([]);
  });

  test(`lets the learner act after at most ${WORDS_BETWEEN_ACTIONS} words`, () => {
    const long = steps.filter(({ nodes }) => stretches(nodes).some((count) => count > WORDS_BETWEEN_ACTIONS));
    expect(long.map(({ id }) => id)).toEqual([]);
  });

  test('opens with a question', () => expect(question).toMatch(/\?$/));
});
