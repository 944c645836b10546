/**
 * DER inside TLS messages, as fields on the same bytes: each value is its tag and length, then its contents. Names
 * come from the shapes of `core/asn1`; a value without a shape is called by its type.
 */
import { DER_LIMITS, isA, readDer, tagName, type DerNode } from '../../asn1/der.ts';
import { oidText } from '../../asn1/oid.ts';
import * as shapes from '../../asn1/shape.ts';
import { UNNAMED, type Shape } from '../../asn1/shape.ts';
import {
  addressText,
  attributeText,
  contentOf,
  integerHex,
  nameText,
  oidValue,
  stringText,
  timeText,
} from '../../asn1/value.ts';
import { Reader } from '../../bytes/reader.ts';
import type { Field } from '../dissection.ts';
import { field, hexValue, listed, type Format } from '../format/format.ts';

const SOURCE = 'RFC 5280 §4.1';
const HEADER_SAYS = 'What kind of value follows, and how many bytes it has.';
const UNNAMED_SAYS = 'A value of ASN.1 that our tables have no name for.';
const BIT_STRING = 3;
const STRINGS = new Set([12, 18, 19, 20, 22, 26, 28, 30]);

interface Walk {
  readonly bytes: Uint8Array;
  readonly buffer: number;
  readonly source: string;
  /** the identifier last seen: it says what a string after it holds */
  oid: string;
  depth: number;
}

/** A format that reads everything as DER of a shape. */
function der(shape: Shape): Format {
  return {
    name: shape.name,
    mayBeEmpty: true,
    read(input, _env, out) {
      const walk = { bytes: input.bytes, buffer: input.buffer, source: shape.source ?? SOURCE, oid: '', depth: 0 };
      const [first, ...rest] = readDer(input);
      if (first) out.push(toField(first, shape, walk));
      for (const node of rest) out.push(strayField(node, walk));
    },
  };
}

export const CERTIFICATE = der(shapes.CERTIFICATE);
export const DISTINGUISHED_NAME = der(shapes.NAME);
export const OBJECT_IDENTIFIER = der({ ...UNNAMED, name: 'oid' });

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
  const fitting = new shapes.Fitting(shape);
  const fields = new Array<Field>(children.length + 1); // as long as it gets: growing arrays take room for 17
  fields[0] = first;
  for (let index = 0; index < children.length; index++) {
    const child = children[index]!;
    fields[index + 1] = toField(child, fitting.next(identifierOf(child)) ?? UNNAMED, walk);
  }
  return fields;
}

const CLASS_BITS = { universal: 0, application: 0x40, context: 0x80, private: 0xc0 } as const;
const identifierOf = (node: DerNode): number => CLASS_BITS[node.tagClass] + node.tag;

function withContents(first: Field, node: DerNode, shape: Shape, walk: Walk): Field[] {
  const { bytes, buffer } = walk;
  if (node.content === node.end) return [first];
  if (isA(node, 6)) walk.oid = oidText(bytes, node.content, node.end) ?? '';
  if (node.tagClass !== 'universal' || node.tag !== BIT_STRING) {
    const held = isA(node, 4) ? heldValue(node, node.content, shape, walk) : null;
    return [first, held ?? contents(node, node.content, walk)];
  }
  const from = node.content + 1;
  const range = { buffer, start: node.content, end: from };
  const unused = String(bytes[node.content]);
  const bits = field('unused bits', unused, range, 'X.690 §8.6', 'Bits at the end that do not count.');
  if (from === node.end) return [first, bits];
  return [first, bits, heldValue(node, from, shape, walk) ?? contents(node, from, walk)];
}

function contents({ end }: DerNode, start: number, { bytes, buffer, source }: Walk): Field {
  return field('contents', hexValue(bytes, start, end), { buffer, start, end }, source, 'The value itself.');
}

/** A value packed inside an OCTET STRING or BIT STRING, where the shape expects one and the bytes are one. */
function heldValue(node: DerNode, from: number, shape: Shape, walk: Walk): Field | null {
  const held = shape.holds?.(walk.oid);
  if (!held || walk.depth >= DER_LIMITS.depth) return null;
  const values = readDer(new Reader(walk.bytes, walk.buffer, from, node.end));
  const [value] = values;
  if (!value || value.problem !== null || values.length > 1) return null;
  walk.depth += 1;
  const inside = toField(value, held, walk);
  walk.depth -= 1;
  return inside;
}

function valueOf(node: DerNode, shape: Shape, { bytes }: Walk, children: readonly Field[]): string {
  if (shape.name === 'AttributeTypeAndValue') return attributeText(node, bytes);
  if (shape.name === 'Certificate') return subjectOf(node, bytes);
  if (NAMES.has(shape.name)) return nameText(node, bytes);
  if (node.isConstructed) return partsText(node, shape, bytes, children);
  if (shape.holds && children.length === 2 + (isA(node, 3) ? 1 : 0)) return children.at(-1)?.value ?? '';
  if (node.tagClass === 'context') return contextText(node, shape, bytes);
  switch (node.tag) {
    case 1:
      return bytes[node.content] ? 'TRUE' : 'FALSE';
    case 2:
    case 10:
      return numberText(node, bytes);
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

function numberText(node: DerNode, bytes: Uint8Array): string {
  if (node.end - node.content > 4) return hexValue(bytes, node.content, node.end);
  return String(Number.parseInt(integerHex(node, bytes), 16));
}

const NAMES = new Set(['issuer', 'subject', 'Name']);

/** What a SEQUENCE is about, in a line: the identifier it starts with, or its parts where they are short. */
function partsText(node: DerNode, shape: Shape, bytes: Uint8Array, children: readonly Field[]): string {
  const [first] = node.children;
  if (isA(first, 6) && !shape.each) return oidValue(first, bytes);
  if (shape.each || !node.children.some(({ isConstructed }) => isConstructed)) return listed(children.slice(1));
  return node.children.length === 1 ? (children[1]?.value ?? '') : `${node.children.length} parts`;
}

function subjectOf(node: DerNode, bytes: Uint8Array): string {
  const [tbs] = node.children;
  const parts = tbs?.children[0]?.tagClass === 'context' ? tbs.children.slice(1) : (tbs?.children ?? []);
  return parts[4] ? nameText(parts[4], bytes) : '';
}

function contextText(node: DerNode, { as }: Shape, bytes: Uint8Array): string {
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
