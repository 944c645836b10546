import { expect, test } from 'vitest';
import { KEYS, keyMeant } from './keys.ts';

function pressed(key: string, on = document.body, more: KeyboardEventInit = {}) {
  let meant: ReturnType<typeof keyMeant> = null;
  const listener = (event: KeyboardEvent) => (meant = keyMeant(event));
  addEventListener('keydown', listener);
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  removeEventListener('keydown', listener);
  return meant;
}

function inside(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.body.firstElementChild as HTMLElement;
}

test('no key means two things', () => {
  const keys = Object.values(KEYS).flatMap((row) => [...row.keys]);
  expect(new Set(keys).size).toBe(keys.length);
});

test('a letter means the same with Shift, and nothing together with Ctrl, Alt or Meta', () => {
  expect(pressed('f')).toBe(KEYS.flip);
  expect(pressed('F')).toBe(KEYS.flip);
  for (const modifier of ['ctrlKey', 'altKey', 'metaKey'])
    expect(pressed('f', document.body, { [modifier]: true })).toBeNull();
});

test('nothing is taken from somebody who types', () => {
  for (const html of ['<textarea></textarea>', '<input />', '<select></select>', '<div contenteditable="true"></div>'])
    expect(pressed('d', inside(html))).toBeNull();
  const dialog = inside('<dialog><button>Close</button></dialog>');
  expect(pressed('d', dialog.firstElementChild as HTMLElement)).toBeNull();
});

test('the space bar and arrows stay with a button, a slider and a tree; letters work there', () => {
  for (const html of ['<button>Step</button>', '<input type="range" />', '<div role="treeitem"></div>']) {
    expect(pressed(' ', inside(html))).toBeNull();
    expect(pressed('ArrowRight', inside(html))).toBeNull();
    expect(pressed('r', inside(html))).toBe(KEYS.run);
  }
});
