/** A page's end of the bridge without a page: token, cookie, WebSocket, as a browser would. */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { WebSocket, type RawData } from 'ws';
import { clientFrames, decodeRecords } from '../../../src/core/bridge/frames.ts';
import { FromServer, PROTOCOL_VERSION, type Answer, type RunFact } from '../../../src/core/bridge/messages.ts';
import type { Fact } from '../../../src/core/bridge/run.ts';
import type { BridgePort, WithoutId } from '../../../src/core/world/ports.ts';

const ANSWERS: ReadonlySet<string> = new Set(['done', 'csr', 'relay-ready', 'dialled', 'lab-heard', 'error']);

export class BridgeClient implements BridgePort {
  readonly #socket: WebSocket;
  readonly #listeners = new Set<(fact: Fact) => void>();
  readonly #pending = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  readonly #welcomed: Promise<void>;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#welcomed = new Promise((resolve, reject) => {
      socket.on('message', (data, isBinary) => this.#read(data, isBinary, resolve));
      socket.on('error', reject);
      socket.on('close', (code) => {
        const gone = new Error(`The local server closed the bridge (${code}).`);
        reject(gone);
        for (const { reject: give } of this.#pending.values()) give(gone);
        this.#pending.clear();
      });
    });
  }

  /**
   * Connects as a new learner.
   *
   * @param url as the server prints it, with its token
   */
  static async open(url: string): Promise<BridgeClient> {
    const entered = await fetch(url, { redirect: 'manual' });
    const cookie = entered.headers.getSetCookie()[0]?.split(';')[0];
    if (cookie === undefined) throw new Error(`The server did not let us in: ${entered.status}.`);
    const { host, origin } = new URL(url);
    const socket = new WebSocket(`ws://${host}/bridge`, { headers: { cookie, origin }, perMessageDeflate: false });
    const client = new BridgeClient(socket);
    const learner = randomBytes(16).toString('base64url');
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'hello', version: PROTOCOL_VERSION, learner, since: 0 })),
    );
    await client.#welcomed;
    return client;
  }

  ask(request: WithoutId): Promise<Answer> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...request, id }), (error) => error && reject(error));
    });
  }

  send(run: number, bytes: Uint8Array): Promise<void> {
    for (const frame of clientFrames({ run, bytes })) this.#socket.send(frame);
    return Promise.resolve();
  }

  onFact(listener: (fact: Fact) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#socket.terminate();
  }

  #read(data: RawData, isBinary: boolean, welcomed: () => void): void {
    if (isBinary) return this.#readRecords(new Uint8Array(data as Buffer));
    const message = v.parse(FromServer, JSON.parse(String(data)));
    if (message.type === 'welcome') welcomed();
    else if (isAnswer(message)) this.#answer(message);
    else if (isRunFact(message)) this.#tell(message);
  }

  #readRecords(frame: Uint8Array): void {
    const decoded = decodeRecords(frame);
    if (decoded.kind === 'refused') throw new Error(`A frame of the bridge cannot be read: ${decoded.text}`);
    for (const record of decoded.records) this.#tell(record);
  }

  #answer(answer: Answer): void {
    const pending = answer.re === null ? undefined : this.#pending.get(answer.re);
    if (answer.re !== null) this.#pending.delete(answer.re);
    pending?.resolve(answer);
  }

  #tell(fact: Fact): void {
    for (const listener of this.#listeners) listener(fact);
  }
}

function isAnswer(message: FromServer): message is Answer {
  return ANSWERS.has(message.type);
}

function isRunFact(message: FromServer): message is RunFact {
  return 'run' in message && 'seq' in message;
}
