import { fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { expect, test, vi } from 'vitest';
import Predict from './Predict.svelte';

const text = (words: string) => createRawSnippet(() => ({ render: () => `<span>${words}</span>` }));
const choice = createRawSnippet<[number]>((number) => ({ render: () => `<span>choice ${String(number())}</span>` }));

function aBet(bet: number | null, answer: number | null) {
  const onbet = vi.fn();
  render(Predict, { question: text('What will it say?'), choices: 3, choice, bet, answer, onbet });
  return onbet;
}
const radio = (name: string) => screen.getByRole<HTMLInputElement>('radio', { name: new RegExp(name) });

test('choosing is not betting: the bet is placed with the button', async () => {
  const onbet = aBet(null, null);
  const place = screen.getByRole<HTMLButtonElement>('button', { name: 'Place your bet' });
  expect(place.disabled).toBe(true);
  await fireEvent.click(radio('choice 2'));
  expect(onbet).not.toHaveBeenCalled();
  await fireEvent.click(place);
  expect(onbet).toHaveBeenCalledExactlyOnceWith(2);
});

test('a bet that was placed stays', () => {
  aBet(2, null);
  expect(radio('choice 2').checked).toBe(true);
  expect(screen.getAllByRole<HTMLInputElement>('radio').every(({ disabled }) => disabled)).toBe(true);
  expect(screen.queryByRole('button')).toBeNull();
});

test('the answer marks what happened beside the bet, and says how the bet went', () => {
  aBet(1, 3);
  expect(screen.getByRole('status').textContent).toContain('It went another way.');
  expect(screen.getByText('what happened').closest('label')?.textContent).toContain('choice 3');
  expect(screen.getByText('your bet').closest('label')?.textContent).toContain('choice 1');
});
