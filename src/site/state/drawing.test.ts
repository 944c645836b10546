import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Drawing } from './drawing.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const aDrawing = () => {
  const drawnAt: number[] = [];
  const startedAt = performance.now();
  return { drawing: new Drawing(() => drawnAt.push(performance.now() - startedAt)), drawnAt };
};

test('news after a pause is drawn at once, and what comes with it in one task in one go', async () => {
  const { drawing, drawnAt } = aDrawing();
  drawing.soon();
  drawing.soon();
  expect(drawnAt).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(drawnAt).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  drawing.soon();
  await vi.advanceTimersByTimeAsync(1);
  expect(drawnAt).toHaveLength(2);
});

test('a stream of news is drawn every 50 ms, its last word too', async () => {
  const { drawing, drawnAt } = aDrawing();
  for (let at = 0; at < 120; at += 5) {
    drawing.soon();
    await vi.advanceTimersByTimeAsync(5);
  }
  await vi.advanceTimersByTimeAsync(1000);
  const pauses = drawnAt.slice(1).map((at, index) => at - (drawnAt[index] ?? 0));
  expect(pauses).toEqual([50, 50, 50]);
});

test('what was asked for is drawn without delay, and not twice', async () => {
  const { drawing, drawnAt } = aDrawing();
  drawing.soon();
  drawing.now();
  expect(drawnAt).toEqual([0]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(drawnAt).toEqual([0]);
});

test('a hidden tab, whose timers sleep, draws at once', () => {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  const { drawing, drawnAt } = aDrawing();
  drawing.soon();
  expect(drawnAt).toEqual([0]);
});
