/**
 * DER as fields on its own bytes: each value is its tag and length, then its contents. Names come from the shapes; a
 * value without a shape is called by its type. Whatever the bytes are, each belongs to exactly one leaf.
 */
import { field, hexValue, listed, type Field } from '../bytes/field.ts';
import { Kept } from '../bytes/kept.ts';
import { Reader } from '../bytes/reader.ts';
import { DER_LIMITS, isA, readDer, tagName, type DerNode } from './der.ts';
import { oidText } from './oid.ts';
import { Piece } from './piece.ts';
import { CERTIFICATE, Fitting, UNNAMED, type Shape } from './shape.ts';
import {
  addressText,
  attributeText,
  contentOf,
  integerHex,
  nameText,
  oidValue,
  stringText,
  timeText,
} from './value.ts';

const SOURCE = 'RFC 5280 §4.1';
const HEADER_SAYS = 'What kind of value follows, and how many bytes it has.';
const UNNAMED_SAYS = 'A value of ASN.1 that our tables have no name for.';
const STRINGS = new Set([12, 18, 19, 20, 22, 26, 28, 30]);

interface Walk {
  readonly bytes: Uint8Array;
  readonly buffer: number;
  readonly source: string;
  /** the identifier last seen: it says what a string after it holds */
  oid: string;
  depth: number;
  /** whether long lists are cut into pieces, each made when it is looked at */
  readonly inPieces: boolean;
}

/**
 * Reads everything as DER of a shape.
 *
 * @param input consumed to its end
 * @returns the value's field, and one for what stands after it; none for no bytes
 */
export function derFields(input: Reader, shape: Shape): Field[] {
  if (shape !== CERTIFICATE) return read(input, shape);
  const { bytes, buffer, at } = input;
  const fields = KEPT.of(bytes.subarray(at, input.end), (own) => read(new Reader(own), shape));
  input.skip(input.left);
  return fields.map((one) => moved(one, buffer, at));
}

/**
 * The same of values that were read before, however many: a long list comes in pieces, which are no values of their own,
 * and each piece makes its fields when it is looked at.
 *
 * @param bytes in which the values count their offsets
 */
export function fieldsOfNodes(nodes: readonly DerNode[], bytes: Uint8Array, shape: Shape): Field[] {
  return fieldsOf(nodes, { bytes, buffer: 0 }, shape, true);
}

/** Certificates come again in each connection, as they are. */
const KEPT = new Kept<Field[]>(64);

/** The same field where it stands now. */
function moved({ name, value, range, source, says, problem, children }: Field, buffer: number, by: number): Field {
  const place = { buffer, start: range.start + by, end: range.end + by };
  const { length } = children;
  if (length === 0) return field(name, value, place, source ?? '', says, problem);
  const parts = new Array<Field>(length);
  for (let index = 0; index < length; index++) parts[index] = moved(children[index]!, buffer, by);
  return field(name, value, place, source ?? '', says, problem, parts);
}

function read(input: Reader, shape: Shape): Field[] {
  const { bytes, buffer } = input;
  return fieldsOf(readDer(input), { bytes, buffer }, shape, false);
}

function fieldsOf(
  [first, ...rest]: readonly DerNode[],
  place: Pick<Walk, 'bytes' | 'buffer'>,
  shape: Shape,
  inPieces: boolean,
): Field[] {
  const walk: Walk = { ...place, source: shape.source ?? SOURCE, oid: '', depth: 0, inPieces };
  return first ? [toField(first, shape, walk), ...rest.map((node) => strayField(node, walk))] : [];
}

function strayField(node: DerNode, { buffer, bytes, source }: Walk): Field {
  const range = { buffer, start: node.start, end: node.end };
  const value = hexValue(bytes, node.start, node.end);
  return field('not decoded', value, range, source, '', 'Bytes after the end of the value: not decoded.');
}

function toField(node: DerNode, shape: Shape, walk: Walk): Field {
  const { bytes, buffer } = walk;
  const range = { buffer, start: node.start, end: node.end };
  const name = shape.name || tagName(node);
  const source = shape.source ?? walk.source;
  if (node.problem !== null) {
    return field(name, hexValue(bytes, node.start, node.end), range, source, shape.says, node.problem);
  }
  const inner: Walk = source === walk.source ? walk : { ...walk, source };
  const type = tagName(node);
  const size = node.end - node.content;
  const header = { buffer, start: node.start, end: node.content };
  const first = field('tag and length', `${type}, ${size} bytes`, header, 'X.690 §8.1', HEADER_SAYS);
  const children = node.isConstructed ? withParts(first, node, shape, inner) : withContents(first, node, shape, inner);
  if (inner !== walk) walk.oid = inner.oid;
  return field(name, valueOf(node, shape, inner, children), range, source, shape.says || UNNAMED_SAYS, '', children);
}

function withParts(first: Field, { children }: DerNode, shape: Shape, walk: Walk): Field[] {
  if (walk.inPieces && shape.each && children.length > 2 * PIECE)
    return [first, ...pieces(children, shape.each, { ...walk })];
  const fitting = new Fitting(shape);
  const fields = new Array<Field>(children.length + 1); // as long as it gets: growing arrays take room for 17
  fields[0] = first;
  for (let index = 0; index < children.length; index++) {
    const child = children[index]!;
    const fit = fitting.next(identifierOf(child)) ?? UNNAMED;
    fields[index + 1] = toField(child, fit.by?.(walk.oid) ?? fit, walk);
  }
  return fields;
}

/** Parts of a long list that are shown together: as many lines as somebody looks through. */
const PIECE = 100;

