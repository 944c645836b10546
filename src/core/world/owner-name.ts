/** How owners are called in sentences. `me` is the learner, `desk` the server; others are people, or authorities. */
import type { Owner } from './world.ts';

/** `you`, `the desk`, `your CA`, `Alice` */
export function nameOf(owner: Owner): string {
  if (owner === 'me') return 'you';
  if (owner === 'desk') return 'the desk';
  if (owner.startsWith('ca:')) return owner === 'ca:mine' ? 'your CA' : `the CA “${owner.slice(3)}”`;
  return owner.charAt(0).toUpperCase() + owner.slice(1);
}

/** `your`, `the desk’s`, `Alice’s` */
export function possessive(owner: Owner): string {
  return owner === 'me' ? 'your' : `${nameOf(owner)}’s`;
}

/** `you have`, `Alice has` */
export function has(owner: Owner): string {
  return owner === 'me' ? 'you have' : `${nameOf(owner)} has`;
}
