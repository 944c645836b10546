/**
 * Calls a function when the page has time: after what is under way, such as scrolling, has been drawn.
 *
 * @returns calls it off
 */
export function whenIdle(does: () => void): () => void {
  // Safari knows no idle time.
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(does, 50);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(does, { timeout: 500 });
  return () => cancelIdleCallback(handle);
}
