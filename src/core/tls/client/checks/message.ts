/** A received handshake message with the questions a client has to it. */
import { Reader } from '../../../bytes/reader.ts';
import type { Field } from '../../dissection.ts';
import { isMalformed } from '../../format/format.ts';
import { find, rawOf, uintOf } from '../../format/tree.ts';
import { readMessage } from '../../messages/handshake.ts';

const TLS13 = 0x0304;

/** Vectors whose least length is not zero, by their field: an empty one cannot be decoded. RFC 8446 §6.2 */
const NEVER_EMPTY = new Set([
  'key_exchange', // §4.2.8
  'cookie', // §4.2.2
  'supported_signature_algorithms', // §4.2.3
  'authorities', // §4.2.4
  'DistinguishedName',
  'certificate_extension_oid', // §4.2.5
  'named_group_list', // §4.2.7
  'cert_data', // §4.4.2
  'ticket', // §4.6.1
  'protocol_name_list', // RFC 7301 §3.1
  'ProtocolName',
]);

/** What stands in these is DER and judged elsewhere, if at all. */
const OPAQUE = new Set(['cert_data', 'DistinguishedName', 'certificate_extension_oid']);

export class Received {
  readonly bytes: Uint8Array;
  readonly #field: Field;

  /** @param bytes the whole message with its header */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#field = readMessage(new Reader(bytes), { source: '', message: '', version: TLS13, keyExchange: 'other' });
  }

  get name(): string {
    return this.#field.name;
  }

  /** Whether a length in it is wrong, or something is missing or left over; bodies of extensions do not count here. */
  get isMalformed(): boolean {
    return hasFault(this.#field, true);
  }

  /** A field by the names on the way to it. */
  find(...path: readonly string[]): Field | undefined {
    return find(this.#field, ...path);
  }

  /** Its bytes; none where it is not there. */
  raw(...path: readonly string[]): Uint8Array {
    const found = this.find(...path);
    return found ? this.rawOf(found) : new Uint8Array();
  }

  rawOf(field: Field): Uint8Array {
    return rawOf(field, [this.bytes]);
  }

  number(...path: readonly string[]): number | null {
    return uintOf(this.find(...path), [this.bytes]);
  }

  /** Code points of a list of two-byte numbers, such as signature schemes. */
  codes(...path: readonly string[]): number[] {
    return itemsOf(this.find(...path)).map((item) => uintOf(item, [this.bytes]) ?? 0);
  }

  /** The extensions in a list, in their order. */
  extensions(list: Field | undefined = this.find('extensions')): { readonly type: number; readonly field: Field }[] {
    return itemsOf(list).map((field) => ({ type: uintOf(find(field, 'extension_type'), [this.bytes]) ?? -1, field }));
  }
}

/** What a vector holds; its first child is its length. */
export const itemsOf = (vector: Field | undefined): readonly Field[] => vector?.children.slice(1) ?? [];

/** Whether the body of an extension breaks its format. */
export const isBodyMalformed = ({ children }: Field): boolean =>
  children.slice(2).some((child) => hasFault(child, false));

function hasFault(field: Field, skipsBodies: boolean): boolean {
  const { name, problem, children } = field;
  if (problem && isMalformed(problem)) return true;
  const [first] = children;
  if (NEVER_EMPTY.has(name) && first?.name === 'length' && children.length === 1) return true;
  if (OPAQUE.has(name)) return false;
  const isBody = skipsBodies && first?.name === 'extension_type';
  return (isBody ? children.slice(0, 2) : children).some((child) => hasFault(child, skipsBodies));
}
