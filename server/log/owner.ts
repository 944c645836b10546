import { createHash } from 'node:crypto';

/**
 * How the log remembers whose run it was: SHA-256 of the tab's own name, in hex. The name itself opens the learner's
 * session, so it is not written down.
 */
export function ownerOf(learner: string): string {
  return createHash('sha256').update(learner).digest('hex');
}

/** Who looks: the machine's owner sees all; a page the desk's connections and those of its own learner. */
export type Viewer = { readonly kind: 'machine' } | { readonly kind: 'page'; readonly owner: string };

export function maySee(viewer: Viewer, owner: string | null): boolean {
  return viewer.kind === 'machine' || owner === null || owner === viewer.owner;
}
