/** A piece of a line of text, and whether it stands out. */
export interface Piece {
  readonly text: string;
  readonly strong: boolean;
}

/**
 * Splits a text at every occurrence of the words to emphasise; where two could start at one place, the longer wins.
 * The pieces put together are the text.
 */
export function emphasised(text: string, strong: readonly string[]): Piece[] {
  const words = strong.filter((word) => word !== '').toSorted((a, b) => b.length - a.length);
  const pieces: Piece[] = [];
  let plain = '';
  for (let at = 0; at < text.length;) {
    const word = words.find((candidate) => text.startsWith(candidate, at));
    if (word === undefined) {
      plain += text.charAt(at);
      at += 1;
      continue;
    }
    if (plain !== '') pieces.push({ text: plain, strong: false });
    pieces.push({ text: word, strong: true });
    plain = '';
    at += word.length;
  }
  if (plain !== '') pieces.push({ text: plain, strong: false });
  return pieces;
}

/**
 * Cuts a text around its options, which must not break at their hyphen: every second part is one, the first is not.
 * The parts put together are the text.
 */
export function aroundOptions(text: string): string[] {
  return text.split(/(?<=^|\s)(--?\w[\w-]*)/);
}