function pieces(children: readonly DerNode[], each: Shape, walk: Walk): Field[] {
  return Array.from({ length: Math.ceil(children.length / PIECE) }, (_, number) => {
    const nodes = children.slice(number * PIECE, (number + 1) * PIECE);
    const [from, to] = [number * PIECE + 1, number * PIECE + nodes.length];
    const range = { buffer: walk.buffer, start: nodes[0]!.start, end: nodes.at(-1)!.end };
    const says = 'A piece of a long list, so that it can be looked through: it is no value of its own.';
    return new Piece(`${each.name || 'value'} ${from} to ${to}`, range, says, () => {
      const own = { ...walk };
      return nodes.map((node) => toField(node, shapeOf(each, node), own));
    });
  });
}

const shapeOf = (each: Shape, node: DerNode): Shape =>
  new Fitting({ name: '', says: '', each }).next(identifierOf(node)) ?? UNNAMED;

const CLASS_BITS = { universal: 0, application: 0x40, context: 0x80, private: 0xc0 } as const;
const identifierOf = (node: DerNode): number => CLASS_BITS[node.tagClass] + node.tag;

function withContents(first: Field, node: DerNode, shape: Shape, walk: Walk): Field[] {
  const { bytes, buffer, source } = walk;
  if (node.content === node.end) return [first];
  const isBits = isA(node, 3);
  const from = node.content + (isBits ? 1 : 0);
  const fields = [first];
  if (isBits) {
    const range = { buffer, start: node.content, end: from };
    const unused = String(bytes[node.content]);
    fields.push(field('unused bits', unused, range, 'X.690 §8.6', 'Bits at the end that do not count.'));
  }
  const isString = node.tagClass === 'context' || isA(node, 4) || isBits;
  const held = isString ? heldValues(node, from, shape, walk) : NONE;
  for (const value of held) fields.push(value);
  if (held.length === 0 && from < node.end) {
    const range = { buffer, start: from, end: node.end };
    fields.push(field('contents', hexValue(bytes, from, node.end), range, source, 'The value itself.'));
  }
  if (isA(node, 6)) walk.oid = oidText(bytes, node.content, node.end) ?? '';
  return fields;
}

const NONE: readonly Field[] = [];

/** Values packed inside a string, where the shape expects some: as far as they can be read. */
function heldValues(node: DerNode, from: number, shape: Shape, walk: Walk): readonly Field[] {
  const held = shape.holds?.(walk.oid);
  if (!held || walk.depth >= DER_LIMITS.depth) return NONE;
  const [value, ...rest] = readDer(new Reader(walk.bytes, walk.buffer, from, node.end));
  if (!value) return NONE;
  walk.depth += 1;
  const inside = toField(value, held, walk);
  walk.depth -= 1;
  return [inside, ...rest.map((stray) => strayField(stray, walk))];
}

function valueOf(node: DerNode, shape: Shape, { bytes }: Walk, children: readonly Field[]): string {
  if (shape.as === 'attribute') return attributeText(node, bytes);
  if (shape.as === 'certificate') return subjectOf(node, bytes);
  if (shape.as === 'name') return nameText(node, bytes);
  if (node.isConstructed) return partsText(node, shape, bytes, children);
  if (shape.holds && children.length === 2 + (isA(node, 3) ? 1 : 0)) return children.at(-1)?.value ?? '';
  if (node.tagClass === 'context') return contextText(node, shape, bytes);
  switch (node.tag) {
    case 1:
      return bytes[node.content] ? 'TRUE' : 'FALSE';
    case 2:
    case 10:
      return numberText(node, shape, bytes);
    case 3:
      return shape.bits ? bitsText(node, shape.bits, bytes) : `${(node.end - node.content - 1) * 8} bits`;
    case 5:
      return 'NULL';
    case 6:
      return oidValue(node, bytes);
    case 23:
    case 24:
      return timeText(node, bytes);
    default:
      return STRINGS.has(node.tag) ? stringText(node, bytes) : hexValue(bytes, node.content, node.end);
  }
}

function numberText(node: DerNode, { numbers }: Shape, bytes: Uint8Array): string {
  if (node.end - node.content > 4) return hexValue(bytes, node.content, node.end);
  const number = Number.parseInt(integerHex(node, bytes), 16);
  const word = numbers?.[number];
  return word === undefined ? String(number) : `${word} (${number})`;
}

/** What a SEQUENCE is about, in a line: the identifier it starts with, or its parts where they are short. */
function partsText(node: DerNode, shape: Shape, bytes: Uint8Array, children: readonly Field[]): string {
  const [first] = node.children;
  if (isA(first, 6) && !shape.each) return oidValue(first, bytes);
  if (children[1] instanceof Piece) return `${node.children.length} of them`;
  if (shape.each || !node.children.some(({ isConstructed }) => isConstructed)) return listed(children.slice(1));
  return node.children.length === 1 ? (children[1]?.value ?? '') : `${node.children.length} parts`;
}

function subjectOf(node: DerNode, bytes: Uint8Array): string {
  const [tbs] = node.children;
  const parts = tbs?.children[0]?.tagClass === 'context' ? tbs.children.slice(1) : (tbs?.children ?? []);
  return parts[4] ? nameText(parts[4], bytes) : '';
}

function contextText(node: DerNode, { as, bits }: Shape, bytes: Uint8Array): string {
  if (bits) return bitsText(node, bits, bytes);
  if (as === 'text') return stringText(node, bytes);
  if (as === 'identifier') return oidValue(node, bytes);
  const raw = contentOf(node, bytes);
  return as === 'address' ? addressText(raw) : hexValue(raw);
}

function bitsText(node: DerNode, names: readonly string[], bytes: Uint8Array): string {
  const raw = contentOf(node, bytes).subarray(1);
  const set = names.filter((_, bit) => ((raw[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
  return set.join(', ') || 'none';
}
