/** Bytes taken apart for people: a tree of named fields, in which every byte belongs to exactly one leaf. */
import { toHex } from './hex.ts';

/** Where a field lies: half-open range in one numbered buffer. */
export interface ByteRange {
  readonly buffer: number;
  readonly start: number;
  readonly end: number;
}

/** One node of the field tree. A node without children is a leaf and owns its bytes. */
export interface Field {
  /** the field's name as its RFC spells it */
  readonly name: string;
  /** the value in words, or in hex */
  readonly value: string;
  readonly range: ByteRange;
  /** RFC and section, where there is one */
  readonly source?: string;
  /** one plain sentence for a learner */
  readonly says?: string;
  /** what is wrong with these bytes, or why they are not decoded; a leaf with a problem counts as unexplained */
  readonly problem?: string;
  readonly children: readonly Field[];
}

const NO_CHILDREN: readonly Field[] = [];

/** One field; `''` means that there is no such remark. */
export function field(
  name: string,
  value: string,
  range: ByteRange,
  source: string,
  says = '',
  problem = '',
  children: readonly Field[] = NO_CHILDREN,
): Field {
  // A thousand of these are made for each session: spreading remarks, or adding them later, costs many times as much.
  if (source && !problem) {
    return says ? { name, value, range, children, source, says } : { name, value, range, children, source };
  }
  const made: { -readonly [K in keyof Field]: Field[K] } = { name, value, range, children };
  if (source) made.source = source;
  if (says) made.says = says;
  if (problem) made.problem = problem;
  return made;
}

const SHOWN_BYTES = 48;
const SHOWN_TEXT = 160;

/** Bytes from `start` up to `end` as a value: hex, cut after 48 bytes with the length told. */
export function hexValue(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return end - start <= SHOWN_BYTES
    ? toHex(bytes, start, end)
    : `${toHex(bytes, start, start + SHOWN_BYTES)}… (${end - start} bytes)`;
}

/** The values of some fields in one line: `x25519, secp256r1, … 5 in all`. */
export function listed(items: readonly Field[]): string {
  let line = '';
  for (const { value } of items) {
    if (value === '') continue;
    const next = line === '' ? value : `${line}, ${value}`;
    if (next.length > SHOWN_TEXT && line !== '') return `${line}, … ${items.length} in all`;
    line = next;
  }
  return line;
}

/** Fields that are looked at before others get a turn. */
const AT_A_TIME = 2_000;

/**
 * Counts the bytes of a large tree that are explained, a part at a time.
 *
 * @returns how many, after some turns
 */
export function* explainedIn(root: Field): Generator<undefined, number> {
  const open = [root];
  let explained = root.range.end - root.range.start;
  let looked = 0;
  for (let field = open.pop(); field; field = open.pop()) {
    const { children, problem, range } = field;
    for (const child of children) open.push(child);
    if (children.length === 0 && problem) explained -= range.end - range.start;
    looked += 1;
    if (looked % AT_A_TIME === 0) yield;
  }
  return explained;
}

/** Bytes under a field whose leaves have a problem. Trees are never deep, so it may call itself. */
export function unexplainedIn({ children, problem, range }: Field): number {
  if (children.length === 0) return problem ? range.end - range.start : 0;
  let bytes = 0;
  for (const child of children) bytes += unexplainedIn(child);
  return bytes;
}
