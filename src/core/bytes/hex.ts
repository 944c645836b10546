import { done, refused, type Refusal, type Result } from './result.ts';

const DIGITS = '0123456789abcdef';
const PAIRS = Array.from({ length: 256 }, (_, byte) => DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15));

/**
 * Bytes as lower-case hex, two digits a byte, nothing between them.
 *
 * @param start first byte, and `end` one after the last: so that nobody has to make a view for it
 */
export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  let at = start;
  for (; at + 4 <= end; at += 4) text += eightDigits(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
  for (; at < end; at++) text += PAIRS[bytes[at]!];
  return text;
}

/** Hex digits as `0a:1b`, the way openssl shows them. */
export const withColons = (hex: string): string => hex.replace(/..(?=.)/g, '$&:');

export const colonHex = (bytes: Uint8Array): string => withColons(toHex(bytes));

/** One string for four bytes: a dissection makes thousands, and each piece of a text is an object. */
function eightDigits(a: number, b: number, c: number, d: number): string {
  return String.fromCharCode(
    code(a >> 4),
    code(a & 15),
    code(b >> 4),
    code(b & 15),
    code(c >> 4),
    code(c & 15),
    code(d >> 4),
    code(d & 15),
  );
}

const code = (digit: number): number => (digit < 10 ? 0x30 : 0x57) + digit;

/**
 * Hex as people write it: either case; spaces, line breaks and colons between bytes are skipped.
 *
 * @returns the bytes; else `notHex` or `halfByte`
 */
export function fromHex(text: string): Result<Uint8Array, Refusal<'notHex' | 'halfByte'>> {
  const bytes = new Uint8Array(text.length >> 1);
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const digit = digitOf(code);
    if (digit < 0) {
      if (SPACES.includes(code)) continue;
      return refused('notHex', `Character ${[...text.slice(0, at)].length + 1} is not a hexadecimal digit.`);
    }
    bytes[digits >> 1] = ((bytes[digits >> 1] ?? 0) << 4) | digit;
    digits += 1;
  }
  if (digits % 2 === 1) return refused('halfByte', 'Half a byte is missing: the number of digits is odd.');
  return done(digits >> 1 === bytes.length ? bytes : bytes.slice(0, digits >> 1));
}

/** Space, tab, line breaks, colon. */
const SPACES: readonly number[] = [0x20, 0x09, 0x0d, 0x0a, 0x3a];

/** The value of a digit, by its character code; -1 for anything else. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
