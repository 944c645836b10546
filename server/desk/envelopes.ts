/** The envelopes of one connection: opened with whichever passphrase its client has, and sealed with the same. */
import { type Direction, IV_BYTES, type Mode, Opener, Sealer } from '../../src/core/aes/envelope.ts';
import type { Refusal, Result } from '../../src/core/bytes/result.ts';
import { lineBytes, parseLine } from '../../src/core/desk/line.ts';

import { NODE_GCM } from './node-gcm.ts';

export interface EnvelopeOptions {
  /** AES-128 keys of 16 bytes; while a passphrase changes there are two, the new one first */
  readonly keys: readonly [Uint8Array, ...Uint8Array[]];
  readonly modes: readonly Mode[];
  /** the greeting's, as it spells it */
  readonly nonce: string;
  readonly random: (bytes: number) => Uint8Array;
}

export class Envelopes {
  readonly #options: EnvelopeOptions;
  #opener: Opener | null = null;
  #sealer: Sealer | null = null;
  #key: Uint8Array;
  #mode: Mode = 'gcm';

  constructor(options: EnvelopeOptions) {
    this.#options = options;
    this.#key = options.keys[0];
  }

  /** What a line says; else why it cannot be opened. After one refusal everything is refused. */
  open(line: Uint8Array): Result<Uint8Array> {
    const envelope = parseLine(line);
    if (!envelope.ok) return envelope;
    const opened = this.#opener === null ? this.#first(envelope.value) : this.#opener.open(envelope.value);
    const { mode } = envelope.value;
    if (opened.ok) this.#mode = this.#options.modes.find((known) => known === mode) ?? this.#mode;
    return opened;
  }

  /** A message in an envelope, in the mode of the last line that was opened. */
  seal(message: object): object {
    this.#sealer ??= new Sealer(this.#direction(this.#key, 'server'), 0, NODE_GCM);
    return this.#sealer.seal(lineBytes(message), this.#options.random(IV_BYTES[this.#mode]), this.#mode);
  }

  /** The first line tells which passphrase the client has. */
  #first(envelope: Readonly<Record<string, unknown>>): Result<Uint8Array> {
    let refusal: Result<Uint8Array, Refusal> | null = null;
    for (const key of this.#options.keys) {
      const opener = new Opener(this.#direction(key, 'client'), this.#options.modes, NODE_GCM);
      const opened = opener.open(envelope);
      // Without a tag a wrong key may open by chance, but hardly to an object in JSON.
      const isRight = opened.ok && (envelope['mode'] === 'gcm' || parseLine(opened.value).ok);
      refusal ??= opened;
      if (!isRight) continue;
      this.#opener = opener;
      this.#key = key;
      return opened;
    }
    return refusal ?? { ok: false, error: { kind: 'decrypt', why: 'This desk has no passphrase.' } };
  }

  #direction(key: Uint8Array, from: Direction['from']): Direction {
    return { key, nonce: this.#options.nonce, from };
  }
}
