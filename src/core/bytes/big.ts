/** Big-endian bytes and numbers of any size. Not constant in time: for public numbers. */
import { toHex } from './hex.ts';

/** Big-endian bytes as a number; no bytes are 0. */
export const bigFrom = (bytes: Uint8Array): bigint => BigInt(`0x0${toHex(bytes)}`);

/** A number as `length` big-endian bytes; null where it needs more. */
export function bigBytes(number: bigint, length: number): Uint8Array | null {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let rest = number;
  let at = length;
  for (; at >= 8; at -= 8, rest >>= 64n) view.setBigUint64(at - 8, BigInt.asUintN(64, rest));
  for (; at > 0; at -= 1, rest >>= 8n) view.setUint8(at - 1, Number(rest & 0xffn));
  return rest === 0n ? bytes : null;
}
