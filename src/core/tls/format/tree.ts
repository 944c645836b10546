/** Questions to a field tree. The dissector asks it for what it decides on, so that nothing is parsed twice. */
import type { Field } from '../dissection.ts';

/** The first descendant reached by these names, one level each. */
export function find(field: Field | undefined, ...path: readonly string[]): Field | undefined {
  let here = field;
  for (const name of path) here = here?.children.find((child) => child.name === name);
  return here;
}

/** The bytes of a field. */
export function rawOf(field: Field, buffers: readonly Uint8Array[]): Uint8Array {
  const { buffer, start, end } = field.range;
  return (buffers[buffer] ?? new Uint8Array()).subarray(start, end);
}

/** The bytes of a field as a big-endian number; null where there is no such field or it is cut short. */
export function uintOf(field: Field | undefined, buffers: readonly Uint8Array[]): number | null {
  if (!field || field.problem) return null;
  let value = 0;
  for (const byte of rawOf(field, buffers)) value = value * 256 + byte;
  return value;
}

/** All leaves under a field, from left to right. */
export function leavesOf(field: Field): Field[] {
  const leaves: Field[] = [];
  const open = [field];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.children.length === 0) leaves.push(next);
    else for (let index = next.children.length - 1; index >= 0; index--) open.push(next.children[index]!);
  }
  return leaves;
}
