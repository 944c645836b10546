import { expect, test } from 'vitest';
import { parsePlay } from './play.ts';

const read = (text: string) => parsePlay(text, 20, { predict: ['id', 'choice'] });

test('bare whole numbers are numbers, quoted ones stay text, versions stay text', () => {
  expect(read('dial version=1.3 as=alice\nkey who=me bits=2048\ndesk password="12345678"')).toEqual([
    { kind: 'command', line: 20, fields: { type: 'dial', version: '1.3', as: 'alice' } },
    { kind: 'command', line: 21, fields: { type: 'key', who: 'me', bits: 2048 } },
    { kind: 'command', line: 22, fields: { type: 'desk', password: '12345678' } },
  ]);
});

test('positional words fill the parameters of their command in order', () => {
  expect(read('# a bet\n\npredict stop 2')).toEqual([
    { kind: 'command', line: 22, fields: { type: 'predict', id: 'stop', choice: 2 } },
  ]);
});

test.each([
  ['hang-up now', '"now" belongs to no parameter'],
  ['key who=me who=you', '"who" is given twice'],
  ['key who="me', `cannot read " who="me"`],
])('%s is a problem', (text, problem) => {
  expect(read(text)).toEqual([{ kind: 'problem', line: 20, text: problem }]);
});
