/** Bytes as three columns of text. Each column is one string, so a large record costs three text nodes, not thousands. */
export interface HexText {
  readonly offsets: string;
  readonly hex: string;
  readonly ascii: string;
}

/** Half-open range, in bytes or in characters. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A row of 16 has a gap after 8. */
const gapAfter = (perRow: number, index: number) => (perRow === 16 && index > 7 ? 1 : 0);
/** Characters of a full row of hex, line break included. */
const hexRow = (perRow: number) => perRow * 3 + gapAfter(perRow, perRow - 1);

/** Each byte as it stands in a column: made once, because a large record has thousands. */
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const SIGNS = PAIRS.map((_, byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'));

/** @param base offset of the first byte in what it is a part of; a multiple of 16 */
export function hexText(bytes: Uint8Array, perRow: 8 | 16, base = 0): HexText {
  const offsets: string[] = [];
  const hex: string[] = [];
  const ascii: string[] = [];
  for (let start = 0; start < bytes.length; start += perRow) {
    let pairs = '';
    let signs = '';
    for (const [column, byte] of bytes.subarray(start, start + perRow).entries()) {
      if (column > 0) pairs += perRow === 16 && column === 8 ? '  ' : ' ';
      pairs += PAIRS[byte] ?? '';
      signs += SIGNS[byte] ?? '';
    }
    offsets.push((base + start).toString(16).padStart(4, '0'));
    hex.push(pairs);
    ascii.push(signs);
  }
  return { offsets: offsets.join('\n'), hex: hex.join('\n'), ascii: ascii.join('\n') };
}

/** Where bytes stand in the hex column and in the ASCII column: one stretch of characters for each row they touch. */
export function charSpans({ start, end }: Span, perRow: 8 | 16): { hex: Span[]; ascii: Span[] } {
  const hex: Span[] = [];
  const ascii: Span[] = [];
  for (let from = start; from < end;) {
    const row = Math.floor(from / perRow);
    const to = Math.min(end, (row + 1) * perRow);
    const column = (offset: number) => offset - row * perRow;
    const place = (offset: number) => row * hexRow(perRow) + column(offset) * 3 + gapAfter(perRow, column(offset));
    hex.push({ start: place(from), end: place(to - 1) + 2 });
    ascii.push({ start: row * (perRow + 1) + column(from), end: row * (perRow + 1) + column(to - 1) + 1 });
    from = to;
  }
  return { hex, ascii };
}

/** The byte at a character of the hex column; a character between two bytes belongs to the one before. */
export function byteAtHex(character: number, perRow: 8 | 16, length: number): number | null {
  const row = Math.floor(character / hexRow(perRow));
  const inRow = character - row * hexRow(perRow);
  const column = Math.floor((inRow - (perRow === 16 && inRow > 23 ? 1 : 0)) / 3);
  const offset = row * perRow + Math.min(column, perRow - 1);
  return offset < length ? offset : null;
}

/** The byte at a character of the ASCII column. */
export function byteAtAscii(character: number, perRow: 8 | 16, length: number): number | null {
  const row = Math.floor(character / (perRow + 1));
  const offset = row * perRow + Math.min(character - row * (perRow + 1), perRow - 1);
  return offset < length ? offset : null;
}
