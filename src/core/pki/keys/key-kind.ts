/** The kinds of key that can be made here; the first is what stands where nobody chooses. */
export const KEY_KINDS = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'p256', 'p384', 'ed25519'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What people call them. */
export const KEY_KIND_NAMES: Readonly<Record<KeyKind, string>> = {
  'rsa-2048': 'RSA, 2048 bits',
  'rsa-3072': 'RSA, 3072 bits',
  'rsa-4096': 'RSA, 4096 bits',
  p256: 'EC, P-256',
  p384: 'EC, P-384',
  ed25519: 'Ed25519',
};

/** Bits of the modulus of an RSA kind; null for a curve. */
export function rsaBitsOf(kind: KeyKind): 2048 | 3072 | 4096 | null {
  switch (kind) {
    case 'rsa-2048':
      return 2048;
    case 'rsa-3072':
      return 3072;
    case 'rsa-4096':
      return 4096;
    default:
      return null;
  }
}
