import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import { commandsFor, parseNeed } from './needs.ts';
import { EMPTY_WORLD } from './world.ts';

test('an empty world is given everything, each thing once and in order', () => {
  expect(commandsFor(['ca', 'cert:desk', 'cert:alice', 'trust'], EMPTY_WORLD)).toEqual([
    { type: 'ca', name: 'mine' },
    { type: 'csr', who: 'desk' },
    { type: 'sign', csr: 'desk', by: 'mine', for: 'server' },
    { type: 'csr', who: 'alice' },
    { type: 'sign', csr: 'alice', by: 'mine', for: 'client' },
    { type: 'trust', side: 'client', ca: 'mine' },
    { type: 'trust', side: 'server', ca: 'mine' },
  ]);
});

test('what is there is left alone', () => {
  const withAuthority = apply(EMPTY_WORLD, { kind: 'authority', authority: { name: 'mine', certificate: '' } });
  const world = apply(withAuthority, { kind: 'trust', side: 'client', names: ['twin'] });
  expect(commandsFor(['ca:mine', 'trust:client', 'key:me'], world)).toEqual([{ type: 'key', who: 'me' }]);
});

test.each(['', 'moon', 'key', 'cert', 'ca:', 'ca:Mine', 'trust:tap', 'key:a b'])('%j names nothing', (text) => {
  expect(parseNeed(text)).toBeNull();
});
