/** How owners are called on the bench. */

/** `me` is the learner, `desk` the server; others have names. */
export function nameOf(owner: string): string {
  if (owner === 'me') return 'you';
  if (owner === 'desk') return 'the desk';
  if (owner.startsWith('ca:')) return owner === 'ca:mine' ? 'your CA' : `the CA “${owner.slice(3)}”`;
  return owner.charAt(0).toUpperCase() + owner.slice(1);
}

/** `Your`, `The desk’s`, `Alice’s` */
export function whose(owner: string): string {
  const name = nameOf(owner);
  if (owner === 'me') return 'Your';
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}’s`;
}

/** The mark of whoever owns something. */
export function markOf(owner: string): 'client' | 'server' | 'authority' {
  if (owner === 'desk') return 'server';
  return owner.startsWith('ca:') ? 'authority' : 'client';
}

/** Subject that stands in a request's form at first. */
export function usualSubject(owner: string): string {
  return `O=Order Desk, CN=${owner === 'me' ? 'alice' : owner}`;
}

/** `2026-11-23 20:29 UTC` */
export function dateInWords(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Hex in groups of four: `7803 522f b8e8` */
export function grouped(hex: string): string {
  return hex.replace(/(.{4})(?=.)/g, '$1 ');
}
