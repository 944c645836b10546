import { concat } from '../../bytes/reader.ts';
import { HASHES } from '../../primitives/hash.ts';
import type { KeyLogLabel } from '../keys/keylog.ts';
import { Transcript } from '../keys/transcript.ts';
import type { Suite } from '../names/suites.ts';
import type { Chance, ClientOptions, ClientOutput, Misdeed } from './options.ts';
import { refuse } from './refusal.ts';
import { keyLogLine, type SecretLog } from './secrets.ts';
import { ALERT, Channel, CHANGE_CIPHER_SPEC, HANDSHAKE } from './wire/channel.ts';
import { u8 } from './wire/encode.ts';
import { Inbox } from './wire/inbox.ts';

/** What all phases of a client work with: its options, the wire, the transcript, and what is put out. */
export class Connection {
  readonly options: ClientOptions;
  readonly chance: Chance;
  readonly channel = new Channel();
  readonly inbox = new Inbox();
  readonly transcript = new Transcript();
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  #out: ClientOutput[] = [];

  constructor(options: ClientOptions, chance: Chance) {
    this.options = options;
    this.chance = chance;
    this.random = chance.random(32);
    this.sessionId = chance.random(32);
  }

  put(output: ClientOutput): void {
    this.#out.push(output);
  }

  /** All that was put out since the last call. */
  taken(): ClientOutput[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  does(misdeed: Misdeed): boolean {
    return this.options.misdeeds.includes(misdeed);
  }

  /** Content in as many records as it needs. */
  send(type: number, bytes: Uint8Array): void {
    for (const piece of Channel.pieces(bytes)) {
      this.put({ kind: 'record', bytes: this.channel.seal({ type, bytes: piece }) });
    }
  }

  /** A handshake message of this side, which counts in the transcript. */
  say(message: Uint8Array): void {
    this.transcript.add(message);
    this.send(HANDSHAKE, message);
  }

  /** @param level 1 for closure, 2 for errors: RFC 8446 §6 */
  alert(level: 1 | 2, code: number): void {
    this.send(ALERT, concat(u8(level), u8(code)));
  }

  /** RFC 8446 §D.4: looks like TLS 1.2 to equipment on the way. */
  pretendChangeCipherSpec(): void {
    this.send(CHANGE_CIPHER_SPEC, u8(1));
  }

  /** Hash over the handshake messages so far. */
  digest(suite: Suite): Uint8Array {
    return this.transcript.digest(HASHES[suite.hash]);
  }

  /** Keys change only between records: RFC 8446 §5.1. */
  demandBoundary(): void {
    if (!this.inbox.isEmpty) refuse(10, 'A message was put behind one that changes the keys.');
  }

  readonly log: SecretLog = (label: KeyLogLabel, secret: Uint8Array) => {
    this.put({ kind: 'key-log', line: keyLogLine(label, this.random, secret) });
  };
}
