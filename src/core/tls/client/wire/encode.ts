/** Handshake structures as bytes: numbers, vectors, extensions, messages. Notation after RFC 8446 §3. */
import { concat, uintBytes } from '../../../bytes/reader.ts';

export const u8 = (value: number): Uint8Array => uintBytes(value, 1);
export const u16 = (value: number): Uint8Array => uintBytes(value, 2);
export const u32 = (value: number): Uint8Array => uintBytes(value, 4);
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const vector =
  (width: number) =>
  (...parts: readonly Uint8Array[]): Uint8Array => {
    const content = concat(...parts);
    if (content.length >= 256 ** width) throw new RangeError(`${content.length} bytes do not fit into this vector.`);
    return concat(uintBytes(content.length, width), content);
  };

/** A length of one, two or three bytes, then the parts. Throws where the length does not fit: that is a bug of ours. */
export const vec8 = vector(1);
export const vec16 = vector(2);
export const vec24 = vector(3);

/** One extension, RFC 8446 §4.2. */
export const extension = (type: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  concat(u16(type), vec16(...parts));

/** One handshake message with its 4-byte header, RFC 8446 §4. */
export const message = (type: number, ...parts: readonly Uint8Array[]): Uint8Array => concat(u8(type), vec24(...parts));

/** A record in clear. */
export const clearRecord = (type: number, content: Uint8Array, version = 0x0303): Uint8Array =>
  concat(u8(type), u16(version), vec16(content));
