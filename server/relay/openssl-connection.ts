/** One connection of the openssl engine: the process that serves it, and what comes of it. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { certificateFacts } from '../../src/core/asn1/certificate.ts';
import { toHex } from '../../src/core/bytes/hex.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import type { Chunk, Dissection } from '../../src/core/tls/dissection.ts';
import { leavesOf, rawOf } from '../../src/core/tls/format/tree.ts';
import { NATIVE } from '../primitives.ts';
import type { OpensslProcess } from './openssl-process.ts';
import { saidBy, type Said } from './openssl-words.ts';
import type { RelayEnd, RelayListener, RelayPeer } from './relay.ts';

/** Kept to name the client once the key log opens its certificate; a handshake is far smaller. */
const KEPT_BYTES = 256 * 1024;
/** OpenSSL's tickets hold an encrypted session: no other field of NewSessionTicket is as long. */
const TICKET_BYTES = 64;
/** Standard error and the socket are two pipes: a last word may come a moment after the end of its connection. */
const LAST_WORD_MS = 50;

export class OpensslConnection {
  readonly #client: RelayEnd;
  readonly #listener: RelayListener;
  readonly #chunks: Chunk[] = [];
  readonly #keys: string[] = [];
  #keptBytes = 0;
  #process: OpensslProcess | null = null;
  #inner: Socket | null = null;
  /** bytes of application data that the process was given for this connection */
  #writtenBytes = 0;
  #plaintext: Duplex | null = null;
  #peer: RelayPeer | null = null;
  #isOver = false;
  #hasEnded = false;
  #queue: Promise<void> = Promise.resolve();

  /** @param client paused; this owns it from here on */
  constructor(client: RelayEnd, listener: RelayListener) {
    this.#client = client;
    this.#listener = listener;
    client.on('close', () => this.#clientLeft());
  }

  /** Fingerprint of the verified client certificate; null before. */
  get sha256(): string | null {
    return this.#peer?.sha256 ?? null;
  }

  destroy(): void {
    this.#client.destroy();
  }

  /** @param take gives the process that serves it; rejects where there can be none. Never rejects itself. */
  async start(take: () => Promise<OpensslProcess>): Promise<void> {
    try {
      const process = await take();
      process.isBusy = true;
      this.#process = process;
      this.#inner = await process.connected();
      process.onLine = (line) => this.#heard(line);
      this.#join(this.#inner);
      this.#endWith(this.#inner, process);
      if (this.#client.destroyed) this.#clientLeft();
    } catch (error) {
      const text = `openssl s_server did not start: ${error instanceof Error ? error.message : 'unknown'}.`;
      this.#last({ kind: 'ended', code: null, text });
      this.#process?.kill();
      this.#client.destroy();
    }
  }

  /** Bytes pass unchanged both ways, each end as it came. */
  #join(inner: Socket): void {
    const pairs = [
      { from: 'client', source: this.#client, target: inner },
      { from: 'server', source: inner, target: this.#client },
    ] as const;
    for (const { from, source, target } of pairs) {
      source.on('data', (bytes: Buffer) => {
        this.#keptBytes += bytes.length;
        if (this.#keptBytes <= KEPT_BYTES) this.#chunks.push({ from, at: 0, bytes: new Uint8Array(bytes) });
        if (from === 'server') void this.#tellKeys();
        if (target.writable && !target.write(bytes)) {
          source.pause();
          target.once('drain', () => source.resume());
        }
      });
      source.on('end', () => target.end());
      source.on('error', () => target.resetAndDestroy());
      source.resume();
    }
  }

  /** A process that stays tells nobody when a connection is over: it closes its end. */
  #endWith(inner: Socket, process: OpensslProcess): void {
    process.child.once('close', () => void this.#end());
    const end = () => {
      if (!process.stays || process.ending !== null) return;
      process.ending = new Promise((resolve) => {
        setTimeout(() => {
          inner.destroy();
          resolve(this.#end());
        }, LAST_WORD_MS);
      });
    };
    inner.once('end', end);
    inner.once('close', end);
  }

  #clientLeft(): void {
    const process = this.#process;
    if (process?.stays) this.#inner?.destroy();
    // It ends by itself when its one connection does, and may have an alert to read and to tell of before that.
    else if (process) setTimeout(() => process.kill(), LAST_WORD_MS);
  }

  #end(): Promise<void> {
    if (this.#hasEnded) return this.#queue;
    this.#hasEnded = true;
    return (this.#queue = this.#queue.then(async () => {
      await this.#tellKeys();
      this.#last({ kind: 'ended', code: null, text: 'The client has closed the connection.' });
      this.#plaintext?.push(null);
      this.#release();
    }));
  }

  /**
   * The process is free for the next connection, unless something that was meant for this one may still be in it: that
   * would be said to the next client.
   */
  #release(): void {
    const process = this.#process;
    if (!process) return;
    process.onLine = () => undefined;
    process.isBusy = false;
    process.ending = null;
    if (!process.stays) return process.retire();
    const dissection = this.#dissected();
    const sent = dissection.applicationData.filter(({ from }) => from === 'server');
    const sentBytes = sent.reduce((total, { bytes }) => total + bytes.length, 0);
    if (sentBytes !== this.#writtenBytes) return process.retire();
    const peer = this.#peer;
    if (peer) for (const ticket of ticketsIn(dissection)) process.givenTo.set(ticket, peer);
  }

  #heard(line: string): void {
    const said = saidBy(line);
    if (said) this.#queue = this.#queue.then(() => this.#told(said));
  }

  async #told(said: Said): Promise<void> {
    await this.#tellKeys();
    if (said.kind !== 'verified') return this.#last(said);
    const process = this.#process;
    const dissected = this.#dissected();
    this.#peer = shownIn(dissected) ?? resumedIn(dissected, process?.givenTo);
    if (!this.#peer || !process)
      return this.#last({ kind: 'fault', code: 'unknown', text: 'Its certificate could not be read.' });
    const { version, cipherSuite } = dissected;
    this.#listener.report({
      ...{ kind: 'accepted', peer: this.#peer },
      ...{ version: version ?? 'unknown', cipherSuite: cipherSuite ?? 'unknown' },
    });
    this.#plaintext = this.#plaintextOf(process);
    this.#listener.plaintext(this.#plaintext, this.#peer);
  }

