/** How the bench speaks of owners and their things. */
import { possessive } from '$core/world/owner-name.ts';

/** `Your`, `The desk’s`, `Alice’s`: as a heading begins. */
export function whose(owner: string): string {
  const name = possessive(owner);
  return name.charAt(0).toUpperCase() + name.slice(1);
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
