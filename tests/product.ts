import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../server/start.js', import.meta.url));

/** The product as a user starts it: a process of its own. */
export interface Product {
  /** the page's URL with its token */
  readonly url: string;
  readonly deskPort: number;
  readonly certs: string;
  readonly pid: number;
  /** everything it has printed so far */
  output(): string;
  /** ends it like Ctrl-C; resolves when the process is gone */
  stop(): Promise<void>;
  /** ends it like a power cut */
  kill(): Promise<void>;
}

/**
 * Starts Trustwalk on free ports with its files under a folder.
 *
 * @param folder gets `certs/` and `data/`
 * @param options more command-line options; a later `--port` wins
 * @param start the program, where this file is not beside it
 * @throws Error with what was printed when it ends before it is ready
 */
export function startProduct(folder: string, options: readonly string[] = [], start = START): Promise<Product> {
  const places = ['--port', '0', '--desk-port', '0', '--certs', join(folder, 'certs'), '--data', join(folder, 'data')];
  const child = spawn(process.execPath, [start, ...places, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return gone;
  };
  return new Promise((resolve, reject) => {
    const read = (data: Buffer) => {
      printed += data.toString();
      const ready = /^ready (\{.*\})$/m.exec(printed)?.[1];
      if (ready === undefined) return;
      const { url, deskPort, certs } = JSON.parse(ready) as { url: string; deskPort: number; certs: string };
      resolve({
        ...{ url, deskPort, certs, pid: child.pid ?? 0 },
        output: () => printed,
        stop: () => end('SIGINT'),
        kill: () => end('SIGKILL'),
      });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', (data: Buffer) => (printed += data.toString()));
    child.once('exit', (code) => reject(new Error(`Trustwalk ended with ${code} before it was ready:\n${printed}`)));
  });
}
