/** The record layer of a client: bytes in, contents out; contents in, records out. RFC 8446 §5 */
import { concat } from '../../bytes/reader.ts';
import { HASHES } from '../../signature/hash.ts';
import type { Suite } from '../names/suites.ts';
import { recordKeys13 } from '../keys/epochs.ts';
import { updatedSecret } from '../keys/schedule.ts';
import { openRecord, sealTls13, type AeadKeys } from '../record/protection.ts';
import { clearRecord } from './encode.ts';

export interface Content {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Why a record cannot be taken: the alert to send, and words. */
export interface Fault {
  readonly alert: number;
  readonly why: string;
}

const MAX_CONTENT = 2 ** 14;
const MAX_SEALED = MAX_CONTENT + 256;

/** One direction's keys and its count of records. */
class Lane {
  #secret: Uint8Array | null = null;
  #suite: Suite | null = null;
  keys: AeadKeys | null = null;
  sequence = 0;

  use(suite: Suite, secret: Uint8Array): void {
    const keys = recordKeys13(suite, secret);
    this.#secret = secret;
    this.#suite = suite;
    this.keys = keys?.kind === 'tls13' ? keys : null;
    this.sequence = 0;
  }

  update(): void {
    if (this.#suite && this.#secret) this.use(this.#suite, updatedSecret(HASHES[this.#suite.hash], this.#secret));
  }
}

export class Channel {
  readonly incoming = new Lane();
  readonly outgoing = new Lane();
  #waiting: Uint8Array = new Uint8Array();
  #isFirst = true;

  /** Adds bytes from the wire. */
  push(bytes: Uint8Array): void {
    this.#waiting = concat(this.#waiting, bytes);
  }

  /** The next record's content; null until one is complete. */
  next(): Content | Fault | null {
    const header = this.#waiting.subarray(0, 5);
    if (header.length < 5) return null;
    const [type = 0, major = 0, , high = 0, low = 0] = header;
    const length = high * 256 + low;
    if (major !== 3) return { alert: 70, why: 'What came back is not TLS.' };
    if (length > MAX_SEALED) return { alert: 22, why: `A record of ${length} bytes is too long.` };
    if (this.#waiting.length < 5 + length) return null;
    const record = this.#waiting.subarray(0, 5 + length);
    this.#waiting = this.#waiting.subarray(5 + length);
    return type === 23 ? this.#open(record) : { type, bytes: record.subarray(5) };
  }

  #open(record: Uint8Array): Content | Fault {
    const { keys, sequence } = this.incoming;
    if (!keys) return { alert: 10, why: 'Encrypted bytes came before any keys were agreed.' };
    const opened = openRecord(keys, record, sequence);
    if (!opened) return { alert: 20, why: `Record ${sequence} from the server does not match its tag.` };
    if (opened.contentBytes > MAX_CONTENT) return { alert: 22, why: 'The content of a record is too long.' };
    this.incoming.sequence += 1;
    return { type: opened.type, bytes: opened.plaintext.subarray(0, opened.contentBytes) };
  }

  /** Content as records, under the keys in force. */
  seal({ type, bytes }: Content): Uint8Array[] {
    const count = Math.max(Math.ceil(bytes.length / MAX_CONTENT), 1);
    return Array.from({ length: count }, (_, index) => {
      const piece = bytes.subarray(index * MAX_CONTENT, (index + 1) * MAX_CONTENT);
      const { keys } = this.outgoing;
      if (keys) return sealTls13(keys, type, piece, this.outgoing.sequence++);
      const version = this.#isFirst ? 0x0301 : 0x0303; // RFC 8446 §5.1: the first hello may say TLS 1.0
      this.#isFirst = false;
      return clearRecord(type, piece, version);
    });
  }
}
