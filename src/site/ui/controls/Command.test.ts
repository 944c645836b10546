import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import Command from './Command.svelte';
import { aroundOptions, emphasised } from './emphasis.ts';

const COMMAND = 'openssl genrsa \\\n    -out ca.key 2048';

/** Puts a property on an object for one test; jsdom has neither of the two ways to copy. */
function given(object: object, name: string, value: unknown) {
  Object.defineProperty(object, name, { configurable: true, value });
}
afterEach(() => {
  Reflect.deleteProperty(navigator, 'clipboard');
  Reflect.deleteProperty(document, 'execCommand');
});

async function copy() {
  render(Command, { command: COMMAND });
  await fireEvent.click(screen.getByRole('button', { name: 'Copy command' }));
}

test('copies the command without its prompt, and says so', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  given(navigator, 'clipboard', { writeText });
  await copy();
  expect(writeText).toHaveBeenCalledWith(COMMAND);
  expect((await screen.findByRole('status')).textContent).toContain('The command was copied.');
});

test('copies on plain http, where browsers have no clipboard API', async () => {
  let selected: string | undefined;
  given(document, 'execCommand', () => {
    selected = document.querySelector('textarea')?.value;
    return true;
  });
  await copy();
  expect(selected).toBe(COMMAND);
  expect(document.querySelector('textarea')).toBeNull();
  expect((await screen.findByText(/was copied/)).textContent).toBeTruthy();
});

test('says when the browser did not let it copy', async () => {
  given(navigator, 'clipboard', { writeText: () => Promise.reject(new Error('denied')) });
  given(document, 'execCommand', () => false);
  await copy();
  expect(await screen.findByText('The browser did not let this page copy.')).toBeTruthy();
});

test('emphasised pieces put together are the text', () => {
  const pieces = emphasised('-days 365 -out 365.crt', ['365', '365.crt']);
  expect(pieces.map(({ text }) => text).join('')).toBe('-days 365 -out 365.crt');
  expect(pieces.filter(({ strong }) => strong).map(({ text }) => text)).toEqual(['365', '365.crt']);
});

test('what is shown is the command, byte for byte, so that selecting and copying by hand works too', () => {
  const { container } = render(Command, { command: COMMAND, strong: ['ca.key'], prompt: '' });
  expect(container.querySelector('pre')?.textContent).toBe(COMMAND);
});

test('options are kept whole, and a hyphen inside a word is none', () => {
  const parts = aroundOptions('openssl x509 -req -in my-key.pem --text');
  expect(parts.filter((_, index) => index % 2 === 1)).toEqual(['-req', '-in', '--text']);
  expect(parts.join('')).toBe('openssl x509 -req -in my-key.pem --text');
});
