/**
 * Changing a message in flight so that the record layer still takes it for genuine. TLS 1.3 only. Who knows the
 * traffic secret opens the record, edits what is inside, and seals it again under the same key and number.
 */
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { concat, uintBytes } from '../bytes/reader.ts';
import type { Chunk, Field } from './dissection.ts';
import { openingOf } from './dissect.ts';
import { sealTls13, type AeadKeys } from './record/protection.ts';

/** What one record carries. */
export interface Plain {
  /** content type: 22 handshake, 21 alert, 23 application data */
  readonly type: number;
  readonly content: Uint8Array;
}

/** A record that was opened, with all that is needed to seal it again. */
export interface OpenedRecord extends Plain {
  readonly keys: AeadKeys;
  /** its number under these keys */
  readonly sequence: number;
}

/** RFC 8446 §5.1: the largest content of one record. */
export const MAX_CONTENT_BYTES = 2 ** 14;

/**
 * Opens one record of a connection.
 *
 * @param chunks what was sent up to and including this record, by both sides
 * @param index its position in `dissect(chunks, keyLog).records`
 * @returns else `noRecord`, `clear` (it is not protected), `sealed` (with the dissector's reason), `notTls13`
 */
export function openOne(
  chunks: readonly Chunk[],
  keyLog: string,
  index: number,
): Result<OpenedRecord, Refusal<'noRecord' | 'clear' | 'sealed' | 'notTls13'>> {
  const found = openingOf(chunks, keyLog, index);
  if (found === undefined) return refused('noRecord', `There is no record ${index}.`);
  if (found === null) return refused('clear', 'This record travels in clear: change its bytes as they are.');
  if (found.kind === 'sealed') return refused('sealed', found.why);
  const { keys, sequence, opened } = found;
  if (keys.kind !== 'tls13') return refused('notTls13', 'Only records of TLS 1.3 can be sealed again.');
  return done({ keys, sequence, type: opened.type, content: opened.plaintext.subarray(0, opened.contentBytes) });
}

/**
 * Seals contents in the place of an opened record.
 *
 * Records after it in the same direction keep their numbers only while one record takes the place of one. Otherwise
 * each of them has to be opened and sealed again with a `shift`: how many more records were put on the wire than were
 * sent (negative when some were dropped), up to the next change of keys.
 *
 * @param contents one or more; each becomes one record, larger ones are cut at 2^14 bytes
 * @returns whole records, with their headers
 */
export function sealAgain({ keys, sequence }: OpenedRecord, contents: readonly Plain[], shift = 0): Uint8Array[] {
  return contents
    .flatMap(cut)
    .map(({ type, content }, index) => sealTls13(keys, type, content, sequence + shift + index));
}

function cut({ type, content }: Plain): Plain[] {
  const count = Math.max(Math.ceil(content.length / MAX_CONTENT_BYTES), 1);
  return Array.from({ length: count }, (_, index) => ({
    type,
    content: content.subarray(index * MAX_CONTENT_BYTES, (index + 1) * MAX_CONTENT_BYTES),
  }));
}

/**
 * Puts other bytes in the place of one field, and corrects the lengths of all that it stands in. Lengths inside DER
 * are left as they are: what they belong to is signed anyway.
 *
 * @param bytes the buffer that the tree's ranges count in
 * @param root a tree that contains `target`, such as an opened record's
 * @returns the new buffer; null where `target` is not in the tree or a length would not fit its field
 */
export function withField(bytes: Uint8Array, root: Field, target: Field, replacement: Uint8Array): Uint8Array | null {
  const path = pathTo(root, target);
  if (!path) return null;
  const { start, end } = target.range;
  const delta = replacement.length - (end - start);
  const edited = bytes.slice();
  for (const parent of path) {
    const length = parent.children.find(({ name, range }) => name === 'length' && range.end <= start);
    if (!length || length === target) continue;
    const width = length.range.end - length.range.start;
    const value = Number(length.value) + delta;
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** width) return null;
    edited.set(uintBytes(value, width), length.range.start);
  }
  return concat(edited.subarray(0, start), replacement, edited.subarray(end));
}

/** The nodes from the root down to the parent of `target`. */
function pathTo(root: Field, target: Field): Field[] | null {
  if (root === target) return [];
  for (const child of root.children) {
    const { buffer, start, end } = child.range;
    if (buffer !== target.range.buffer || start > target.range.start || end < target.range.end) continue;
    const below = pathTo(child, target);
    if (below) return [root, ...below];
  }
  return null;
}
