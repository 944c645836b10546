/** Headers of every answer, errors included. */
import { createHash } from 'node:crypto';

/** What a page of ours may do: load from this origin, and nothing else. Svelte's own templates are its only HTML sink. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // the second is the page's own: it makes one URL, that of its worker
  'trusted-types svelte-trusted-html trustwalk-worker',
];

/** Never without these. `no-store` gives way only to an asset whose name holds its hash. */
export const SECURITY_HEADERS = {
  'content-security-policy': POLICY.join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
} as const;

/** The policy of a page that brings one style sheet of its own, known by its hash. */
export function policyWithStyle(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return POLICY.map((rule) => (rule.startsWith('style-src') ? `style-src 'sha256-${hash}'` : rule)).join('; ');
}
