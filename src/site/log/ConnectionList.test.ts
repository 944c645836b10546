import { fireEvent, render, screen } from '@testing-library/svelte';
import * as build from '$core/capture/fixtures/build.ts';
import { readCapture } from '$core/capture/read-capture.ts';
import { Catalogue } from '$core/capture/view/catalogue.ts';
import { expect, test, vi } from 'vitest';
import ConnectionList from './ConnectionList.svelte';

Element.prototype.scrollIntoView = () => undefined; // jsdom has no layout to scroll

const catalogue = new Catalogue(
  readCapture(
    build.pcap(
      [build.TLS12, build.TLS13, build.TLS13].flatMap(({ chunks }, at) =>
        build.packets(build.sentBy(chunks), { port: 50_000 + at }),
      ),
    ),
  ),
);
const ALL = { text: '', outcome: null } as const;

function aList(most: number, index = 0) {
  const told = { onquery: vi.fn(), onselect: vi.fn() };
  const onmore = async (): Promise<void> => view.rerender({ list: catalogue.list(ALL, 3) });
  const view: { rerender: (props: object) => Promise<void> } = render(ConnectionList, {
    ...{ list: catalogue.list(ALL, most), query: ALL, index, onmore, ...told },
  });
  return told;
}
const press = (key: string) => fireEvent.keyDown(screen.getByRole('listbox', { name: 'TLS connections' }), { key });

test('arrows, Home and End choose a connection, and stay inside the list', async () => {
  const { onselect } = aList(3, 1);
  for (const [key, to] of [
    ['ArrowDown', 2],
    ['ArrowUp', 0],
    ['Home', 0],
    ['End', 2],
  ] as const) {
    await press(key);
    expect(onselect).toHaveBeenLastCalledWith(to, false);
  }
  expect(screen.getAllByRole('option', { selected: true }).map((option) => option.getAttribute('aria-label'))).toEqual([
    expect.stringMatching(/^Connection 2, from 10\.1\.2\.3:50001 to 10\.9\.8\.7:8443, TLS 1\.3/),
  ]);
});

test('the arrow behind the last row fetches more', async () => {
  const { onselect } = aList(2, 1);
  expect(screen.getByText('2 of 3')).toBeTruthy();
  await press('ArrowDown');
  expect(onselect).toHaveBeenLastCalledWith(2, false);
  expect(screen.queryByText('2 of 3')).toBeNull();
});

test('outcomes filter as switches, words as a query', async () => {
  const { onquery } = aList(3);
  await fireEvent.click(screen.getByRole('button', { name: 'established 3' }));
  expect(onquery).toHaveBeenLastCalledWith({ text: '', outcome: 'established' });
  await fireEvent.input(screen.getByRole('searchbox', { name: 'Search the connections' }), {
    target: { value: 'tls 1.3' },
  });
  expect(onquery).toHaveBeenLastCalledWith({ text: 'tls 1.3', outcome: null });
});

test('a query without an answer says so instead of an empty list', () => {
  const query = { text: 'nobody', outcome: null } as const;
  render(ConnectionList, {
    ...{ list: catalogue.list(query, 3), query, index: 0 },
    ...{ onquery: () => undefined, onselect: () => undefined, onmore: () => Promise.resolve() },
  });
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(screen.getByRole('status').textContent).toContain('0 of 3 connections fit.');
});
