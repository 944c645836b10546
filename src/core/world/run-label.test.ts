import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import { findRun, labelOf } from './run-label.ts';
import { EMPTY_WORLD, type World } from './world.ts';

function world(...runs: readonly (readonly [label: string, version: '1.2' | '1.3'])[]): World {
  return runs.reduce<World>(
    (before, [label, version], index) =>
      apply(before, {
        kind: 'run',
        fact: {
          type: 'run',
          ...{ seq: index, run: index + 1, label, version, startedAt: index, serverName: 'localhost' },
          ...{ client: 'node', engine: 'node' },
        },
      }),
    EMPTY_WORLD,
  );
}

test('each version and each program has a label of its own', () => {
  const made = { scenario: null, as: 'alice', version: '1.3', client: 'page', server: 'node' } as const;
  expect(labelOf(made)).toBe('good');
  expect(labelOf({ ...made, client: 'node' })).toBe('good-node');
  expect(labelOf({ ...made, as: 'bob', version: '1.2', client: 'node' })).toBe('bob-tls12');
  expect(labelOf({ ...made, scenario: 'no-client-cert', server: 'openssl' })).toBe('no-client-cert-openssl');
});

const BOTH = world(['good', '1.3'], ['good-tls12', '1.2'], ['bob', '1.3'], ['bob-openssl', '1.3'], ['bobby', '1.3']);

test.each([
  [null, null, 5],
  ['good', null, 2],
  ['good', ['1.3'], 1],
  [null, ['1.2'], 2],
  ['bob', null, 4],
  ['bob', ['1.2'], undefined],
  ['rain', null, undefined],
])('label %s in version %s finds run %s', (of, version, id) => {
  expect(findRun(BOTH, of, version)?.id).toBe(id);
});
