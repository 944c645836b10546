import { expect, test } from 'vitest';
import type { RunEvent } from '$core/bridge/messages.ts';
import type { Run } from '$core/bridge/run.ts';
import { FORMER_RUN } from '$core/world/apply.ts';
import { leftTicket } from './resumable.ts';
import { foresight, Settings, suitesFor } from './settings.svelte.ts';

const TLS13 = suitesFor('1.3', 'RSA');
const page13 = { version: '1.3', client: 'page', key: 'RSA' } as const;

test('what is as usual is not said; what is chosen and taken back is not either', () => {
  const settings = new Settings();
  expect(settings.fields('1.3')).toEqual({});
  settings.toggleGroup('server', 'x25519', 'page');
  settings.toggleSuite('client', 'TLS_AES_128_GCM_SHA256', TLS13);
  settings.shareFirst('secp256r1', 'page');
  expect(settings.count).toBe(3);
  expect(settings.fields('1.3')).toEqual({
    groups: ['secp256r1', 'secp384r1'],
    clientSuites: ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    clientGroups: ['secp256r1', 'x25519'],
  });
  expect(settings.fields('1.2')).not.toHaveProperty('clientSuites');
  settings.toggleSuite('client', 'TLS_AES_128_GCM_SHA256', TLS13);
  settings.shareFirst('x25519', 'page');
  expect(settings.fields('1.3')).toEqual({ groups: ['secp256r1', 'secp384r1'] });
  settings.reset();
  expect(settings.fields('1.3')).toEqual({});
});

test('the last suite and the last group stay', () => {
  const settings = new Settings();
  for (const suite of TLS13) settings.toggleSuite('server', suite, TLS13);
  expect(settings.suites('server', '1.3')).toHaveLength(1);
  for (const group of settings.groups('client', 'page')) settings.toggleGroup('client', group, 'page');
  expect(settings.groups('client', 'page')).toEqual(['secp256r1']);
});

test('what is ahead is said before anything is dialled', () => {
  const settings = new Settings();
  expect(foresight(settings, page13)).toBeNull();
  settings.toggleGroup('server', 'x25519', 'page');
  expect(foresight(settings, page13)).toContain('HelloRetryRequest');
  settings.toggleGroup('server', 'secp256r1', 'page');
  expect(foresight(settings, page13)).toContain('No group in common');
  settings.reset();
  const own = suitesFor('1.2', 'RSA');
  settings.toggleSuite('server', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', own);
  for (const suite of own.filter((name) => !name.includes('CBC'))) settings.toggleSuite('server', suite, own);
  expect(foresight(settings, { version: '1.2', client: 'node', key: 'RSA' })).toContain('No cipher suite in common');
});

test('a ticket is there until its time is over, while its session is, and only of a run that was accepted', () => {
  const event = (side: 'client' | 'server', name: RunEvent['name'], more: Partial<RunEvent> = {}): RunEvent => ({
    ...{ type: 'event', seq: 1, run: 1, at: 5, side, name, code: null, text: '' },
    peer: { subject: 'CN=alice', serial: '0a', sha256: 'ab' },
    ...more,
  });
  const trusts = [event('client', 'trusts-peer'), event('server', 'trusts-peer')];
  const run: Run = {
    ...{
      id: 1,
      label: 'good',
      version: '1.3',
      client: 'page',
      engine: 'node',
      serverName: 'localhost',
      startedAt: 1000,
    },
    ...{ records: [], held: [], keyLog: [], closes: [], heard: [] },
    events: [...trusts, event('client', 'kept-ticket', { lifetimeSeconds: 60 })],
  };
  expect(leftTicket(run, 61_000)).toBe(true);
  expect(leftTicket(run, 61_005)).toBe(false);
  expect(leftTicket({ ...run, id: FORMER_RUN }, 2_000)).toBe(false);
  expect(leftTicket({ ...run, events: trusts }, 2_000)).toBe(false);
  expect(leftTicket({ ...run, events: run.events.slice(1) }, 2_000)).toBe(false);
  expect(leftTicket(null, 0)).toBe(false);
});
