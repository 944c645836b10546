/** The client on a socket to a real server. */
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { onTestFinished } from 'vitest';
import { TlsClient } from '../../src/core/tls/client/client.ts';
import type { ClientInput, ClientOptions, ClientOutput, Ticket } from '../../src/core/tls/client/options.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import type { Chunk, Dissection } from '../../src/core/tls/dissection.ts';
import { signAs, type Identity } from './identities.ts';

export interface Settings {
  readonly port: number;
  readonly options?: Partial<ClientOptions>;
  /** the client's certificate, and the schemes its key signs with */
  readonly as?: { readonly identity: Identity; readonly schemes: readonly number[] };
  /** whose key signs instead */
  readonly signer?: Identity;
  readonly refusal?: { readonly alert: number; readonly why: string };
  /** gives the client the server's bytes in pieces of this length */
  readonly pieceBytes?: number;
}

type End = Extract<ClientOutput, { readonly kind: 'refused' | 'told' }>;

class Line {
  readonly client: TlsClient;
  readonly outputs: ClientOutput[] = [];
  readonly chunks: Chunk[] = [];
  readonly #settings: Settings;
  readonly #socket: net.Socket;
  #isCut = false;
  #watchers: (() => void)[] = [];

  /** Connects and says hello. */
  constructor(settings: Settings) {
    const { as, options = {}, port } = settings;
    this.#settings = settings;
    const identity = as ? { chain: [as.identity.der], schemes: as.schemes } : null;
    this.client = new TlsClient(
      { serverName: 'desk.test', identity, ...options },
      { random: (count) => Uint8Array.from(randomBytes(count)), now: () => Date.now() },
    );
    this.#socket = net.connect(port, '127.0.0.1');
    this.#socket.on('connect', () => this.feed({ kind: 'start' }));
    this.#socket.on('data', (bytes) => this.#take(Uint8Array.from(bytes)));
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('end', () => this.#socket.end());
    this.#socket.on('close', () => {
      this.#isCut = true;
      this.#changed();
    });
  }

  #take(bytes: Uint8Array): void {
    this.chunks.push({ from: 'server', at: this.chunks.length, bytes });
    const { pieceBytes = Infinity } = this.#settings;
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      this.feed({ kind: 'bytes', bytes: bytes.subarray(at, at + pieceBytes) });
    }
  }

  /** Gives the client an input; its records go on the wire, its questions are answered. */
  feed(input: ClientInput): this {
    // One write for all that comes of it: a server that hangs up in between would make the next one fail, and with it
    // would go what it has said.
    this.#socket.cork();
    for (const output of this.client.handle(input)) {
      this.outputs.push(output);
      if (output.kind === 'record') {
        this.chunks.push({ from: 'client', at: this.chunks.length, bytes: output.bytes });
        this.#socket.write(output.bytes);
      } else if (output.kind === 'judge') this.feed({ kind: 'verdict', refusal: this.#settings.refusal ?? null });
      else if (output.kind === 'sign') {
        const signer = this.#settings.signer ?? this.#settings.as?.identity;
        if (signer) this.feed({ kind: 'signature', signature: signAs(output.scheme, signer.key, output.content) });
      } else if (output.kind === 'refused' || (output.kind === 'told' && output.alert > 0)) this.#socket.end();
    }
    this.#socket.uncork();
    this.#changed();
    return this;
  }

  send(text: string): this {
    return this.feed({ kind: 'send', bytes: Uint8Array.from(Buffer.from(text)) });
  }

  /** close_notify, and the end of the socket's own half. */
  close(): this {
    this.feed({ kind: 'close' });
    this.#socket.end();
    return this;
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  /** Waits until something holds; says what there was if the wire is cut before. */
  async until(holds: (line: this) => boolean): Promise<this> {
    while (!holds(this)) {
      if (this.#isCut)
        throw new Error(`The wire was cut after ${this.kinds.join(', ')}; said: ${this.said.slice(-200)}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
    return this;
  }

  connected(): Promise<this> {
    return this.until(({ kinds }) => kinds.includes('connected'));
  }

  /** Waits until the server has said this. */
  hears(text: string): Promise<this> {
    return this.until(({ said }) => said.includes(text));
  }

  /** Waits for the alert that ends the connection, from either side. */
  async alert(): Promise<End> {
    await this.until(({ end }) => end !== undefined);
    return this.end!;
  }

  async ticket(): Promise<Ticket> {
    await this.until(({ kinds }) => kinds.includes('ticket'));
    return this.outputs.flatMap((output) => (output.kind === 'ticket' ? [output.ticket] : [])).at(-1)!;
  }

  /** Waits until the socket is gone. */
  async gone(): Promise<this> {
    while (!this.#isCut) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  get kinds(): ClientOutput['kind'][] {
    return this.outputs.map(({ kind }) => kind);
  }

  get said(): string {
    return Buffer.concat(this.outputs.flatMap((output) => (output.kind === 'data' ? [output.bytes] : []))).toString();
  }

  get heardBytes(): number {
    return this.outputs.reduce((sum, output) => sum + (output.kind === 'data' ? output.bytes.length : 0), 0);
  }

  get end(): End | undefined {
    return this.outputs.find((output) => output.kind === 'refused' || output.kind === 'told');
  }

  get keyLog(): string {
    return this.outputs.map((output) => (output.kind === 'key-log' ? `${output.line}\n` : '')).join('');
  }

  get dissection(): Dissection {
    return dissect(this.chunks, this.keyLog);
  }
}

export type { Line };

/** A line that lasts as long as its test. */
export function dial(settings: Settings): Line {
  const line = new Line(settings);
  onTestFinished(() => line.destroy());
  return line;
}
