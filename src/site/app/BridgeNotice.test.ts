import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import BridgeNotice from './BridgeNotice.svelte';

function aNotice(given: Partial<Parameters<typeof render<typeof BridgeNotice>>[1]>) {
  const onretry = vi.fn();
  render(BridgeNotice, {
    status: { kind: 'open' },
    wasOpen: true,
    retryInS: null,
    limit: null,
    unreadable: null,
    onretry,
    ondismiss: vi.fn(),
    ...given,
  });
  return onretry;
}
const said = () => screen.queryByRole('status')?.textContent ?? '';

test('a connection that stands says nothing, and neither does the first attempt', () => {
  aNotice({});
  aNotice({ status: { kind: 'connecting' }, wasOpen: false });
  expect(screen.queryByRole('status')).toBeNull();
});

test('a lost server is told with what is safe and when the next attempt comes', async () => {
  const onretry = aNotice({ status: { kind: 'lost', retryAt: 0 }, retryInS: 4 });
  expect(said()).toContain('The local server stopped answering.');
  expect(said()).toContain('Your keys and certificates are safe');
  expect(said()).toContain('Trying again in 4 s');
  await fireEvent.click(screen.getByRole('button', { name: 'Try now' }));
  expect(onretry).toHaveBeenCalledOnce();
});

test('the notice stays while an attempt is under way', () => {
  aNotice({ status: { kind: 'connecting' }, wasOpen: true });
  expect(said()).toContain('Trying now');
});

test('another tab that has taken over is named, with a way back', async () => {
  const onretry = aNotice({ status: { kind: 'taken-over' } });
  expect(said()).toContain('Another tab has taken over.');
  await fireEvent.click(screen.getByRole('button', { name: 'Use this tab instead' }));
  expect(onretry).toHaveBeenCalledOnce();
});

test('a limit is told in the server’s own words', () => {
  aNotice({ limit: { type: 'limit', name: 'connectionsPerSession', text: 'Four connections are open at once.' } });
  expect(said()).toContain('Four connections are open at once.');
});
