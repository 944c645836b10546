/**
 * Any file of a PKI, opened: certificates, requests, revocation lists, keys in every form, PKCS#12; PEM or DER. What
 * comes out is the tree of its ASN.1, every byte in exactly one leaf, each field with its name and a sentence.
 */
import { withDefiniteLengths } from '../../asn1/ber.ts';
import { readDer, type DerNode } from '../../asn1/der.ts';
import { fieldsOfNodes } from '../../asn1/fields.ts';
import { field, hexValue, type Field } from '../../bytes/field.ts';
import { fromPem } from '../../bytes/pem.ts';
import { Reader } from '../../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { fromUtf8 } from '../../bytes/utf8.ts';
import { kindOf, KINDS, labelledKind, type Kind } from './kinds.ts';

export type { Kind };

/** One opened value. Its fields count in `buffers[0]`, as those of a dissection count in its buffers. */
export interface Anatomy {
  readonly kind: Kind;
  /** the PEM label that it stood under; null for plain DER */
  readonly label: string | null;
  readonly buffers: readonly [Uint8Array];
  /** a PKCS#12 file that was written in BER, as RFC 7292 allows, stands here in DER */
  readonly isRewritten: boolean;
  readonly root: Field;
  /** a sentence where something is wrong with it or was not decoded; null where all could be read */
  readonly problem: string | null;
}

export type AnatomyError = Refusal<'empty' | 'tooLarge' | 'tooMany' | 'badPem'>;

/** Larger files and longer lists of blocks than people look into; both bound time and memory. */
const BYTES = 4 * 1024 * 1024;
const BLOCKS = 100;
/** A list of some 50,000 revoked certificates. */
const NODES = 400_000;

/**
 * Opens a file.
 *
 * @param input its bytes (PEM text or DER) or its text
 * @returns one anatomy a PEM block, in order; one for DER. Damaged DER is opened as far as it goes, and its `problem`
 *   says why not further. Refused are `empty`, `tooLarge`, `tooMany` blocks, and `badPem`: text that is no PEM, or cut
 */
export function anatomyOf(input: string | Uint8Array): Result<readonly Anatomy[], AnatomyError> {
  if (input.length === 0) return refused('empty', 'There is nothing in this file.');
  if (input.length > BYTES) return refused('tooLarge', `This file is larger than ${BYTES / 1024 / 1024} MB.`);
  const text = typeof input === 'string' ? input : textOf(input);
  if (text === null) return done([opened(input as Uint8Array, null, null)]);
  const blocks = fromPem(text);
  if (!blocks.ok) return refused('badPem', blocks.error.why);
  if (blocks.value.length > BLOCKS) return refused('tooMany', `This file has more than ${BLOCKS} PEM blocks.`);
  return done(blocks.value.map((block) => opened(block.der, block.label, labelledKind(block))));
}

/** The text of a file that may be PEM; null for DER, which begins with the tag of its outermost value. */
function textOf(bytes: Uint8Array): string | null {
  if (new Reader(bytes).peek(1) === SEQUENCE && !isText(bytes)) return null;
  const text = fromUtf8(bytes);
  return text.ok && (text.value.includes('-----BEGIN ') || isText(bytes)) ? text.value : null;
}

const SEQUENCE = 0x30;
/** Without control characters but those of lines: DER has some within its first bytes. */
const isText = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 64).every((byte) => (byte >= 0x20 && byte !== 0x7f) || (byte >= 0x09 && byte <= 0x0d));

function opened(bytes: Uint8Array, label: string | null, labelled: Kind | null): Anatomy {
  if (labelled === 'not decoded') return sealed(bytes, label);
  const der = inDer(bytes);
  const nodes = readDer(new Reader(der), NODES);
  const [first, ...rest] = nodes;
  const told = first && first.problem === null ? kindOf(first) : 'other DER';
  // Damage hides what a thing is; then its label is believed.
  const kind = told === 'other DER' ? (labelled ?? told) : told;
  const shape = { ...KINDS[kind], ...(kind === 'other DER' ? { name: 'value' } : {}) };
  const fields = fieldsOfNodes(nodes, der, shape);
  const [root] = fields;
  const whole = fields.length === 1 && root ? root : together(der, fields);
  const problem = wrong(first, rest.length > 0, labelled, kind);
  return { kind, label, buffers: [der], isRewritten: der !== bytes, root: whole, problem };
}

/** Everything else is DER by its own rules, and what is not is shown as it stands. */
function inDer(bytes: Uint8Array): Uint8Array {
  const der = withDefiniteLengths(bytes);
  if (der === bytes) return bytes;
  const [first] = readDer(new Reader(der), NODES);
  return first && kindOf(first) === 'PKCS#12 file' ? der : bytes;
}

/** What stands after the value, or instead of one, keeps its bytes beside it. */
function together(der: Uint8Array, fields: readonly Field[]): Field {
  const range = { buffer: 0, start: 0, end: der.length };
  return field('file', `${der.length} bytes`, range, '', 'All bytes of the file.', '', fields);
}

function sealed(der: Uint8Array, label: string | null): Anatomy {
  const why = 'Encrypted under a passphrase in the old way of OpenSSL: nothing of it can be read without.';
  const range = { buffer: 0, start: 0, end: der.length };
  const root = field('ciphertext', hexValue(der), range, 'RFC 1421 §4.6', 'An encrypted private key.', why);
  return { kind: 'not decoded', label, buffers: [der], isRewritten: false, root, problem: why };
}

function wrong(first: DerNode | undefined, hasMore: boolean, labelled: Kind | null, kind: Kind): string | null {
  if (first === undefined) return 'There are no bytes in it.';
  const inside = firstProblem(first);
  if (inside !== null) return `At byte ${inside.start}: ${inside.problem}`;
  if (hasMore) return `More bytes follow after its end, from byte ${first.end} on.`;
  return labelled !== null && labelled !== kind
    ? `Its label says that it is a ${labelled}, and it is a ${kind}.`
    : null;
}

function firstProblem(root: DerNode): DerNode | null {
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.problem !== null) return node;
    for (let at = node.children.length; at > 0; at--) open.push(node.children[at - 1]!);
  }
  return null;
}
