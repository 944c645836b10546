import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { aRecord } from './aRecord.ts';
import Sequence from './Sequence.svelte';
import type { Selection } from './sequence.ts';

Element.prototype.scrollIntoView = () => undefined; // jsdom has no layout to scroll

const records = [aRecord({ index: 0 }), aRecord({ index: 1, from: 'server', label: 'ServerHello' })];
const ends = [{ from: 'server', how: 'FIN', at: 9 }] as const;

function aSequence(selected: Selection | null) {
  const onselect = vi.fn();
  render(Sequence, { records, ends, selected, onselect });
  return onselect;
}

test('arrows and End choose rows, the FIN included', async () => {
  const onselect = aSequence({ kind: 'record', index: 0 });
  const list = screen.getByRole('listbox', { name: 'Records of this run' });
  await fireEvent.keyDown(list, { key: 'ArrowDown' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'record', index: 1 });
  await fireEvent.keyDown(list, { key: 'End' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'end', index: 0 });
});

test('the first arrow chooses the first record, the arrow up the last row', async () => {
  const onselect = aSequence(null);
  await fireEvent.keyDown(screen.getByRole('listbox'), { key: 'ArrowDown' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'record', index: 0 });
  await fireEvent.keyDown(screen.getByRole('listbox'), { key: 'ArrowUp' });
  expect(onselect).toHaveBeenLastCalledWith({ kind: 'end', index: 0 });
});

test('the list points at the chosen row, and only that one is selected', () => {
  aSequence({ kind: 'record', index: 1 });
  const chosen = screen.getAllByRole('option', { selected: true });
  expect(chosen.map((option) => option.getAttribute('aria-label'))).toEqual([expect.stringContaining('ServerHello')]);
  expect(screen.getByRole('listbox').getAttribute('aria-activedescendant')).toBe(chosen[0]?.id);
});

test('without a record there is a sentence and no empty list', () => {
  render(Sequence, { records: [] });
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(screen.getByText(/No record yet/)).toBeTruthy();
});

test('what a peer wrote is text, never markup', () => {
  const { container } = render(Sequence, { records: [aRecord({ index: 0, label: '<img src=x onerror=alert(1)>' })] });
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain('<img src=x onerror=alert(1)>');
});
