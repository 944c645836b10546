/** Object identifiers: from bytes to dots. */

/**
 * Contents of an OBJECT IDENTIFIER as dotted numbers (X.690 §8.19); null when they are not one.
 *
 * @param start first byte of the contents, and `end` one after the last
 */
export function oidText(bytes: Uint8Array, start = 0, end = bytes.length): string | null {
  let text = '';
  let arc = 0;
  let isOpen = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if ((!isOpen && byte === 0x80) || arc > MAX_ARC) return null;
    arc = arc * 128 + (byte & 0x7f);
    isOpen = byte >= 0x80;
    if (isOpen) continue;
    text += text === '' ? rootText(arc) : `.${arc}`;
    arc = 0;
  }
  return isOpen || text === '' ? null : text;
}

/** The first two numbers share one: X.690 §8.19.4. */
function rootText(arc: number): string {
  const root = arc < 80 ? Math.floor(arc / 40) : 2;
  return `${root}.${arc - root * 40}`;
}

/** Larger numbers, which nobody uses, would lose digits. */
const MAX_ARC = Number.MAX_SAFE_INTEGER / 256;
