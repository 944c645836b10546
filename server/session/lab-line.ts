/** A line to the desk of a lab: no TLS, no certificate, and what comes in may have been changed on its way. */
import { duplexPair, type Duplex } from 'node:stream';
import type * as v from 'valibot';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import type { Answer, LabOpen, LabSay } from '../../src/core/bridge/messages.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { shownUtf8 } from '../../src/core/bytes/utf8.ts';
import type { AcceptedClient } from '../relay/relay.ts';
import { failed } from './answers.ts';
import type { SessionDesk } from './session.ts';

/** Nobody showed a certificate: without TLS there is none to show. */
const NOBODY: AcceptedClient = { subject: '', serial: '0', sha256: '0'.repeat(64) };

export class LabLine {
  readonly #openDesk: () => SessionDesk;
  #desk: SessionDesk | null = null;
  #stream: Duplex | null = null;
  #lines: AsyncGenerator<string> | null = null;

  constructor(openDesk: () => SessionDesk) {
    this.#openDesk = openDesk;
  }

  open({ id, isNew }: v.InferOutput<typeof LabOpen>): Promise<Answer> {
    if (isNew) this.close();
    this.#desk ??= this.#openDesk();
    this.#stream?.destroy();
    const [ours, theirs] = duplexPair();
    ours.on('error', () => ours.destroy());
    this.#stream = ours;
    this.#lines = linesOf(ours);
    this.#desk.serve(theirs, NOBODY);
    return this.#heard(id);
  }

  async say({ id, line }: v.InferOutput<typeof LabSay>): Promise<Answer> {
    if (line.includes('\n')) return failed({ id }, 'bad-message', 'A line holds no line break.');
    if (!this.#stream?.writable) return failed({ id }, 'run-over', 'No line to the desk of the lab is open.');
    this.#stream.write(`${line}\n`);
    return this.#heard(id);
  }

  /** Ends the line and the desk with its books. May run twice. */
  close(): void {
    this.#stream?.destroy();
    this.#desk?.close();
    [this.#stream, this.#lines, this.#desk] = [null, null, null];
  }

  async #heard(id: number): Promise<Answer> {
    const next = await this.#lines?.next();
    return { type: 'lab-heard', re: id, line: next === undefined || next.done === true ? null : next.value };
  }
}

async function* linesOf(stream: Duplex): AsyncGenerator<string> {
  const cutter = new LineCutter(LIMITS.lineBytes);
  try {
    for await (const chunk of stream) {
      const lines = cutter.push(chunk as Uint8Array);
      if (lines === 'too-large') return;
      for (const line of lines) yield shownUtf8(line);
    }
  } catch {
    return; // destroyed while it was read: an end like any other
  }
}
