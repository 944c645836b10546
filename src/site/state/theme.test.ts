import { afterEach, expect, test, vi } from 'vitest';

async function aDisplay() {
  vi.resetModules();
  return (await import('./theme.svelte.ts')).display;
}
afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

test('a chosen theme and size are on the page, and there again next time', async () => {
  const first = await aDisplay();
  first.choose('dark');
  first.setSize('projector');
  expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', mode: 'projector' });
  const second = await aDisplay();
  expect([second.theme, second.size]).toEqual(['dark', 'projector']);
});

test('the system decides again once nothing is chosen', async () => {
  const display = await aDisplay();
  display.choose('light');
  display.choose('system');
  expect(document.documentElement.dataset['theme']).toBeUndefined();
});

test('a browser that blocks storage still changes theme', async () => {
  vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
    throw new DOMException('blocked', 'SecurityError');
  });
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('blocked', 'SecurityError');
  });
  const display = await aDisplay();
  display.choose('dark');
  expect(document.documentElement.dataset['theme']).toBe('dark');
});

test.each(['null', '7', '{"theme":"purple"}', 'not json'])('%s in storage counts as nothing', async (text) => {
  localStorage.setItem('trustwalk.display', text);
  expect((await aDisplay()).theme).toBe('system');
});
