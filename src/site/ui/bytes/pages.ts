import type { Span } from './hex.ts';

/** What a hex view shows at once: some two thousand rows cost no noticeable time. */
export const PAGE_BYTES = 16 * 1024;

/** Where the page begins on which a stretch begins. */
export const pageOf = (span: Span | null): number =>
  span === null ? 0 : Math.floor(span.start / PAGE_BYTES) * PAGE_BYTES;

/** The part of a stretch that lies on a page, counted from its beginning; null where none does. */
export function within({ start, end }: Span, pageStart: number, pageEnd: number): Span | null {
  const [from, to] = [Math.max(start, pageStart), Math.min(end, pageEnd)];
  return from < to ? { start: from - pageStart, end: to - pageStart } : null;
}
