import type { Side } from '$core/tls/dissection.ts';

/** `unknown` until that side's own program has said something. */
export type LampState = 'unknown' | 'lit' | 'refused';

/** What a lamp says. A lit lamp of the client says nothing about the server's. */
export const LAMP_WORDS = {
  client: {
    unknown: 'Client trusts server: not yet known',
    lit: 'Client trusts server',
    refused: 'Client refused server',
  },
  server: {
    unknown: 'Server trusts client: not yet known',
    lit: 'Server trusts client',
    refused: 'Server refused client',
  },
} as const satisfies Record<Side, Record<LampState, string>>;
