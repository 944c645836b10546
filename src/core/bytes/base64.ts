import { done, refused, type Refusal, type Result } from './result.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NOT_IN_ALPHABET = 255;
const VALUES = new Uint8Array(128).fill(NOT_IN_ALPHABET);
for (const [value, character] of [...ALPHABET].entries()) VALUES[character.charCodeAt(0)] = value;

export type Base64Error = Refusal<'notBase64' | 'notCanonical'>;

/** Bytes as base64 with padding, on one line (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63);
    text += at + 1 < bytes.length ? ALPHABET.charAt((word >> 6) & 63) : '=';
    text += at + 2 < bytes.length ? ALPHABET.charAt(word & 63) : '=';
  }
  return text;
}

/**
 * Strict base64: padding is required, nothing stands between the characters, and unused bits are zero. So one value has
 * exactly one text, and a changed text is always noticed.
 *
 * @returns the bytes; else `notBase64`, or `notCanonical` for a text that decodes but is not the one we would write
 * @see RFC 4648 section 3.5
 */
export function fromBase64(text: string): Result<Uint8Array, Base64Error> {
  if (text.length % 4 !== 0)
    return refused('notBase64', 'Base64 comes in groups of four characters; one is cut short.');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const end = text.length - padding;
  let bits = 0;
  let held = 0;
  let to = 0;
  for (let at = 0; at < end; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NOT_IN_ALPHABET;
    if (value === NOT_IN_ALPHABET) return refused('notBase64', `Character ${at + 1} does not belong in base64.`);
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[to++] = held >> bits;
  }
  if ((held & ((1 << bits) - 1)) !== 0) return refused('notCanonical', 'The last base64 character has bits left over.');
  return done(bytes);
}
