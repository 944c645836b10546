/** Rows of a long list, as far as they are here: by the number of their page. Pure; each change is a new one. */
import type { LogRow } from '$core/bridge/log.ts';

/** Rows that are asked for at once: more than a screen has. */
export const ROWS_ON_PAGE = 50;

export type Pages = ReadonlyMap<number, readonly LogRow[]>;

export const NO_PAGES: Pages = new Map();

/** @param index place in the whole list; undefined where the row is not here */
export function rowAt(pages: Pages, index: number): LogRow | undefined {
  return pages.get(Math.floor(index / ROWS_ON_PAGE))?.[index % ROWS_ON_PAGE];
}

export function withPage(pages: Pages, page: number, rows: readonly LogRow[]): Pages {
  return new Map([...pages, [page, rows]]);
}

/** The same list with what these rows are now; a row that is not in it is no part of it. */
export function withChanged(pages: Pages, rows: readonly LogRow[]): Pages {
  const changed = new Map(rows.map((row) => [row.id, row]));
  return new Map([...pages].map(([page, known]) => [page, known.map((row) => changed.get(row.id) ?? row)]));
}
