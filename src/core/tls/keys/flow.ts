/**
 * The keys of one direction, and which of them a record was protected with. The wire does not say: keys change with
 * Finished, KeyUpdate and ChangeCipherSpec, and a key log may have gaps. So a record is tried under the keys in force,
 * then under those that may follow; only a right tag decides. Nothing is ever read on a guess.
 */
import type { Protection } from '../dissection.ts';
import type { Opened } from '../record/opened.ts';
import type { Primitives } from '../../primitives/primitives.ts';
import { openRecord, type RecordKeys } from '../record/protection.ts';

/** Keys from one point of the conversation on. */
export interface Epoch {
  readonly protection: Protection;
  /** null: not known, `missing` says why */
  readonly keys: RecordKeys | null;
  readonly missing: string;
  /** further keys to try where the suite is not certain (early data) */
  readonly alternatives?: readonly RecordKeys[];
  /** keys after a KeyUpdate; computed when asked for */
  readonly next?: () => Epoch;
}

export type Opening =
  | {
      readonly kind: 'opened';
      readonly epoch: Epoch;
      readonly keys: RecordKeys;
      /** the record's number under these keys */
      readonly sequence: number;
      readonly opened: Opened;
    }
  | { readonly kind: 'sealed'; readonly epoch: Epoch; readonly keys: RecordKeys | null; readonly why: string };

/** How far around the expected number a record is looked for when it does not open, to tell loss from damage. */
const NEARBY = [1, 2, 3, -1, -2];

export class Flow {
  #epochs: Epoch[] = [];
  #current = 0;
  #sequence = 0;
  readonly #primitives: Primitives;

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
  }

  /** Replaces what is known; the first epoch is in force. */
  start(epochs: readonly Epoch[]): void {
    this.#epochs = [...epochs];
    this.#current = 0;
    this.#sequence = 0;
  }

  /** Epochs that may follow those known. */
  append(epochs: readonly Epoch[]): void {
    this.#epochs.push(...epochs);
  }

  get epoch(): Epoch | undefined {
    return this.#epochs[this.#current];
  }

  /** Goes on to the first later epoch with this protection. */
  advanceTo(protection: Protection): void {
    const found = this.#epochs.findIndex((epoch, index) => index > this.#current && epoch.protection === protection);
    if (found >= 0) this.#enter(found);
  }

  /** Goes on to the keys after a KeyUpdate. */
  update(): void {
    const next = this.epoch?.next?.();
    if (!next) return;
    this.#epochs.splice(this.#current + 1, 0, next);
    this.#enter(this.#current + 1);
  }

  #enter(index: number): void {
    this.#current = index;
    this.#sequence = 0;
  }

  /** Opens a record, or says why it stays sealed. Counts it either way, as its sender did. */
  open(record: Uint8Array): Opening {
    const { epoch } = this;
    if (!epoch) return { kind: 'sealed', epoch: NOTHING, keys: null, why: NOTHING.missing };
    for (let index = this.#current; index < this.#epochs.length; index++) {
      const candidate = this.#epochs[index];
      if (!candidate) continue;
      const sequence = index === this.#current ? this.#sequence : 0;
      for (const keys of [candidate.keys, ...(candidate.alternatives ?? [])]) {
        const opened = keys && openRecord(keys, record, sequence, this.#primitives);
        if (!keys || !opened) continue;
        if (index !== this.#current) this.#enter(index);
        this.#count(keys, record);
        return { kind: 'opened', epoch: candidate, keys, sequence, opened };
      }
    }
    const why = epoch.keys ? this.#whyNot(epoch.keys, record) : epoch.missing;
    this.#count(epoch.keys, record);
    return { kind: 'sealed', epoch, keys: epoch.keys, why };
  }

  /** After one record; in TLS 1.0 its last block is the next one's IV. */
  #count(keys: RecordKeys | null, record: Uint8Array): void {
    this.#sequence += 1;
    const { epoch } = this;
    if (!epoch || keys?.kind !== 'cbc' || !keys.chainedIv) return;
    const end = keys.isEncryptThenMac ? record.length - 20 : record.length;
    const chainedIv = record.subarray(Math.max(end - 16, 0), end);
    this.#epochs[this.#current] = { ...epoch, keys: { ...keys, chainedIv } };
  }

  #whyNot(keys: RecordKeys, record: Uint8Array): string {
    for (const distance of NEARBY) {
      const sequence = this.#sequence + distance;
      if (sequence < 0 || !openRecord(keys, record, sequence, this.#primitives)) continue;
      return distance > 0
        ? `It is record ${sequence} under these keys, but number ${this.#sequence} is due: one before it is missing.`
        : `It is record ${sequence} under these keys, but number ${this.#sequence} is due: it came twice or too late.`;
    }
    return `Record ${this.#sequence} under these keys does not match its tag: a byte or the key differs.`;
  }
}

const NOTHING: Epoch = {
  protection: 'application',
  keys: null,
  missing: 'The beginning of the connection is missing.',
};
