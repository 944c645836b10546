/** Where the learner is. The address's hash decides, so reload, Back and a link in a mail all work without a server. */
export interface Route {
  /** the room: '' is home */
  readonly room: string;
  /** what is shown in the room, or null */
  readonly id: string | null;
}

/**
 * Reads `#/room/id`. More parts than two, or broken escapes, are a room that nobody has: the page then says so. Lessons
 * without one are the course, which is at home.
 */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  const [room = '', id, ...more] = path.split('/');
  if (path === 'learn') return { room: '', id: null };
  if (more.length > 0) return { room: path, id: null };
  try {
    return { room: decodeURIComponent(room), id: id === undefined ? null : decodeURIComponent(id) };
  } catch {
    return { room: path, id: null };
  }
}

/** The link to a room: `href({ room: 'learn', id: '02-key-pair' })` is `#/learn/02-key-pair`. */
export function href({ room, id }: { room: string; id?: string | null }): string {
  const parts = [room, id ?? ''].filter((part) => part !== '').map(encodeURIComponent);
  return `#/${parts.join('/')}`;
}

class Router {
  #route = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener('hashchange', () => (this.#route = parseRoute(location.hash)));
  }

  get current(): Route {
    return this.#route;
  }
}

export const router = new Router();
