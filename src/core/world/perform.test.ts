import { describe, expect, test } from 'vitest';
import * as pki from '../pki/pki.ts';
import { apply } from './apply.ts';
import type { CommandInput } from './commands.ts';
import { KeptTickets } from './own-client/kept-tickets.ts';
import { perform } from './perform.ts';
import type { BridgePort, Pki, Ports } from './ports.ts';
import { EMPTY_WORLD, type World } from './world.ts';

const later = Object.fromEntries(
  Object.entries(pki as Record<string, (...args: never[]) => unknown>).map(([name, call]) => [
    name,
    async (...args: never[]) => call(...args),
  ]),
) as Pki;

/** A server that was stopped: what the page's own bridge says then. */
const gone: BridgePort = {
  ask: () => Promise.reject(new Error('The local server is not answering.')),
  send: () => Promise.reject(new Error('The local server is not answering.')),
  onFact: () => () => undefined,
};
const ports: Ports = {
  pki: later,
  bridge: gone,
  clients: new Map(),
  tickets: new KeptTickets(),
  now: () => Date.UTC(2026, 0, 1),
  random: (bytes) => new Uint8Array(bytes),
  wait: () => Promise.resolve(),
};

async function played(...commands: readonly CommandInput[]): Promise<{ world: World; refusal: string | null }> {
  let world = EMPTY_WORLD;
  for (const command of commands) {
    const refusal = await perform(command, world, ports, (fact) => (world = apply(world, fact)));
    if (refusal) return { world, refusal: refusal.why };
  }
  return { world, refusal: null };
}

test('a request makes the key that it lacks, and keeps one that is there', async () => {
  const { world } = await played({ type: 'csr', who: 'alice' });
  const key = world.keys['alice'];
  expect(key?.kind).toBe('rsa-2048');
  let again = world;
  await perform({ type: 'csr', who: 'alice' }, world, ports, (fact) => (again = apply(again, fact)));
  expect(again.keys['alice']).toBe(key);
});

test('a certificate for the desk is good for every loopback name, whatever was asked for', async () => {
  const { world } = await played(
    { type: 'ca', name: 'mine' },
    { type: 'csr', who: 'shop' },
    { type: 'sign', csr: 'shop', by: 'mine', for: 'server' },
  );
  const read = pki.readCertificate(world.certificates['shop'] ?? '');
  expect(read.ok && read.value.names).toEqual(['DNS:localhost', 'IP:127.0.0.1', 'IP:::1']);
});

test('a message that is changed back is not changed', async () => {
  const { world } = await played(
    { type: 'key', who: 'me' },
    { type: 'sign-message', who: 'me', message: 'order 1 tea' },
    { type: 'edit-message', who: 'me', message: 'order 9 tea' },
    { type: 'edit-message', who: 'me', message: 'order 1 tea' },
  );
  expect(world.signatures['me']).toMatchObject({ message: 'order 1 tea', edited: null });
});

describe('is refused in words', () => {
  test.each<[string, readonly CommandInput[], string]>([
    ['the desk’s key', [{ type: 'key', who: 'desk' }], 'The desk made its own key'],
    ['a CA called none', [{ type: 'ca', name: 'none' }], 'a meaning of its own'],
    ['a name that is none', [{ type: 'ca', name: 'mine', subject: 'nobody' }], 'CN='],
    ['signing without a CA', [{ type: 'sign', csr: 'alice', by: 'mine', for: 'client' }], 'no CA called mine'],
    [
      'signing without a request',
      [
        { type: 'ca', name: 'mine' },
        { type: 'sign', csr: 'alice', by: 'mine', for: 'client' },
      ],
      'no request from alice',
    ],
    ['signing oneself without a key', [{ type: 'sign', csr: 'a', by: 'self', for: 'client' }], 'a has no key'],
    ['a message without a key', [{ type: 'sign-message', who: 'me', message: 'x' }], 'me has no key pair'],
    ['editing nothing', [{ type: 'edit-message', who: 'me', message: 'x' }], 'has not signed anything'],
    ['trusting nobody in particular', [{ type: 'trust', side: 'client', ca: 'mine' }], 'no CA called mine'],
    ['a desk without a certificate', [{ type: 'dial' }], 'The desk has no certificate yet'],
    [
      'TLS 1.2 by a client that speaks 1.3 only',
      [{ type: 'dial', version: '1.2', client: 'page' }],
      'speaks TLS 1.3 only',
    ],
    [
      'a suite of another version',
      [{ type: 'dial', suites: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' }],
      'The desk has no cipher suite of TLS 1.3 to choose from: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.',
    ],
    [
      'a suite of another version at the client',
      [{ type: 'dial', version: '1.2', clientSuites: ['TLS_AES_128_GCM_SHA256'] }],
      'The client has no cipher suite of TLS 1.2 to choose from',
    ],
    ['a suite that nobody speaks here', [{ type: 'dial', suites: 'TLS_RSA_WITH_NULL_MD5' }], 'Invalid type'],
    ['a group twice', [{ type: 'dial', clientGroups: 'x25519,x25519' }], 'each one once'],
    ['a scenario that nobody wrote', [{ type: 'dial', scenario: 'rain' }], 'no scenario "rain"'],
    ['speaking without a connection', [{ type: 'desk', do: 'orders' }], 'no open connection'],
    ['hanging up without a connection', [{ type: 'hang-up' }], 'no open connection'],
    ['a server that is gone', [{ type: 'csr', who: 'desk' }], 'The local server is not answering.'],
    ['what fits no schema', [{ type: 'key', who: 'Not a name' }], 'Invalid format'],
  ])('%s', async (_name, commands, words) => {
    expect((await played(...commands)).refusal).toContain(words);
  });

  test('a CA whose name cannot be written leaves no key behind', async () => {
    expect((await played({ type: 'ca', name: 'mine', subject: 'nobody' })).world.keys).toEqual({});
  });

  test('a key is not counted as lent when the server is gone by the time it is to be lent', async () => {
    const { world } = await played({ type: 'csr', who: 'shop' });
    const goneAtDial: BridgePort = {
      ...gone,
      ask(request) {
        if (request.type === 'csr') return Promise.resolve({ type: 'csr', re: 1, pem: world.requests['shop'] ?? '' });
        if (request.type === 'relay')
          return Promise.resolve({ type: 'relay-ready', re: 1, certificate: null, trust: [] });
        return gone.ask(request);
      },
    };
    let later = world;
    const told = await perform(
      { type: 'dial', scenario: 'good', client: 'node' },
      world,
      { ...ports, bridge: goneAtDial },
      (fact) => {
        later = apply(later, fact);
      },
    );
    expect(told?.why).toBe('The local server is not answering.');
    expect(later.relay).not.toBeNull();
    expect(later.lent).toEqual({ bytes: 0, owners: [] });
  });
});
