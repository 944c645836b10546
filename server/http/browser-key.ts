import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';

const KEY_BYTES = 32;

/**
 * The key that cookies are signed with, made at the first start. It outlives the process, so that a page which is
 * still open reconnects after a restart; deleting the file locks every browser out until it opens a new link.
 *
 * @param folder of the store; gets a file `browser.key`, readable by its owner alone
 * @throws StartError when the folder cannot be written
 */
export function browserKey(folder: string): Uint8Array {
  const path = join(folder, 'browser.key');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const known = readIfThere(path);
    if (known !== null && known.length === KEY_BYTES) return known;
    const key = randomBytes(KEY_BYTES);
    writeFileSync(path, key, { mode: 0o600 });
    return key;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartError(`${path} cannot be read and written (${code}). Choose another folder with --data`);
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
