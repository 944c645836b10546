/** One connection of the openssl engine: the process that serves it, and what comes of it. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { certificateFacts } from '../../src/core/asn1/certificate.ts';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { shownUtf8 } from '../../src/core/bytes/utf8.ts';
import { dissect } from '../../src/core/tls/dissect.ts';
import type { Chunk } from '../../src/core/tls/dissection.ts';
import { NATIVE } from '../primitives.ts';
import { CIPHERS } from './material.ts';
import { saidBy, type Said } from './openssl-words.ts';
import type { RelayListener, RelayPeer } from './relay.ts';

/** How long a process may take until it listens, and how often it is tried. */
const START_MS = 5_000;
const TRY_MS = 4;
/** Kept to name the client once the key log opens its certificate; a handshake is far smaller. */
const KEPT_BYTES = 256 * 1024;
const LINE_BYTES = 16 * 1024;

export class OpensslConnection {
  readonly #openssl: string;
  readonly #folder: string;
  readonly #socket: Socket;
  readonly #listener: RelayListener;
  readonly #chunks: Chunk[] = [];
  readonly #toldKeys = new Set<string>();
  #keptBytes = 0;
  #child: ChildProcessWithoutNullStreams | null = null;
  #keyLogFile = '';
  #peer: RelayPeer | null = null;
  #isOver = false;

  /** @param socket paused; this owns it from here on. */
  constructor(openssl: string, folder: string, socket: Socket, listener: RelayListener) {
    this.#openssl = openssl;
    this.#folder = folder;
    this.#socket = socket;
    this.#listener = listener;
    socket.on('close', () => this.#child?.kill());
  }

  /** Fingerprint of the verified client certificate; null before. */
  get sha256(): string | null {
    return this.#peer?.sha256 ?? null;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** @param files the options that name key, certificate and anchors; null: nothing is loaded. Never rejects. */
  async start(files: Promise<string[]> | null): Promise<void> {
    try {
      if (files === null) throw new Error('no certificate is loaded');
      const port = await freePort();
      const child = this.#spawned(port, await files);
      const inner = await connected(port, child);
      this.#join(inner);
      this.#listen(child);
    } catch (error) {
      const text = `openssl s_server did not start: ${error instanceof Error ? error.message : 'unknown'}.`;
      this.#last({ kind: 'ended', code: null, text });
      this.#socket.destroy();
    }
  }

  #spawned(port: number, files: readonly string[]): ChildProcessWithoutNullStreams {
    this.#keyLogFile = join(this.#folder, `keys-${port}.txt`);
    const suites = CIPHERS.split(':');
    const child = spawn(this.#openssl, [
      ...['s_server', '-brief', '-accept', `127.0.0.1:${port}`, '-naccept', '1'],
      ...['-Verify', '5', '-verify_return_error', '-no_ticket', '-keylogfile', this.#keyLogFile],
      ...['-no_tls1', '-no_tls1_1', '-no_renegotiation'],
      ...['-ciphersuites', suites.filter((suite) => suite.startsWith('TLS_')).join(':')],
      ...['-cipher', suites.filter((suite) => !suite.startsWith('TLS_')).join(':')],
      ...files,
    ]);
    child.on('error', () => undefined); // `connected` gives up at once
    child.stdin.on('error', () => undefined); // the process is gone, and says why on its standard error
    this.#child = child;
    return child;
  }

  /** Bytes pass unchanged both ways, each end as it came. */
  #join(inner: Socket): void {
    const pairs = [
      { from: 'client', source: this.#socket, target: inner },
      { from: 'server', source: inner, target: this.#socket },
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

  #listen(child: ChildProcessWithoutNullStreams): void {
    const cutter = new LineCutter(LINE_BYTES);
    let queue: Promise<void> = Promise.resolve();
    child.stderr.on('data', (bytes: Buffer) => {
      const lines = cutter.push(bytes);
      if (lines === 'too-large') return void child.kill();
      for (const line of lines) {
        const said = saidBy(shownUtf8(line));
        if (said) queue = queue.then(() => this.#told(said, child));
      }
    });
    child.on('close', () => {
      queue = queue.then(async () => {
        await this.#tellKeys();
        this.#last({ kind: 'ended', code: null, text: 'The client has closed the connection.' });
      });
    });
  }

  async #told(said: Said, child: ChildProcessWithoutNullStreams): Promise<void> {
    await this.#tellKeys();
    if (said.kind !== 'verified') return this.#last(said);
    const dissected = dissect(this.#chunks, [...this.#toldKeys].join('\n'), NATIVE);
    const [shown] = dissected.certificates.client;
    const facts = shown && certificateFacts(shown.der);
    if (!shown || !facts)
      return this.#last({ kind: 'fault', code: 'unknown', text: 'Its certificate could not be read.' });
    this.#peer = { subject: facts.subject, serial: facts.serial, sha256: shown.sha256 };
    const { version, cipherSuite } = dissected;
    this.#listener.report({
      ...{ kind: 'accepted', peer: this.#peer },
      ...{ version: version ?? 'unknown', cipherSuite: cipherSuite ?? 'unknown' },
    });
    this.#listener.plaintext(Duplex.from({ readable: child.stdout, writable: child.stdin }), this.#peer);
  }

  /** Lines that the process has added to its key log. */
  async #tellKeys(): Promise<void> {
    const text = await readFile(this.#keyLogFile, 'latin1').catch(() => '');
    for (const line of text.split('\n').map((one) => one.trim())) {
      if (line === '' || line.startsWith('#') || this.#toldKeys.has(line)) continue;
      this.#toldKeys.add(line);
      this.#listener.report({ kind: 'key-log', line });
    }
  }

  #last(report: Exclude<Said, { kind: 'verified' }>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.report(report);
  }
}

/** A port of this machine that nobody has. Another program might take it before the process does: then it says so. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The process tells nobody when it listens, so it is dialled until it answers. */
async function connected(port: number, child: ChildProcessWithoutNullStreams): Promise<Socket> {
  const deadline = performance.now() + START_MS;
  let words = '';
  child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()));
  for (;;) {
    const socket = await new Promise<Socket | null>((resolve) => {
      const attempt = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      attempt.once('connect', () => resolve(attempt));
      attempt.once('error', () => resolve(null));
    });
    if (socket) {
      child.stderr.removeAllListeners('data');
      return socket;
    }
    const hasEnded = child.exitCode !== null || child.pid === undefined;
    if (hasEnded) throw new Error(words.split('\n')[0] ?? 'it ended at once');
    if (performance.now() > deadline) throw new Error('it did not listen in time');
    await new Promise((resolve) => setTimeout(resolve, TRY_MS));
  }
}
