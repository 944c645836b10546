import type { Side } from '$core/tls/dissection.ts';

/** `unknown` until that side's own program has said something; `never`: it ended without having said anything. */
export type LampState = 'unknown' | 'lit' | 'refused' | 'never';

/** What a lamp says. A lit lamp of the client says nothing about the server's. */
export const LAMP_WORDS = {
  client: {
    unknown: 'Client trusts server: not yet known',
    lit: 'Client trusts server',
    refused: 'Client refused server',
    never: 'Client never trusted server',
  },
  server: {
    unknown: 'Server trusts client: not yet known',
    lit: 'Server trusts client',
    refused: 'Server refused client',
    never: 'Server never trusted client',
  },
} as const satisfies Record<Side, Record<LampState, string>>;
