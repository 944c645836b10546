/** AES in CCM mode, put together from CTR and CBC. RFC 3610 with a 12-byte nonce (L = 3), RFC 6655 §3. */
import { cbc, ctr } from '@noble/ciphers/aes.js';
import { concat, sameBytes, uintBytes } from '../bytes/reader.ts';

const BLOCK = 16;
const LENGTH_BYTES = 3;

const padded = (bytes: Uint8Array): Uint8Array =>
  concat(bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK));

/** The CBC-MAC over nonce, lengths, additional data and content: the last block. RFC 3610 §2.2 */
function macOf(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, content: Uint8Array, tagBytes: number) {
  const flags = (additional.length > 0 ? 0x40 : 0) + ((tagBytes - 2) / 2) * 8 + (LENGTH_BYTES - 1);
  const first = concat(uintBytes(flags, 1), nonce, uintBytes(content.length, LENGTH_BYTES));
  const head = additional.length > 0 ? padded(concat(uintBytes(additional.length, 2), additional)) : additional;
  const blocks = concat(first, head, padded(content));
  const chain = cbc(key, new Uint8Array(BLOCK), { disablePadding: true }).encrypt(blocks);
  return chain.subarray(chain.length - BLOCK, chain.length - BLOCK + tagBytes);
}

/** AES-CCM with the interface of the other AEADs; `tagBytes` is 16, or 8 for the suites called CCM_8. */
export function ccm(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, tagBytes: 8 | 16) {
  const counter = (number: number) => concat(uintBytes(LENGTH_BYTES - 1, 1), nonce, uintBytes(number, LENGTH_BYTES));
  const masked = (tag: Uint8Array): Uint8Array => ctr(key, counter(0)).encrypt(tag);
  return {
    encrypt(content: Uint8Array): Uint8Array {
      const tag = masked(macOf(key, nonce, additional, content, tagBytes));
      return concat(ctr(key, counter(1)).encrypt(content), tag);
    },
    /** Throws where the tag is wrong, as the other ciphers do. */
    decrypt(sealed: Uint8Array): Uint8Array {
      if (sealed.length < tagBytes) throw new Error('Shorter than its tag.');
      const content = ctr(key, counter(1)).decrypt(sealed.subarray(0, -tagBytes));
      const tag = masked(macOf(key, nonce, additional, content, tagBytes));
      if (!sameBytes(tag, sealed.subarray(-tagBytes))) throw new Error('The tag is wrong.');
      return content;
    },
  };
}
