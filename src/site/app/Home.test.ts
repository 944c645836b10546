import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import Home from './Home.svelte';

const lessons = [
  { id: 'key-pair', number: 2, title: 'A key pair', minutes: 10 },
  { id: 'own-ca', number: 3, title: 'Your own CA', minutes: 12 },
];
const aHome = (given: Partial<Parameters<typeof render<typeof Home>>[1]> = {}) =>
  render(Home, {
    lessons,
    progress: {},
    link: (id: string) => `#/learn/${id}`,
    desk: { port: 6226, certs: 'certs' },
    isAway: false,
    deskRuns: [],
    ...given,
  });
const link = (name: RegExp) => screen.getByRole('link', { name }).getAttribute('href');

test('a newcomer starts with the first lesson', () => {
  aHome();
  expect(link(/^Start/)).toBe('#/learn/key-pair');
});

test('who has begun goes on with the lesson that is not done', () => {
  aHome({ progress: { 'key-pair': { done: 4, total: 4 }, 'own-ca': { done: 1, total: 3 } } });
  expect(link(/^Continue with lesson 3/)).toBe('#/learn/own-ca');
});

test('who has done everything can read it again', () => {
  aHome({ progress: { 'key-pair': { done: 4, total: 4 }, 'own-ca': { done: 3, total: 3 } } });
  expect(link(/^Read it again/)).toBe('#/learn/key-pair');
});

test.each([
  ['Stop a live handshake', '#/stage'],
  ['Make a PKI of your own', '#/workbench/make'],
  ['Try an attack', '#/labs'],
  ['See who has called', '#/log'],
])('%s: one click away', (name, to) => {
  aHome();
  expect(link(new RegExp(`^${name}$`))).toBe(to);
});

test('the desk’s address is shown only once the server has told it', () => {
  aHome({ desk: null });
  expect(screen.queryByText(/openssl s_client/)).toBeNull();
});

test('a server that is gone is not said to listen', () => {
  aHome({ isAway: true });
  expect(screen.queryByText('The order desk is listening')).toBeNull();
  expect(screen.getByText('The order desk does not answer')).toBeTruthy();
});

test('before the first handshake nothing is drawn; after it, its outcome and the desk’s reason', () => {
  const view = aHome();
  expect(screen.queryByRole('img')).toBeNull();
  view.unmount();
  aHome({
    deskRuns: [
      {
        type: 'desk-run',
        id: 1,
        startedAt: 0,
        subject: 'CN=mallory',
        version: 'TLS 1.3',
        cipherSuite: null,
        outcome: 'refused',
        reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
        bars: [{ from: 'client', bytes: 243, protection: 'clear', label: 'ClientHello', alert: null }],
        silentEnd: 'server',
      },
    ],
  });
  const panel = screen.getByRole('group', { name: 'Last handshake' });
  for (const words of ['CN=mallory', 'refused', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'The server closed without an alert'])
    expect(panel.textContent).toContain(words);
});
