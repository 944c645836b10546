/**
 * A client of the order desk written from the wire format alone, with Node's own AES and none of the product's code:
 * what both agree on is what the format says.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';

export type Message = Readonly<Record<string, unknown>>;

/** What a client may do differently from the rules, for tests of refusals. */
export interface Slip {
  readonly n?: number;
  readonly nonce?: string;
  readonly from?: 'c' | 's';
  readonly tagBytes?: number;
  readonly mode?: 'gcm' | 'cbc' | 'ecb';
}

export class ForeignClient {
  readonly #stream: Duplex;
  #key: Buffer;
  readonly #lines: AsyncIterator<string>;
  #nonce = '';
  #sent = 0;
  #received = 0;

  constructor(stream: Duplex, passphrase = '1234567890123456') {
    this.#stream = stream;
    this.#key = Buffer.from(passphrase, 'utf8');
    this.#lines = linesOf(stream);
  }

  /** From here on as one who has learned another passphrase. */
  changePassphrase(passphrase: string): void {
    this.#key = Buffer.from(passphrase, 'utf8');
  }

  /** The greeting, which must be the first line. */
  async greeting(): Promise<Message> {
    const hello = await this.line();
    if (hello === null) throw new Error('the desk closed without a greeting');
    this.#nonce = String(hello['nonce']);
    return hello;
  }

  /** The next line as it stands on the wire; null when the desk has closed. */
  async line(): Promise<Message | null> {
    const next = await this.#lines.next();
    return next.done === true ? null : (JSON.parse(next.value) as Message);
  }

  /** The next line, opened. A refusal in clear is returned as it is. */
  async answer(): Promise<Message | null> {
    const line = await this.line();
    return line === null || line['type'] === 'error' ? line : this.opened(line);
  }

  /** What the desk says without being asked; null when it has closed. */
  said(): Promise<Message | null> {
    return this.answer();
  }

  /** Asks and waits for the answer. */
  ask(request: Message, slip: Slip = {}): Promise<Message | null> {
    this.send(this.sealed(request, slip));
    return this.answer();
  }

  send(line: Message | string | Uint8Array): void {
    if (line instanceof Uint8Array) this.#stream.write(line);
    else this.#stream.write((typeof line === 'string' ? line : JSON.stringify(line)) + '\n');
  }

  /** An envelope around a request, or around bytes that are none. */
  sealed(request: Message | Uint8Array, slip: Slip = {}): Message {
    const n = slip.n ?? this.#sent++;
    const plain = request instanceof Uint8Array ? request : Buffer.from(JSON.stringify(request), 'utf8');
    const mode = slip.mode ?? 'gcm';
    if (mode !== 'gcm') {
      const iv = mode === 'cbc' ? randomBytes(16) : null;
      const aes = createCipheriv(`aes-128-${mode}`, this.#key, iv);
      const ct = Buffer.concat([aes.update(plain), aes.final()]).toString('base64');
      return { n, mode, ...(iv === null ? {} : { iv: iv.toString('base64') }), ct };
    }
    const iv = randomBytes(12);
    const aes = createCipheriv('aes-128-gcm', this.#key, iv, { authTagLength: slip.tagBytes ?? 16 });
    aes.setAAD(Buffer.from(`${slip.nonce ?? this.#nonce}|${slip.from ?? 'c'}|${n}`, 'ascii'));
    const ct = Buffer.concat([aes.update(plain), aes.final()]).toString('base64');
    return { n, mode, iv: iv.toString('base64'), ct, tag: aes.getAuthTag().toString('base64') };
  }

  /** Opens an envelope of the desk; throws when its count, its tag or its shape is wrong. */
  opened(envelope: Message): Message {
    const part = (name: string) => Buffer.from(String(envelope[name]), 'base64');
    const n = this.#received++;
    if (envelope['n'] !== n) throw new Error(`the desk sent line ${String(envelope['n'])} as line ${n}`);
    const mode = String(envelope['mode']);
    if (mode !== 'gcm') {
      const aes = createDecipheriv(`aes-128-${mode}`, this.#key, mode === 'cbc' ? part('iv') : null);
      return JSON.parse(Buffer.concat([aes.update(part('ct')), aes.final()]).toString('utf8')) as Message;
    }
    const aes = createDecipheriv('aes-128-gcm', this.#key, part('iv'), { authTagLength: 16 });
    aes.setAAD(Buffer.from(`${this.#nonce}|s|${n}`, 'ascii'));
    aes.setAuthTag(part('tag'));
    return JSON.parse(Buffer.concat([aes.update(part('ct')), aes.final()]).toString('utf8')) as Message;
  }

  close(): void {
    this.#stream.destroy();
  }
}

async function* linesOf(stream: Duplex): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of stream) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        yield rest.subarray(0, at).toString('utf8');
        rest = rest.subarray(at + 1);
      }
    }
  } catch (error) {
    // A reset is one way to be refused; to these tests it is an end like any other.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
