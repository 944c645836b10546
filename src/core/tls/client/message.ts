/** A received handshake message with the questions a client has to it. */
import { Reader } from '../../bytes/reader.ts';
import type { Field } from '../dissection.ts';
import { isMalformed } from '../format/format.ts';
import { find, rawOf, uintOf } from '../format/tree.ts';
import { readMessage } from '../messages/handshake.ts';

const TLS13 = 0x0304;

/** Length of the 4-byte header and what it announces; null until the header is there. */
export function messageLength(bytes: Uint8Array): number | null {
  return bytes.length < 4 ? null : 4 + new Reader(bytes).peek(3, 1);
}

export class Received {
  readonly bytes: Uint8Array;
  readonly field: Field;

  /** @param bytes the whole message with its header */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.field = readMessage(new Reader(bytes), { source: '', message: '', version: TLS13, keyExchange: 'other' });
  }

  get name(): string {
    return this.field.name;
  }

  /** Whether a length in it is wrong, or something is missing or left over. Certificates are judged elsewhere. */
  get isMalformed(): boolean {
    return hasFault(this.field);
  }

  raw(...path: readonly string[]): Uint8Array {
    const found = find(this.field, ...path);
    return found ? rawOf(found, [this.bytes]) : new Uint8Array();
  }

  number(...path: readonly string[]): number | null {
    return uintOf(find(this.field, ...path), [this.bytes]);
  }

  /** The extensions by type number; null where one stands there twice (RFC 8446 §4.2). */
  extensions(list: Field | undefined = find(this.field, 'extensions')): Map<number, Field> | null {
    const byType = new Map<number, Field>();
    for (const extension of list?.children.slice(1) ?? []) {
      const type = uintOf(find(extension, 'extension_type'), [this.bytes]);
      if (type === null) continue;
      if (byType.has(type)) return null;
      byType.set(type, extension);
    }
    return byType;
  }

  /** The certificates of a Certificate message (DER), and the extensions beside each. */
  entries(): { readonly der: Uint8Array; readonly extensions: Map<number, Field> | null }[] {
    const list = find(this.field, 'certificate_list')?.children.slice(1) ?? [];
    return list.map((entry) => {
      const data = find(entry, 'cert_data');
      const der = data ? rawOf(data, [this.bytes]).subarray(3) : new Uint8Array();
      return { der, extensions: this.extensions(find(entry, 'extensions')) };
    });
  }

  /** Code points of a list of two-byte numbers, such as signature schemes. */
  codes(list: Field | undefined): number[] {
    return (list?.children.slice(1) ?? []).map((item) => uintOf(item, [this.bytes]) ?? 0);
  }
}

function hasFault({ name, problem, children }: Field): boolean {
  if (problem && isMalformed(problem)) return true;
  return name !== 'cert_data' && children.some(hasFault);
}
