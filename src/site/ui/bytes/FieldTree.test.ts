import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { aField } from './aField.ts';
import FieldTree from './FieldTree.svelte';

const root = aField('Certificate', [
  aField('tbsCertificate', [aField('serialNumber'), aField('issuer', [aField('commonName')])]),
  aField('signatureAlgorithm'),
]);

function aTree(selected: string | null = null) {
  const onselect = vi.fn();
  const view = render(FieldTree, { root, label: 'Fields', selected, onselect });
  const tree = screen.getByRole('tree', { name: 'Fields' });
  const press = async (key: string) => {
    await fireEvent.keyDown(tree, { key });
    const path = (onselect.mock.lastCall as [string] | undefined)?.[0];
    if (path !== undefined) await view.rerender({ selected: path });
  };
  return { press, onselect, view };
}
const names = () => screen.getAllByRole('treeitem').map((item) => item.querySelector('.name')?.textContent);
const item = (name: RegExp) => screen.getByRole('treeitem', { name });

test('one item is in the tab order, and it is the selected one', async () => {
  aTree('1');
  const stops = screen.getAllByRole('treeitem').filter((each) => each.tabIndex === 0);
  expect(stops).toEqual([item(/^signatureAlgorithm/)]);
});

test('arrows go down and up, and stop at both ends', async () => {
  const { press, onselect } = aTree('');
  await press('ArrowDown');
  expect(onselect).toHaveBeenLastCalledWith('0', expect.objectContaining({ name: 'tbsCertificate' }));
  await press('ArrowUp');
  expect(onselect).toHaveBeenLastCalledWith('', expect.objectContaining({ name: 'Certificate' }));
  await press('ArrowUp');
  expect(onselect).toHaveBeenCalledTimes(2);
  expect(document.activeElement).toBe(item(/^Certificate/));
});

test('right opens a closed field and then goes into it; left goes out and then closes', async () => {
  const { press } = aTree('0/1');
  expect(names()).not.toContain('commonName');
  await press('ArrowRight');
  expect(item(/^issuer/).getAttribute('aria-expanded')).toBe('true');
  await press('ArrowRight');
  expect(document.activeElement).toBe(item(/^commonName/));
  await press('ArrowLeft');
  expect(document.activeElement).toBe(item(/^issuer/));
  await press('ArrowLeft');
  expect(names()).not.toContain('commonName');
});

test('a letter goes to the next field whose name begins with it', async () => {
  const { press } = aTree('');
  await press('s');
  expect(document.activeElement).toBe(item(/^serialNumber/));
  await press('s');
  expect(document.activeElement).toBe(item(/^signatureAlgorithm/));
});

test('a field that is selected from elsewhere shows, even inside a field that was closed by hand', async () => {
  const { press, view } = aTree('0/1');
  await press('ArrowRight');
  await press('ArrowLeft');
  expect(names()).not.toContain('commonName');
  await view.rerender({ selected: '0/1/0' });
  expect(names()).toContain('commonName');
});

test('says level, place and number of siblings', () => {
  aTree();
  const field = item(/^signatureAlgorithm/);
  expect(['level', 'posinset', 'setsize'].map((name) => field.getAttribute(`aria-${name}`))).toEqual(['2', '2', '2']);
});
