import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import Lamp from './Lamp.svelte';

test.each([
  ['server', 'unknown', 'Server trusts client: not yet known'],
  ['server', 'lit', 'Server trusts client'],
  ['server', 'refused', 'Server refused client'],
  ['client', 'refused', 'Client refused server'],
] as const)('the lamp of the %s, %s, says "%s"', (side, state, words) => {
  render(Lamp, { side, state });
  expect(screen.getByRole('status').textContent?.trim()).toBe(words);
});

test('a lamp that changes tells a screen reader', async () => {
  const { rerender } = render(Lamp, { side: 'server', state: 'unknown' });
  const status = screen.getByRole('status');
  await rerender({ state: 'refused' });
  expect(screen.getByRole('status')).toBe(status);
  expect(status.textContent?.trim()).toBe('Server refused client');
});
