import { expect, test } from 'vitest';
import { parseExpression } from './expression.ts';

test('a call with arguments, names and alternatives', () => {
  expect(parseExpression(`wire.alert(116, from=server|client)`)).toEqual({
    kind: 'expression',
    expression: { kind: 'call', name: 'wire.alert', args: [['116']], named: { from: ['server', 'client'] }, at: 0 },
  });
});

test('not binds to one call, and joins them', () => {
  const result = parseExpression('lamp(client) and !lamp(server) and predicted(stop)');
  expect(result).toMatchObject({
    expression: {
      kind: 'and',
      all: [{ name: 'lamp' }, { kind: 'not', of: { name: 'lamp', at: 18 } }, { name: 'predicted' }],
    },
  });
});

test('quotes keep spaces, commas and parentheses', () => {
  expect(parseExpression(`cert.field(ca:mine, subject, 'O=Desk, CN=x (y)')`)).toMatchObject({
    expression: { args: [['ca:mine'], ['subject'], ['O=Desk, CN=x (y)']] },
  });
});

test.each([
  ['', 0],
  ['lamp(client) or lamp(server)', 13],
  ['lamp(client', 11],
  ['lamp(client,)', 12],
  ['lamp(by=a, by=b)', 11],
  ['lamp(by=a, b)', 11],
  ['!!lamp', 1],
  ["lamp('client)", 5],
])('%s stops at character %i', (text, at) => {
  expect(parseExpression(text)).toMatchObject({ kind: 'problem', at });
});
