/**
 * A reader of DER (ITU-T X.690): tags, lengths and where everything lies. It keeps no copies and never
 * throws: what does not fit is a node that says so.
 */
import type { Reader } from '../bytes/reader.ts';
import { readHeader, type HeaderProblem } from './header.ts';

export type TagClass = 'universal' | 'application' | 'context' | 'private';

export interface DerNode {
  readonly tagClass: TagClass;
  readonly isConstructed: boolean;
  readonly tag: number;
  /** offsets in the reader's buffer: first byte of the tag, first of the contents, one after the last */
  readonly start: number;
  readonly content: number;
  readonly end: number;
  /** what is wrong with it; such a node has no children, and its bytes up to `end` are its own */
  readonly problem: string | null;
  readonly children: readonly DerNode[];
}

/** Deeper nesting and more nodes than any certificate has; both bound time and memory on hostile input. */
export const DER_LIMITS = { depth: 48, nodes: 20_000 } as const;

const CLASSES = ['universal', 'application', 'context', 'private'] as const;
const NO_CHILDREN: readonly DerNode[] = [];

/**
 * Reads all values that stand one after the other in `input`.
 *
 * @param input consumed to its end
 * @param most nodes; what comes after them is one that says so
 * @returns nodes that together cover every byte
 */
export function readDer(input: Reader, most: number = DER_LIMITS.nodes): DerNode[] {
  return readValues(input, input.end, 0, { left: most });
}

/** The values up to `end`. It may call itself, because depth is limited. */
function readValues(input: Reader, end: number, depth: number, budget: { left: number }): DerNode[] {
  const nodes: DerNode[] = [];
  while (input.at < end) nodes.push(readNode(input, end, depth, budget));
  return nodes;
}

function readNode(input: Reader, end: number, depth: number, budget: { left: number }): DerNode {
  budget.left -= 1;
  const start = input.at;
  const header = readHeader(input, end);
  const { identifier, length } = header;
  const tagClass = CLASSES[identifier >> 6] ?? 'universal';
  const isConstructed = (identifier & 0x20) !== 0;
  const tag = identifier & 0x1f;
  const problem = blocked(depth, budget.left) ?? (header.problem && PROBLEMS[header.problem](length, end - input.at));
  if (problem !== null) {
    input.skip(end - input.at);
    return { tagClass, isConstructed, tag, start, content: start, end, problem, children: NO_CHILDREN };
  }
  const content = input.at;
  const after = content + length;
  const children = isConstructed ? readValues(input, after, depth + 1, budget) : NO_CHILDREN;
  input.skip(after - input.at);
  return { tagClass, isConstructed, tag, start, content, end: after, problem, children };
}

function blocked(depth: number, left: number): string | null {
  if (depth > DER_LIMITS.depth) return 'Nested too deeply.';
  return left < 0 ? 'Too many values.' : null;
}

const PROBLEMS: Readonly<Record<HeaderProblem, (length: number, left: number) => string>> = {
  highTag: () => 'A tag number above 30: not decoded.',
  noLength: () => 'Cut short: no length.',
  indefinite: () => 'Indefinite length: DER forbids it.',
  impossible: () => 'A length that cannot be.',
  notShortest: () => 'A length in more bytes than needed: DER forbids it.',
  overrun: (length, left) => `Announces ${length} bytes, but only ${left} are here.`,
};

/** Universal tag numbers by name, X.680 §8.4. */
export const TAG_NAMES: Readonly<Record<number, string>> = {
  1: 'BOOLEAN',
  2: 'INTEGER',
  3: 'BIT STRING',
  4: 'OCTET STRING',
  5: 'NULL',
  6: 'OBJECT IDENTIFIER',
  10: 'ENUMERATED',
  12: 'UTF8String',
  16: 'SEQUENCE',
  17: 'SET',
  18: 'NumericString',
  19: 'PrintableString',
  20: 'T61String',
  22: 'IA5String',
  23: 'UTCTime',
  24: 'GeneralizedTime',
  26: 'VisibleString',
  28: 'UniversalString',
  30: 'BMPString',
};

const CONTEXT_NAMES = Array.from({ length: 32 }, (_, tag) => `[${tag}]`);

/** `SEQUENCE`, `[0]`. */
export function tagName({ tagClass, tag }: DerNode): string {
  if (tagClass === 'universal') return TAG_NAMES[tag] ?? `universal ${tag}`;
  return tagClass === 'context' ? (CONTEXT_NAMES[tag] ?? `[${tag}]`) : `${tagClass} ${tag}`;
}

/** Whether a node is the universal type with this number. */
export const isA = (node: DerNode | undefined, tag: number): node is DerNode =>
  node?.tagClass === 'universal' && node.tag === tag && node.problem === null;
