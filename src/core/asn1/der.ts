/**
 * A reader of DER (ITU-T X.690): tags, lengths and where everything lies. It keeps no copies, uses no recursion and
 * never throws: what does not fit is a node that says so.
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

interface Open {
  readonly input: Reader;
  readonly into: DerNode[];
  readonly depth: number;
}

/**
 * Reads all values that stand one after the other in `input`.
 *
 * @param input consumed to its end
 * @returns nodes that together cover every byte
 */
export function readDer(input: Reader): DerNode[] {
  const top: DerNode[] = [];
  const stack: Open[] = [{ input, into: top, depth: 0 }];
  let nodes = 0;
  for (let open = stack.at(-1); open; open = stack.at(-1)) {
    if (open.input.left === 0) {
      stack.pop();
      continue;
    }
    nodes += 1;
    const blocked =
      open.depth > DER_LIMITS.depth ? 'Nested too deeply.' : nodes > DER_LIMITS.nodes ? 'Too many values.' : null;
    const children: DerNode[] = [];
    const [node, inner] = readNode(open.input, children, blocked);
    open.into.push(node);
    if (inner) stack.push({ input: inner, into: children, depth: open.depth + 1 });
  }
  return top;
}

/** One tag and length; a reader over the contents when they are values in turn. */
function readNode(input: Reader, children: DerNode[], blocked: string | null): [DerNode, Reader | null] {
  const start = input.at;
  const header = readHeader(input);
  const { identifier, length } = header;
  const tagClass = CLASSES[identifier >> 6] ?? 'universal';
  const isConstructed = (identifier & 0x20) !== 0;
  const tag = identifier & 0x1f;
  const problem = blocked ?? (header.problem && PROBLEMS[header.problem](length, input.left));
  if (problem !== null) {
    input.skip(input.left);
    return [{ tagClass, isConstructed, tag, start, content: start, end: input.at, problem, children: [] }, null];
  }
  const content = input.at;
  const inner = input.part(length);
  const node = { tagClass, isConstructed, tag, start, content, end: input.at, problem, children };
  return [node, isConstructed ? inner : null];
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

/** `SEQUENCE`, `[0]`. */
export function tagName({ tagClass, tag }: DerNode): string {
  if (tagClass === 'universal') return TAG_NAMES[tag] ?? `universal ${tag}`;
  return tagClass === 'context' ? `[${tag}]` : `${tagClass} ${tag}`;
}

/** Whether a node is the universal type with this number. */
export const isA = (node: DerNode | undefined, tag: number): node is DerNode =>
  node?.tagClass === 'universal' && node.tag === tag && node.problem === null;
