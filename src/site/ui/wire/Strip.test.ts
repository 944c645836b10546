import { render, screen } from '@testing-library/svelte';
import type { Bar } from '$core/bridge/strip.ts';
import { expect, test } from 'vitest';
import Strip from './Strip.svelte';

const aBar = (given: Partial<Bar>): Bar => ({
  from: 'client',
  bytes: 243,
  protection: 'clear',
  label: 'ClientHello',
  alert: null,
  ...given,
});

test('says how many records each side sent', () => {
  render(Strip, { bars: [aBar({}), aBar({ from: 'server' }), aBar({ from: 'server' })] });
  expect(screen.getByRole('img').getAttribute('aria-label')).toBe('3 records: 1 from the client, 2 from the server.');
});

test('says which alert came, and who closed without one', () => {
  render(Strip, { bars: [aBar({}), aBar({ from: 'server', alert: 48 })] });
  expect(screen.getByRole('img').getAttribute('aria-label')).toContain('The server sent alert 48.');
  render(Strip, { bars: [aBar({})], silentEnd: 'server' });
  expect(screen.getAllByRole('img')[1]?.getAttribute('aria-label')).toContain('The server closed without an alert.');
});

test('close_notify is an end in good order, not a refusal', () => {
  const { container } = render(Strip, { bars: [aBar({}), aBar({ alert: 0 })] });
  expect(screen.getByRole('img').getAttribute('aria-label')).not.toContain('alert');
  expect(container.querySelector('.alert')).toBeNull();
});

test('without records nothing is drawn', () => {
  render(Strip, { bars: [], silentEnd: 'server' });
  expect(screen.queryByRole('img')).toBeNull();
});

test('a strip without its middle says how many records have no bar, and shows where', () => {
  const { container } = render(Strip, { bars: [aBar({}), aBar({}), aBar({})], leftOut: { at: 2, count: 1234 } });
  expect(screen.getByRole('img').getAttribute('aria-label')).toContain('1,234 more are left out');
  const places = [...container.querySelectorAll('.strip > span')].map((span) => span.classList[0]);
  expect(places).toEqual(['bar', 'bar', 'gap', 'bar']);
});
