/** Blocks of a pcapng file, little-endian. */
import { concat, uintBytes } from '../../bytes/reader.ts';
import { toUtf8 } from '../../bytes/utf8.ts';

export function little(value: number, width: number): Uint8Array {
  return uintBytes(value, width).reverse();
}

/** Bytes with zeros up to a multiple of four. */
export function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}

/** A whole block: type, length, body, length. */
export function block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const content = padded(concat(...body));
  const length = little(content.length + 12, 4);
  return concat(little(type, 4), length, content, length);
}

const OPTION_BYTES = 0xfff0;
const END_OF_OPTIONS = new Uint8Array(4);

/** Options with a text each; a text is cut to what an option holds, between characters. */
export function options(...rows: readonly (readonly [code: number, text: string])[]): Uint8Array {
  const written = rows.filter(([, text]) => text !== '').map(([code, text]) => option(code, text));
  return written.length === 0 ? new Uint8Array() : concat(...written, END_OF_OPTIONS);
}

function option(code: number, text: string): Uint8Array {
  let value = toUtf8(text.slice(0, OPTION_BYTES));
  for (let kept = OPTION_BYTES; value.length > OPTION_BYTES;) value = toUtf8(text.slice(0, (kept = kept >> 1)));
  return concat(little(code, 2), little(value.length, 2), padded(value));
}
