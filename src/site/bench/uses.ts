import type { Use } from '$core/pki/profile.ts';

/** What a certificate may be for, as it is chosen. */
export const USES: readonly { readonly value: Use; readonly text: string }[] = [
  { value: 'server', text: 'a server' },
  { value: 'client', text: 'a client' },
  { value: 'both', text: 'a server and a client' },
  { value: 'authority', text: 'a CA' },
];