  /** The process's standard input and output while they are this connection's. */
  #plaintextOf({ child }: OpensslProcess): Duplex {
    const plaintext = new Duplex({
      read: () => void child.stdout.resume(),
      write: (bytes: Buffer, _encoding, done) => {
        if (this.#hasEnded) return done();
        this.#writtenBytes += bytes.length;
        if (child.stdin.write(bytes)) done();
        else child.stdin.once('drain', done);
      },
      // The end of its input ends the process, and so the connection.
      final: (done) => {
        if (!this.#hasEnded) child.stdin.end();
        done();
      },
    });
    const take = (bytes: Buffer) => {
      if (!plaintext.push(bytes)) child.stdout.pause();
    };
    child.stdout.on('data', take);
    plaintext.once('close', () => {
      child.stdout.off('data', take);
      child.stdout.resume();
    });
    return plaintext;
  }

  #dissected(): Dissection {
    return dissect(this.#chunks, this.#keys.join('\n'), NATIVE);
  }

  /** Lines that the process has added to its key log. */
  async #tellKeys(): Promise<void> {
    for (const line of (await this.#process?.newKeys()) ?? []) {
      this.#keys.push(line);
      this.#listener.report({ kind: 'key-log', line });
    }
  }

  #last(report: Exclude<Said, { kind: 'verified' }>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.report(report);
  }
}

/** Whom the certificate names that the client has shown. */
function shownIn({ certificates }: Dissection): RelayPeer | null {
  const [shown] = certificates.client;
  const facts = shown && certificateFacts(shown.der);
  return shown && facts ? { subject: facts.subject, serial: facts.serial, sha256: shown.sha256 } : null;
}

function ticketsIn({ messages, buffers }: Dissection): string[] {
  const given = messages.filter(({ name }) => name === 'NewSessionTicket');
  return given.flatMap(({ fields }) => {
    const leaves = leavesOf(fields).filter(({ range }) => range.end - range.start >= TICKET_BYTES);
    return leaves.map((leaf) => toHex(rawOf(leaf, buffers)));
  });
}

/** A resumed handshake shows no certificate: whose ticket was it? */
function resumedIn({ messages, buffers }: Dissection, givenTo?: ReadonlyMap<string, RelayPeer>): RelayPeer | null {
  const hello = messages.find(({ name }) => name === 'ClientHello');
  const leaves = hello ? leavesOf(hello.fields) : [];
  const known = leaves.map((leaf) => givenTo?.get(toHex(rawOf(leaf, buffers))));
  return known.find((peer) => peer !== undefined) ?? null;
}
