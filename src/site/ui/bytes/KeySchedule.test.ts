import { fireEvent, render, screen, within } from '@testing-library/svelte';
import type { Derived } from '$core/tls/dissection.ts';
import { expect, test } from 'vitest';
import KeySchedule from './KeySchedule.svelte';

const aValue = (name: string, value: string | null, children: readonly Derived[] = []): Derived => ({
  ...{ name, value, children, how: `how ${name} comes`, source: 'RFC 8446 §7.1', says: `What ${name} is for.` },
});

const values = [
  aValue('Handshake Secret', null, [
    aValue('client_handshake_traffic_secret', 'aa'.repeat(32), [
      aValue('key', 'bb'.repeat(16)),
      aValue('iv', 'cc'.repeat(12)),
    ]),
    aValue('server_handshake_traffic_secret', 'dd'.repeat(32)),
  ]),
];

test('each value stands under the one that it comes from, with its bytes, its formula and its source', () => {
  render(KeySchedule, { values });
  const client = screen.getByRole('list', { name: 'Derived from client_handshake_traffic_secret' });
  const [key, iv] = within(client).getAllByRole('listitem');
  for (const words of ['key', '16 bytes', 'bb'.repeat(16), 'how key comes', 'RFC 8446 §7.1', 'What key is for.'])
    expect(key?.textContent).toContain(words);
  expect(iv?.textContent).toContain('12 bytes');
  expect(screen.getByRole('list', { name: 'Derived from Handshake Secret' }).contains(client)).toBe(true);
});

test('a value that is not known says so and cannot be copied; the others can, each under its own name', () => {
  render(KeySchedule, { values: [aValue('Early Secret', null), ...values] });
  expect(screen.getAllByText('not known')).toHaveLength(2);
  const names = screen.getAllByRole('button', { name: /^Copy/ }).map((button) => button.getAttribute('aria-label'));
  expect(names).toContain('Copy key of client_handshake_traffic_secret');
  expect(names).toHaveLength(4);
});

test('a branch can be closed', async () => {
  const { container } = render(KeySchedule, { values });
  const branches = container.querySelectorAll('details');
  expect([...branches].map(({ open }) => open)).toEqual([true, true]);
  await fireEvent.click(branches[1]!.querySelector('summary')!);
  expect([...branches].map(({ open }) => open)).toEqual([true, false]);
});
