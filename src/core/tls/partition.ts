/** The promise of the field trees, as a question: does every byte belong to exactly one leaf? */
import type { Dissection, Field } from './dissection.ts';
import { leavesOf } from './format/tree.ts';

/**
 * Looks for bytes without a leaf, or with two.
 *
 * @returns a sentence for the first place where a tree breaks the promise; null where all keep it
 */
export function partitionFault({ buffers, records, messages }: Dissection): string | null {
  for (const { index, fields, opened, wire, plaintext } of records) {
    const fault =
      treeFault(fields, wire, buffers) ?? (opened && plaintext !== null ? treeFault(opened, plaintext, buffers) : null);
    if (fault) return `Record ${index}: ${fault}`;
  }
  for (const { name, fields } of messages) {
    const { start, end } = fields.range;
    const fault = stretchFault(fields, fields.range.buffer, start, end);
    if (fault) return `${name}: ${fault}`;
  }
  return null;
}

function treeFault(root: Field, buffer: number, buffers: readonly Uint8Array[]): string | null {
  return stretchFault(root, buffer, 0, buffers[buffer]?.length ?? 0);
}

function stretchFault(root: Field, buffer: number, start: number, end: number): string | null {
  let at = start;
  for (const { name, range } of leavesOf(root)) {
    if (range.buffer !== buffer) return `${name} counts in buffer ${range.buffer}, not in ${buffer}`;
    if (range.start !== at) return `${name} starts at ${range.start}, not at ${at}`;
    at = range.end;
  }
  return at === end ? null : `the leaves end at ${at}, not at ${end}`;
}
