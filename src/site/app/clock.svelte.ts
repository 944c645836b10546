import { createSubscriber } from 'svelte/reactivity';

/** How often "14 s ago" is said anew. */
const EVERY_MS = 5_000;

const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, EVERY_MS);
  return () => clearInterval(timer);
});

/** Unix time in ms; whoever reads it in a component is drawn again as time passes. */
export function now(): number {
  subscribe();
  return Date.now();
}

/** How long ago something was, as people say it. Clocks that disagree give `now`, never a negative age. */
export function ago(thenMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - thenMs) / 1000);
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${String(seconds)} s ago`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${String(Math.floor(seconds / 3600))} h ago`;
  return DAY.format(thenMs);
}
