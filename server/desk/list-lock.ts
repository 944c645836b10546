/** One writer at a time: two who revoke together would each write a list without the other's certificate. */
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../start-error.ts';

const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 5_000;
/** A lock this old was left behind by a process that was killed. */
const LEFT_BEHIND_MS = 10_000;

/**
 * Runs `write` while nobody else writes this list: who takes the lock, a file `.crl.lock` beside the list, is alone.
 *
 * @throws StartError when somebody else does not come to an end
 */
export async function locked<Value>(list: string, write: () => Value): Promise<Value> {
  const path = join(dirname(list), '.crl.lock');
  const patience = Date.now() + PATIENCE_MS;
  while (!taken(path)) {
    const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > LEFT_BEHIND_MS) rmSync(path, { force: true });
    else if (Date.now() > patience)
      throw new StartError(`somebody else is writing the list. If nobody is, remove ${path}`);
    else await delay(LOOK_AGAIN_MS);
  }
  try {
    return write();
  } finally {
    rmSync(path, { force: true });
  }
}

function taken(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'EEXIST') return false;
    throw new StartError(`cannot write ${path} (${code}). Check the folder's owner and mode.`);
  }
}
