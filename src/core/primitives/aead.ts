/** The ciphers that encrypt and authenticate in one go, by the names that suites use. */
import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ccm } from './ccm.ts';

export interface AeadFacts {
  readonly tagBytes: 8 | 16;
  /** TLS 1.2: bytes of the nonce that stand in the record; the other 12 minus these are the IV */
  readonly explicitNonceBytes: 0 | 8;
}

/** RFC 5288 §3, RFC 6655 §3, RFC 7905 §2 */
export const AEADS = {
  gcm: { tagBytes: 16, explicitNonceBytes: 8 },
  ccm: { tagBytes: 16, explicitNonceBytes: 8 },
  ccm8: { tagBytes: 8, explicitNonceBytes: 8 },
  chacha20: { tagBytes: 16, explicitNonceBytes: 0 },
} as const satisfies Record<string, AeadFacts>;

export type AeadName = keyof typeof AEADS;

/**
 * One cipher, ready for one record.
 *
 * @param nonce 12 bytes
 * @returns `decrypt` throws on a wrong tag
 */
export function aead(name: AeadName, key: Uint8Array, nonce: Uint8Array, additional: Uint8Array) {
  if (name === 'gcm') return gcm(key, nonce, additional);
  if (name === 'chacha20') return chacha20poly1305(key, nonce, additional);
  return ccm(key, nonce, additional, AEADS[name].tagBytes);
}
