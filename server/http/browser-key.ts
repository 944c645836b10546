import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';

const KEY_BYTES = 32;

/**
 * The key that cookies are signed with, made at the first start. It outlives the process, so that a page which is
 * still open reconnects after a restart; removing the file locks every browser out until it opens a new link.
 *
 * @param folder of the store; gets a file `browser.key`, readable by its owner alone
 * @throws StartError when the file cannot be read or written, or is not such a key
 */
export async function ensureBrowserKey(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'browser.key');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = (await readKey(path)) ?? (await makeKey(path));
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    throw new StartError(
      `${path} cannot be used (${codeOf(error)}). Check its owner and mode, or choose another --data.`,
    );
  }
  throw new StartError(`${path} is not a key of ${KEY_BYTES} bytes. Remove it to get a new one.`);
}

/** The file's bytes, or null when there is no file. A link is not followed: it could point at anything. */
async function readKey(path: string): Promise<Uint8Array | null> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    return await file.readFile().finally(() => file.close());
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function makeKey(path: string): Promise<Uint8Array> {
  const key = randomBytes(KEY_BYTES);
  const file = await open(path, 'wx', 0o600);
  await file.writeFile(key).finally(() => file.close());
  return key;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
