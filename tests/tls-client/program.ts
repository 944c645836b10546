import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

/** A foreign server as a child process; whoever starts one stops it. */
export class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  #watchers: (() => void)[] = [];
  readonly #gone: Promise<void>;

  constructor(name: string, options: readonly string[], folder: string) {
    this.#child = spawn(name, options, { cwd: folder });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (data: Buffer) => {
        this.#output += data.toString();
        for (const watcher of this.#watchers.splice(0)) watcher();
      });
    }
    this.#child.stdin.on('error', () => undefined); // it may be gone already
    this.#gone = new Promise((resolve) => this.#child.on('close', () => resolve()));
  }

  /** All it has said. */
  get output(): string {
    return this.#output;
  }

  type(line: string): void {
    this.#child.stdin.write(line);
  }

  /** Waits until its words match. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) return match;
      await Promise.race([
        new Promise<void>((resolve) => this.#watchers.push(resolve)),
        this.#gone.then(() => {
          throw new Error(`It ended without ${String(pattern)}:\n${this.#output}`);
        }),
      ]);
    }
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.#gone;
  }
}
