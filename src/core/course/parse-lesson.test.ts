import { expect, test } from 'vitest';
import type { Node, Parsed } from './lesson.ts';
import { parseLesson } from './parse-lesson.ts';
import type { PlayFields } from './play.ts';
import type { Vocabulary } from './vocabulary.ts';

const VOCABULARY: Vocabulary<PlayFields> = {
  scenarios: new Set(['no-client-cert']),
  positional: { predict: ['id', 'choice'] },
  readCommand: (fields) =>
    fields['type'] === 'explode'
      ? { kind: 'problem', text: 'there is no command "explode"' }
      : { kind: 'command', command: fields },
  isNeed: (text) => text === 'ca',
};

const HEAD = `---
id: try-it
title: Try it
question: "What is this: a test?"
minutes: 5
needs: [ca]
kills: "Tests are for others."
scenarios: []
---
`;

/** A lesson whose file begins with HEAD, so its own first line is line 10. */
const parse = (body: string, head = HEAD, file = 'lessons/03-try-it.md'): Parsed<PlayFields> =>
  parseLesson(head + body, file, VOCABULARY);

function lessonOf(body: string, head = HEAD) {
  const parsed = parse(body, head);
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
  return parsed.lesson;
}

function problemsOf(body: string, head = HEAD, file?: string): string[] {
  const parsed = parse(body, head, file);
  return parsed.kind === 'problems' ? parsed.problems.map(({ line, text }) => `${line}: ${text}`) : [];
}

const paragraph = (text: string): Node => ({ type: 'paragraph', children: [{ type: 'text', value: text }] });

test('the number comes from the file name, the rest of the head from the front matter', () => {
  expect(lessonOf('## A {#a}\n')).toMatchObject({
    id: 'try-it',
    number: 3,
    question: 'What is this: a test?',
    minutes: 5,
    needs: ['ca'],
  });
});

test('what Markdown takes for a text directive stays as typed', () => {
  const typed = 'Dial localhost:6226 as CN:alice, at 12:30, :abc[x]{y=z} and ::1.';
  expect(lessonOf(`## A {#a}\n${typed}\n`).steps[0]?.nodes).toEqual([paragraph(typed)]);
});

test('raw HTML is text', () => {
  const nodes = lessonOf('## A {#a}\n<script>alert(1)</script>\n\nAnd <b>inline</b>.\n').steps[0]?.nodes;
  expect(nodes).toEqual([paragraph('<script>alert(1)</script>'), paragraph('And <b>inline</b>.')]);
});

test('a lesson is plain JSON without positions', () => {
  const lesson = lessonOf('## A {#a}\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n');
  expect(JSON.parse(JSON.stringify(lesson))).toEqual(lesson);
  expect(JSON.stringify(lesson)).not.toContain('position');
});

test('checks, bets, play and runs are found beside the text', () => {
  const [step] = lessonOf(
    `## A {#a}
:::predict{id="stop" of="good"}
Where?
::choice[Here]{if="lamp(client)"}
::choice[There]{if="!lamp(client)"}
:::
::check[It holds]{that="key.exists(me)"}

\`\`\`play
key who=me bits=2048
predict stop 2
\`\`\`

\`\`\`sh run
true
\`\`\`
`,
  ).steps;
  expect(step?.checks.map(({ label }) => label)).toEqual(['It holds']);
  expect(step?.bets).toMatchObject([{ id: 'stop', of: 'good', choices: [{ label: 'Here' }, { label: 'There' }] }]);
  expect(step?.play).toEqual([
    { type: 'key', who: 'me', bits: 2048 },
    { type: 'predict', id: 'stop', choice: 2 },
  ]);
  expect(step?.runs).toEqual([{ lang: 'sh', value: 'true', line: 23 }]);
  expect(step?.nodes.map((node) => (node.type === 'block' ? node.name : node.type))).toEqual([
    'predict',
    'check',
    'code',
  ]);
});

test.each([
  ['an unknown block', '::bang{}', '11: there is no block "bang"'],
  [
    'an unknown parameter',
    '::desk{colour="red"}',
    '11: "desk" colour: Invalid key: Expected never but received "colour"',
  ],
  [
    'a parameter that does not fit',
    '::stage{version="1.1"}',
    '11: "stage" version: Invalid type: Expected ("1.2" | "1.3") but received "1.1"',
  ],
  ['an unknown check', '::check[X]{that="key.lost(me)"}', '11: there is no check "key.lost"'],
  ['a check without its argument', '::check[X]{that="key.exists()"}', '11: "key.exists" lacks its argument "owner"'],
  ['a check with a wrong word', '::check[X]{that="lamp(tap)"}', '11: "lamp": side cannot be "tap"'],
  [
    'a check that cannot be read',
    '::check[X]{that="lamp(client"}',
    '11: "lamp(client", character 12: a closing parenthesis is expected here',
  ],
  [
    'a check without words',
    '::check{that="key.exists(me)"}',
    '11: a check needs words: ::check[What holds now]{that="…"}',
  ],
  ['an unknown scenario', '::stage{scenario="rain"}', '11: there is no scenario "rain"'],
  [
    'a scenario that the head does not name',
    '::stage{scenario="no-client-cert"}',
    '11: scenario "no-client-cert" is not in the front matter',
  ],
  ['an unknown command', 'Text\n\n```play\n\nexplode\n```', '15: there is no command "explode"'],
  ['a leaf written as a container', ':::stage\n:::', '11: "stage" is a leaf: ::stage'],
  ['a choice outside a bet', '::choice[X]{if="lamp(client)"}', '11: "choice" cannot stand by itself'],
  ['an unknown word of the glossary', 'A [word](term:word).', '11: no link to "term:word"'],
  ['a link that runs code', 'A [word](javascript:alert).', '11: no link to "javascript:alert"'],
  ['a picture', '![alt](x.png)', '11: lessons have no "image"'],
])('%s is a problem with its line', (_name, body, problem) => {
  expect(problemsOf(`## A {#a}\n${body}\n`)).toContain(problem);
});

test('steps without an id, ids used twice and text before the first step are problems', () => {
  expect(problemsOf('Hello.\n\n## A\n\n## B {#b}\n\n## C {#b}\n')).toEqual([
    '10: text stands before the first step',
    '12: a step needs an id: ## Heading {#id}',
    '16: two steps are called "b"',
  ]);
});

test('a bad head is a problem', () => {
  expect(problemsOf('## A {#a}\n', HEAD.replace('minutes: 5', 'minutes: soon'))).toEqual([
    '1: minutes: Invalid type: Expected number but received "soon"',
  ]);
  expect(problemsOf('## A {#a}\n', HEAD.replace('[ca]', '[moon]'))).toEqual(['1: needs: "moon" is nothing to make']);
  expect(problemsOf('## A {#a}\n', HEAD, 'lessons/03-other.md')).toEqual([
    `1: the id "try-it" is not the one in the file's name`,
  ]);
});
