import type { Protection } from '$core/tls/dissection.ts';

/** The letter on the padlock, and what it means in words. Clear text has an open padlock and no letter. */
export const PROTECTIONS = {
  clear: { letter: '', words: 'in clear' },
  early: { letter: 'E', words: 'locked with early data keys' },
  handshake: { letter: 'H', words: 'locked with handshake keys' },
  application: { letter: 'A', words: 'locked with application keys' },
} as const satisfies Record<Protection, { letter: string; words: string }>;
