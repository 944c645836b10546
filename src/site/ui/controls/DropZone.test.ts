import { fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { expect, test, vi } from 'vitest';
import DropZone from './DropZone.svelte';

const file = new File(['bytes'], 'a.pcap');
const aZone = () => {
  const onfiles = vi.fn();
  const children = createRawSnippet(() => ({ render: () => '<p>Drop it here</p>' }));
  const { container } = render(DropZone, { action: 'Open a capture', onfiles, children });
  return { onfiles, input: container.querySelector('input')! };
};
const given = { types: ['Files'], files: [file] };

test('files that are dropped are handed over, and the browser does not leave the page for them', async () => {
  const { onfiles } = aZone();
  const zone = screen.getByRole('group', { name: 'Open a capture' });
  expect(await fireEvent.dragOver(zone, { dataTransfer: given })).toBe(false);
  expect(await fireEvent.drop(zone, { dataTransfer: given })).toBe(false);
  expect(onfiles).toHaveBeenCalledExactlyOnceWith([file]);
});

test('a dragged text is none of its business', async () => {
  const { onfiles } = aZone();
  const zone = screen.getByRole('group', { name: 'Open a capture' });
  expect(await fireEvent.drop(zone, { dataTransfer: { types: ['text/plain'], files: [] } })).toBe(true);
  expect(onfiles).not.toHaveBeenCalled();
});

test('its button opens the picker, and what is picked is handed over', async () => {
  const { onfiles, input } = aZone();
  const click = vi.spyOn(input, 'click').mockImplementation(() => undefined);
  await fireEvent.click(screen.getByRole('button', { name: 'Open a capture' }));
  expect(click).toHaveBeenCalledOnce();
  Object.defineProperty(input, 'files', { value: [file] });
  await fireEvent.change(input);
  expect(onfiles).toHaveBeenCalledExactlyOnceWith([file]);
});
