/** AES-128-GCM as Node has it: the same bytes as core's, many times faster. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { AesGcm } from '../../src/core/aes/envelope.ts';

/** Node takes shorter tags unless it is told. */
const OPTIONS = { authTagLength: 16 };

export const NODE_GCM: AesGcm = {
  seal(key, iv, authenticated, plaintext) {
    const aes = createCipheriv('aes-128-gcm', key, iv, OPTIONS);
    aes.setAAD(authenticated);
    const ct = aes.update(plaintext);
    aes.final(); // a stream mode: nothing is left over
    return { ct, tag: aes.getAuthTag() };
  },
  open(key, iv, authenticated, { ct, tag }) {
    const aes = createDecipheriv('aes-128-gcm', key, iv, OPTIONS);
    aes.setAAD(authenticated);
    aes.setAuthTag(tag);
    const plaintext = aes.update(ct);
    try {
      aes.final();
      return plaintext;
    } catch {
      return null; // the tag does not fit
    }
  },
};
