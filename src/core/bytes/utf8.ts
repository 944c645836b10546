import { done, refused, type Refusal, type Result } from './result.ts';

// A byte order mark is data like any other: dropped silently, two different inputs would look the same.
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

/** A text as UTF-8 bytes. */
export function toUtf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/**
 * UTF-8 bytes as text. Nothing is repaired: bytes that are not UTF-8 are refused, not replaced.
 *
 * @returns the text; else `notUtf8`
 */
export function fromUtf8(bytes: Uint8Array): Result<string, Refusal<'notUtf8'>> {
  try {
    return done(DECODER.decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return refused('notUtf8', 'These bytes are not UTF-8 text.');
    throw error;
  }
}

const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as text to be shown: what is not UTF-8 becomes U+FFFD. */
export function shownUtf8(bytes: Uint8Array): string {
  return LENIENT.decode(bytes);
}
