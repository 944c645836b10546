/**
 * One process of `openssl s_server`. It ends with its first connection, or it serves one after another: only the process
 * that has given out a ticket can open it again.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { LineCutter } from '../../src/core/bytes/lines.ts';
import { shownUtf8 } from '../../src/core/bytes/utf8.ts';
import { listening } from '../listening.ts';
import type { RelayPeer } from './relay.ts';

/** How long a process may take until it listens, and how often it is tried. */
const START_MS = 5_000;
const TRY_MS = 4;
const LINE_BYTES = 16 * 1024;

export interface OpensslProcessOptions {
  /** path of the program */
  readonly openssl: string;
  /** for its key log */
  readonly folder: string;
  /** options that name key, certificate, anchors, and what is spoken */
  readonly args: readonly string[];
  /** gives out tickets, and stays for whoever brings one back */
  readonly tickets: boolean;
}

export class OpensslProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** whether it serves another connection after this one */
  stays: boolean;
  isBusy = false;
  /** resolves when a connection that is about to end has let go of it; null: none is */
  ending: Promise<void> | null = null;
  /** who was verified when a ticket was given out, by the ticket in hex */
  readonly givenTo = new Map<string, RelayPeer>();
  /** is told each line of its standard error */
  onLine: (line: string) => void = () => undefined;
  readonly #port: number;
  readonly #keyLogFile: string;
  readonly #toldKeys = new Set<string>();

  /** Rejects with an `Error` when there is no port for it; whether it runs is told by {@link connected}. */
  static async started(options: OpensslProcessOptions): Promise<OpensslProcess> {
    return new OpensslProcess(options, await freePort());
  }

  private constructor({ openssl, folder, args, tickets }: OpensslProcessOptions, port: number) {
    this.#port = port;
    this.#keyLogFile = join(folder, `keys-${port}.txt`);
    this.stays = tickets;
    const child = spawn(openssl, [
      ...['s_server', '-brief', '-accept', `127.0.0.1:${port}`],
      ...['-Verify', '5', '-verify_return_error', '-keylogfile', this.#keyLogFile],
      ...['-no_tls1', '-no_tls1_1', '-no_renegotiation'],
      ...(tickets ? [] : ['-no_ticket', '-naccept', '1']),
      ...args,
    ]);
    child.on('error', () => undefined); // `connected` gives up at once
    child.stdin.on('error', () => undefined); // the process is gone, and says why on its standard error
    this.child = child;
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }

  /** The process tells nobody when it listens, so it is dialled until it answers. */
  async connected(): Promise<Socket> {
    const deadline = performance.now() + START_MS;
    let words = '';
    const listen = (bytes: Buffer) => void (words += bytes.toString());
    this.child.stderr.on('data', listen);
    for (;;) {
      const socket = await dialled(this.#port);
      if (socket) {
        this.child.stderr.off('data', listen);
        this.#listen();
        return socket;
      }
      if (this.isOver) throw new Error(words.split('\n')[0] ?? 'it ended at once');
      if (performance.now() > deadline) throw new Error('it did not listen in time');
      await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    }
  }

  /** Lines that it has added to its key log since this was last asked. */
  async newKeys(): Promise<string[]> {
    const text = await readFile(this.#keyLogFile, 'latin1').catch(() => '');
    const lines = text.split('\n').map((one) => one.trim());
    return lines.filter((line) => {
      if (line === '' || line.startsWith('#') || this.#toldKeys.has(line)) return false;
      return this.#toldKeys.add(line);
    });
  }

  /** Ends it, at once or with the connection that it serves. */
  retire(): void {
    this.stays = false;
    if (!this.isBusy) this.child.kill();
  }

  kill(): void {
    this.child.kill();
  }

  #listen(): void {
    if (this.child.stderr.listenerCount('data') > 0) return;
    const cutter = new LineCutter(LINE_BYTES);
    this.child.stderr.on('data', (bytes: Buffer) => {
      const lines = cutter.push(bytes);
      if (lines === 'too-large') return void this.kill();
      for (const line of lines) this.onLine(shownUtf8(line));
    });
  }
}

function dialled(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const attempt = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    attempt.once('connect', () => resolve(attempt));
    attempt.once('error', () => resolve(null));
  });
}

/** A port of this machine that nobody has. Another program might take it before the process does: then it says so. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server, { host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
