import { expect, test } from 'vitest';
import { href, parseRoute } from './route.svelte.ts';

test.each([
  ['', { room: '', id: null }],
  ['#/', { room: '', id: null }],
  ['#/learn', { room: '', id: null }],
  ['#/learn/key-pair', { room: 'learn', id: 'key-pair' }],
  ['#/log/', { room: 'log', id: null }],
  ['#/a/b/c', { room: 'a/b/c', id: null }],
  ['#/learn/%E0%A4', { room: 'learn/%E0%A4', id: null }],
])('%j is %j', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

test('a link leads to where it says, whatever the id holds', () => {
  for (const route of [
    { room: 'learn', id: 'a b/c%' },
    { room: 'learn', id: 'key-pair' },
    { room: '', id: null },
  ])
    expect(parseRoute(href(route))).toEqual(route);
});
