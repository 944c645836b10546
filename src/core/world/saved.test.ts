import { expect, test } from 'vitest';
import { Secret } from '../bytes/secret.ts';
import { apply } from './apply.ts';
import type { WorldFact } from './facts.ts';
import { restored, saved } from './saved.ts';
import { EMPTY_WORLD } from './world.ts';

const FACTS: readonly WorldFact[] = [
  { kind: 'key', pair: { owner: 'me', kind: 'p256', publicKey: 'PUBLIC', privateKey: new Secret('PRIVATE') } },
  { kind: 'authority', authority: { name: 'mine', certificate: 'CERT' } },
  { kind: 'request', owner: 'me', pem: 'CSR' },
  { kind: 'certificate', owner: 'me', pem: 'CERT' },
  { kind: 'signature', owner: 'me', signed: { message: 'order 1 tea', signature: 'ab', edited: null } },
  { kind: 'trust', side: 'client', names: ['mine'] },
  { kind: 'relay', loaded: { certificate: 'ab', trust: [] } },
  { kind: 'loaded', label: 'good', loaded: { client: ['CERT'], server: [], crls: ['LIST'] } },
  { kind: 'lent', owner: 'me', bytes: 7 },
  { kind: 'bet', id: 'stop', choice: 2 },
  {
    kind: 'run',
    fact: {
      type: 'run',
      ...{ seq: 1, run: 3, label: 'good', version: '1.3', client: 'node', engine: 'node' },
      ...{ serverName: 'localhost', startedAt: 1000 },
    },
  },
  {
    kind: 'run',
    fact: {
      ...{ seq: 2, run: 3, index: 0, from: 'client', sentAt: 0.25, at: 0.5 },
      ...{ sent: Uint8Array.of(22, 3, 1, 0, 0), delivered: null },
    },
  },
  { kind: 'run', fact: { seq: 4, run: 3, index: 1, from: 'server', at: 3, held: Uint8Array.of(21, 3, 3, 0, 0) } },
  { kind: 'run', fact: { type: 'closed', seq: 3, run: 3, at: 2, from: 'server', how: 'FIN' } },
  { kind: 'desk-line', line: { run: 3, from: 'server', message: { type: 'hello', nonce: 'abc' } } },
];
const WORLD = FACTS.reduce(apply, EMPTY_WORLD);

test('a world comes back as it was, by way of JSON text', () => {
  const back = restored(JSON.parse(JSON.stringify(saved(WORLD))));
  if (!back.ok) throw new Error(back.error.why);
  const { relay, keys, ...rest } = back.value;
  const { relay: _relay, keys: _keys, ...expected } = WORLD;
  expect(rest).toEqual(expected);
  expect(relay).toBeNull(); // the server says what it has loaded
  expect(keys['me']?.privateKey.reveal()).toBe('PRIVATE');
  expect(keys['me']?.privateKey).toBeInstanceOf(Secret);
});

test('a world kept when all keys were RSA keys says of each how many bits it had', () => {
  const { me, ...others } = saved(WORLD).keys;
  const { kind: _kind, ...old } = { kind: '', ...me };
  const back = restored({ ...saved(WORLD), keys: { ...others, me: { ...old, bits: 3072 } } });
  expect(back.ok && back.value.keys['me']?.kind).toBe('rsa-3072');
});

test('of a page’s client no ticket is left: it was in memory only', () => {
  const kept = { type: 'event', seq: 5, run: 3, at: 4, side: 'client', name: 'kept-ticket', code: null } as const;
  const withTicket = apply(WORLD, { kind: 'run', fact: { ...kept, text: 'kept', peer: null, lifetimeSeconds: 300 } });
  const backOf = (client: 'page' | 'node') => {
    const [run] = Object.values(withTicket.runs);
    if (!run) throw new Error('no run');
    const back = restored(saved({ ...withTicket, runs: { good: { ...run, client } } }));
    return back.ok && back.value.runs['good']?.events;
  };
  expect(backOf('node')).toMatchObject([{ name: 'kept-ticket', lifetimeSeconds: 300 }]);
  expect(backOf('page')).toEqual([]);
});

test('an empty world too', () => {
  expect(restored(saved(EMPTY_WORLD))).toEqual({ ok: true, value: EMPTY_WORLD });
});

test.each([
  ['nothing', null],
  ['a world of another format', { ...saved(WORLD), format: 2 }],
  ['a world with a part that nobody knows', { ...saved(WORLD), more: 1 }],
  ['a key that is no text', { ...saved(WORLD), keys: { me: { owner: 'me', bits: 1, publicKey: '', privateKey: 5 } } }],
  ['bytes that are no base64', JSON.parse(JSON.stringify(saved(WORLD)).replace('FgMBAAA=', 'FgMBAAA')) as unknown],
])('%s is refused in words', (_name, data) => {
  const back = restored(data);
  expect(back.ok ? '' : back.error.why).toContain('What this browser kept cannot be read:');
});
