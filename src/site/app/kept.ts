import type { Place } from '../state/storage.ts';

/** What the browser keeps of a learner, counted for the dialog that says so. */
export interface Kept {
  readonly place: Place;
  readonly keys: number;
  readonly certificates: number;
  /** size of all that is kept, as text */
  readonly bytes: number;
  /** bytes of private keys that have left the tab */
  readonly lentBytes: number;
}

/** The place in words. */
export const PLACES = {
  indexeddb: 'in this browser, in its database for this site',
  localstorage: 'in this browser, in its local storage for this site',
  memory: 'in this tab only: this browser keeps nothing for the site, and they are gone when you close it',
} as const satisfies Record<Place, string>;
