/** The replay must notice a lesson that claims what its run does not show. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lessons } from '../../server/cli/lessons.ts';

const folder = mkdtempSync(join(tmpdir(), 'trustwalk-broken-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function check(body: string): Promise<{ status: number; printed: string }> {
  const file = join(folder, '99-broken.md');
  const head = { id: 'broken', title: 'T', question: 'Q?', minutes: 1, needs: [], kills: 'K', scenarios: [] };
  const yaml = Object.entries(head).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  writeFileSync(file, `---\n${yaml.join('\n')}\n---\n${body}`);
  const lines: string[] = [];
  const status = await lessons(['check', file], (line) => lines.push(line));
  return { status, printed: lines.join('\n') };
}

test.each([
  [
    'a check that holds before its step',
    '## A {#a}\n```play\npredict one 1\n```\n\n## B {#b}\n::check[X]{that="predicted(one)"}\n',
    ':16: "X" holds before the step is played: you bet on 1',
  ],
  [
    'a check that does not hold after its step',
    '## A {#a}\n::check[X]{that="key.exists(me)"}\n',
    ':11: "X" does not hold after the step is played: you have no key yet',
  ],
  [
    'a command that is refused',
    '## A {#a}\n```play\nsign csr=alice by=mine for=client\n```\n',
    ':10: "sign" was refused: There is no CA called mine yet. Make it first.',
  ],
  [
    'a bet with two true choices',
    '## A {#a}\n:::predict{id="b"}\n::choice[X]{if="predicted(b)"}\n::choice[Y]{if="predicted(b)"}\n:::\n```play\npredict b 1\n```\n',
    ':11: of the bet "b", choices 1 and 2 hold at once',
  ],
  [
    'a bet that nothing answers',
    '## A {#a}\n:::predict{id="b"}\n::choice[X]{if="lamp(client)"}\n::choice[Y]{if="!lamp(client)"}\n:::\n',
    ':11: no choice of the bet "b" ever holds',
  ],
  ['a shell block that fails', '## A {#a}\n```sh run\necho so; exit 3\n```\n', ':11: the block failed (3): so'],
  ['a word that no table has', '## A {#a}\n::bang\n', ':11: there is no block "bang"'],
])('%s', async (_name, body, problem) => {
  const { status, printed } = await check(body);
  expect(printed).toContain(problem);
  expect(status).toBe(1);
});

test('a lesson that holds is counted, and the exit status is 0', async () => {
  const { status, printed } = await check('## A {#a}\n::check[X]{that="predicted(b)"}\n```play\npredict b 1\n```\n');
  expect(printed).toMatch(/^holds {3}.*99-broken\.md {2}1 steps, 1 checks, [\d.]+ s\n1 of 1 lessons hold$/);
  expect(status).toBe(0);
});

test.each([[['weed']], [['check', '/nowhere.md']]])('%j is wrong usage', async (args) => {
  expect(await lessons(args, () => undefined)).toBe(2);
});
