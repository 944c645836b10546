/** The record layer of a client: bytes in, contents out; contents in, records out. RFC 8446 §5 */
import { ByteQueue } from '../../../bytes/queue.ts';
import { Reader } from '../../../bytes/reader.ts';
import { HASHES } from '../../../primitives/hash.ts';
import { recordKeys13 } from '../../keys/epochs.ts';
import { updatedSecret } from '../../keys/schedule.ts';
import type { Suite } from '../../names/suites.ts';
import { RECORD_HEADER_BYTES as HEADER_BYTES } from '../../record/framing.ts';
import { openInner13, sealTls13, type AeadKeys } from '../../record/protection.ts';
import { refuse } from '../refusal.ts';
import { clearRecord } from './encode.ts';

/** Content types, RFC 8446 §5.1. */
export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;

export interface Content {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Bytes of content in a record, of all that is sealed into one, and of what sealing makes of it. RFC 8446 §5.1, §5.2 */
const MAX = { content: 2 ** 14, inner: 2 ** 14 + 1, sealed: 2 ** 14 + 256 } as const;

/** One direction: its keys, and how many records they have protected. */
class Lane {
  #secret: { readonly suite: Suite; readonly bytes: Uint8Array } | null = null;
  keys: AeadKeys | null = null;
  sequence = 0;

  /** New keys, counted from 0. */
  use(suite: Suite, secret: Uint8Array): void {
    const keys = recordKeys13(suite, secret);
    if (keys?.kind !== 'tls13') throw new Error(`${suite.name} is not a suite of TLS 1.3.`);
    this.#secret = { suite, bytes: secret };
    this.keys = keys;
    this.sequence = 0;
  }

  /** The keys after a KeyUpdate, RFC 8446 §7.2. */
  update(): void {
    if (!this.#secret) throw new Error('There are no keys to update.');
    const { suite, bytes } = this.#secret;
    this.use(suite, updatedSecret(HASHES[suite.hash], bytes));
  }
}

export class Channel {
  readonly incoming = new Lane();
  readonly outgoing = new Lane();
  readonly #waiting = new ByteQueue();
  /** as long as fewer bytes wait, there is nothing new to see */
  #needed = 1;
  #isFirst = true;

  /** Adds bytes from the wire. */
  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
  }

  /** The next record's content; null until one is complete. Refuses what is no record here. */
  next(): Content | null {
    if (this.#waiting.length < this.#needed) return null;
    const header = new Reader(this.#waiting.peek(HEADER_BYTES));
    const type = header.peek(1);
    if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA)
      refuse(10, `This is not TLS: no record begins with byte ${type}.`);
    if (header.left < HEADER_BYTES) return this.#waitFor(HEADER_BYTES);
    const length = header.peek(2, 3); // the version before it is ignored, RFC 8446 §5.1
    if (length > (type === APPLICATION_DATA ? MAX.sealed : MAX.content)) {
      refuse(22, `A record of ${length} bytes is too long.`);
    }
    if (this.#waiting.length < HEADER_BYTES + length) return this.#waitFor(HEADER_BYTES + length);
    const record = this.#waiting.take(HEADER_BYTES + length);
    this.#needed = 1;
    if (type === APPLICATION_DATA) return this.#open(record);
    // Only ChangeCipherSpec still comes in clear once there are keys: RFC 8446 §5.
    if (this.incoming.keys && type !== CHANGE_CIPHER_SPEC) refuse(10, 'A record in clear came after keys were agreed.');
    return { type, bytes: record.subarray(HEADER_BYTES) };
  }

  #waitFor(bytes: number): null {
    this.#needed = bytes;
    return null;
  }

  #open(record: Uint8Array): Content {
    const { keys, sequence } = this.incoming;
    if (!keys) return refuse(10, 'Encrypted bytes came before any keys were agreed.');
    const inner = openInner13(keys, record, sequence);
    if (!inner) return refuse(20, `Record ${sequence} from the server does not match its tag.`);
    if (inner.length > MAX.inner) refuse(22, 'The content of a record is too long.');
    const typeAt = inner.findLastIndex((byte) => byte !== 0);
    if (typeAt < 0) refuse(10, 'A record holds nothing but padding.');
    const type = new Reader(inner, 0, typeAt).peek(1);
    if (type <= CHANGE_CIPHER_SPEC || type > APPLICATION_DATA) refuse(10, `Sealed content cannot be of type ${type}.`);
    this.incoming.sequence += 1;
    return { type, bytes: inner.subarray(0, typeAt) };
  }

  /** Content in the pieces that fit into records; at least one, and it may be empty. */
  static *pieces(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at === 0 || at < bytes.length; at += MAX.content) yield bytes.subarray(at, at + MAX.content);
  }

  /** One piece of content as a record, under the keys in force. */
  seal({ type, bytes }: Content): Uint8Array {
    const { keys } = this.outgoing;
    if (keys) return sealTls13(keys, type, bytes, this.outgoing.sequence++);
    const version = this.#isFirst ? 0x0301 : 0x0303; // RFC 8446 §5.1: the first hello may say TLS 1.0
    this.#isFirst = false;
    return clearRecord(type, bytes, version);
  }
}
