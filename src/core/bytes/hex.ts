import { done, refused, type Refusal, type Result } from './result.ts';

const DIGITS = '0123456789abcdef';
const PAIRS = Array.from({ length: 256 }, (_, byte) => DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15));

/** Bytes as lower-case hex, two digits a byte, nothing between them. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += PAIRS[byte];
  return text;
}

/**
 * Hex as people write it: either case; spaces, line breaks and colons between bytes are skipped.
 *
 * @returns the bytes; else `notHex` or `halfByte`
 */
export function fromHex(text: string): Result<Uint8Array, Refusal<'notHex' | 'halfByte'>> {
  const digits: number[] = [];
  for (const [index, character] of [...text].entries()) {
    if (' \t\r\n:'.includes(character)) continue;
    const digit = DIGITS.indexOf(character.toLowerCase());
    if (digit < 0) return refused('notHex', `Character ${index + 1} is not a hexadecimal digit.`);
    digits.push(digit);
  }
  if (digits.length % 2 === 1) return refused('halfByte', 'Half a byte is missing: the number of digits is odd.');
  return done(Uint8Array.from({ length: digits.length / 2 }, (_, at) => pair(digits, at * 2)));
}

function pair(digits: readonly number[], at: number): number {
  return (digits[at] ?? 0) * 16 + (digits[at + 1] ?? 0);
}
