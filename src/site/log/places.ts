/** What stands behind `#/log/`: nothing for the list, a number for one connection, a word for captures. */
import { href } from '../state/route.svelte.ts';

export const CAPTURE = 'capture';

export const LIST_HREF = href({ room: 'log' });
export const CAPTURE_HREF = href({ room: 'log', id: CAPTURE });

export function handshakeHref(id: number): string {
  return href({ room: 'log', id: String(id) });
}

/** The number of a connection; null where the text is none. */
export function handshakeId(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

/** Whether something stands behind `#/log/<id>`. */
export function isLogPlace(id: string | null): boolean {
  return id === null || id === CAPTURE || handshakeId(id) !== null;
}

/** What the page is called there. */
export function logTitle(id: string | null): string {
  if (id === null) return 'Handshake log';
  return id === CAPTURE ? 'Open a capture' : `Connection ${id}`;
}
