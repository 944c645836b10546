/** Text that came from a peer, made safe for a terminal. */

/**
 * Controls move cursors and set titles, marks of direction and of width make text look like other text; a lone
 * surrogate is no character at all.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu;

/** The text with every hidden character as an escape, as JSON would write it: `\u202e`. */
export function printable(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** One character as escapes of its UTF-16 units. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => unit(character.charCodeAt(index))).join('');
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

const TEXT = new TextDecoder('utf-8');

/** Bytes as text in quotes, cut after some characters. */
export function quoted(bytes: Uint8Array, most: number): string {
  const text = TEXT.decode(bytes.subarray(0, most * 4));
  const shown = [...text].slice(0, most).join('');
  return `"${printable(shown)}"${shown.length < text.length || bytes.length > most * 4 ? ' …' : ''}`;
}
