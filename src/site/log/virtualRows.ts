/** Which rows of a long list are drawn: those in sight, and some before and after. Pure. */
export interface Drawn {
  readonly first: number;
  /** the one after the last */
  readonly end: number;
}

/** Rows beyond the edge of the view: a turn of the wheel finds them there. */
const BEYOND = 8;

/**
 * @param top how far the list is scrolled, in px
 * @param height of the view, in px
 * @param rowHeight in px, the same for all rows
 * @param count rows of the whole list
 */
export function drawnRows(top: number, height: number, rowHeight: number, count: number): Drawn {
  const first = Math.floor(top / rowHeight) - BEYOND;
  const end = Math.ceil((top + height) / rowHeight) + BEYOND;
  return { first: Math.max(0, Math.min(first, count)), end: Math.max(0, Math.min(end, count)) };
}

/** Where to scroll so that a row is wholly in sight; the same place where it is. */
export function topFor(index: number, top: number, height: number, rowHeight: number): number {
  if (index * rowHeight < top) return index * rowHeight;
  return Math.max(top, (index + 1) * rowHeight - height);
}

/** The row that a key leads to; null for another key. @param page rows in sight */
export function rowAfter(key: string, index: number, count: number, page: number): number | null {
  const to = {
    ...{ ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: count - 1 },
    ...{ PageDown: index + page, PageUp: index - page },
  }[key];
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(to, count - 1));
}
