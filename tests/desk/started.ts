/** The product as a process of its own, with the files of its certs/, for tests that come to its desk from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SecureVersion, type TLSSocket, connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { type Product, startProduct } from '../product.ts';
import { ForeignClient } from './foreign-client.ts';

export const START = fileURLToPath(new URL('../../server/start.js', import.meta.url));
export const PASSPHRASE = '1234567890123456';

/** A folder of its own; the product may be started in it more than once. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'trustwalk-desk-'));
  readonly #products: Product[] = [];

  async start(options: readonly string[] = []): Promise<Product> {
    const product = await startProduct(this.folder, options);
    this.#products.push(product);
    return product;
  }

  /** A file of certs/. */
  path(name: string): string {
    return join(this.folder, 'certs', name);
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  async close(): Promise<void> {
    for (const product of this.#products) await product.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Identity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** The identity that the first start made. */
export function ownIdentity(place: Place): Identity {
  return { cert: place.read('client.crt'), key: place.read('client.key') };
}

/** Opens TLS to the desk as an outsider would write it. */
export function dialDesk(
  place: Place,
  port: number,
  identity: Identity = ownIdentity(place),
  version?: SecureVersion,
  session?: Buffer,
): TLSSocket {
  const versions = version === undefined ? {} : { minVersion: version, maxVersion: version };
  const resumed = session === undefined ? {} : { session };
  return connect({ host: '127.0.0.1', port, ca: place.read('ca.crt'), ...identity, ...versions, ...resumed });
}

/** A client of foreign make that has been greeted. */
export async function greetedAt(place: Place, port: number): Promise<ForeignClient> {
  const client = new ForeignClient(dialDesk(place, port), PASSPHRASE);
  await client.greeting();
  return client;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs any program with lines on its standard input, to its end. */
export async function runToEnd(program: string, args: readonly string[], input = '', cwd = '.'): Promise<Ended> {
  const child = spawn(program, args, { cwd, stdio: 'pipe' });
  let [out, error] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (error += data.toString()));
  child.stdin.on('error', () => child.stdin.destroy()); // it may end without having read everything
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, error };
}

/**
 * `trustwalk …` in the place's folder, where certs/ is the default. What the start script says about a build of its own,
 * when a source has changed since the last one, is no word of the program and left out.
 */
export async function trustwalk(place: Place, args: readonly string[], lines: readonly string[] = []): Promise<Ended> {
  const input = lines.map((line) => line + '\n').join('');
  const ended = await runToEnd(process.execPath, [START, ...args], input, place.folder);
  return { ...ended, error: ended.error.replaceAll(/^Building the site.*\n/gm, '') };
}
