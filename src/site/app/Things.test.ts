import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import Things from './Things.svelte';

// jsdom draws no top layer
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};

const kept = { place: 'indexeddb', keys: 2, certificates: 3, bytes: 8123, lentBytes: 0 } as const;
const aDialog = (onforget: () => Promise<void>, given = {}) =>
  render(Things, { open: true, kept: { ...kept, ...given }, onclose: vi.fn(), onforget });
const button = (name: string) => screen.getByRole('button', { name });

test('says where things are, how many, and that no key has left', () => {
  aDialog(vi.fn());
  const text = screen.getByRole('dialog', { name: 'Where your things are' }).textContent;
  for (const words of ['in its database for this site', '8,123 bytes', 'no byte of a private key'])
    expect(text).toContain(words);
});

test('says when the browser keeps nothing', () => {
  aDialog(vi.fn(), { place: 'memory' });
  expect(screen.getByRole('dialog').textContent).toContain('they are gone when you close it');
});

test('forgetting is asked twice', async () => {
  const onforget = vi.fn(() => Promise.resolve());
  aDialog(onforget);
  await fireEvent.click(button('Forget everything'));
  expect(onforget).not.toHaveBeenCalled();
  await fireEvent.click(button('Keep it'));
  await fireEvent.click(button('Forget everything'));
  await fireEvent.click(button('Forget everything now'));
  expect(onforget).toHaveBeenCalledOnce();
  expect(await screen.findByText(/Everything is forgotten/)).toBeTruthy();
});

test('a browser that does not let them be deleted is not hidden', async () => {
  aDialog(() => Promise.reject(new Error('blocked')));
  await fireEvent.click(button('Forget everything'));
  await fireEvent.click(button('Forget everything now'));
  expect(await screen.findByText(/did not let this page delete/)).toBeTruthy();
});
