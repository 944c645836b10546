/** The engines that a learner's relay can have on this machine. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openNodeRelay } from '../relay/node-relay.ts';
import { openOpensslRelay } from '../relay/openssl-relay.ts';
import type { Engines } from './session.ts';

/** Node wants a finite handshake deadline; a lesson may hold a record far longer than its default of two minutes. */
const LESSON_HANDSHAKE_MS = 24 * 60 * 60_000;

/** Node's own; and openssl's, where the program is on the PATH. */
export async function findEngines(): Promise<Engines> {
  const node: Engines['node'] = (identity) => openNodeRelay({ identity, handshakeMs: LESSON_HANDSHAKE_MS });
  if (!(await isOpenssl('openssl'))) return { node };
  return {
    node,
    openssl: (identity) => openOpensslRelay({ openssl: 'openssl', identity }),
  };
}

/** LibreSSL's program has the same name and another `s_server`. */
async function isOpenssl(program: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(program, ['version'], { timeout: 5_000 });
    return /^OpenSSL (1\.1\.1|[3-9])/.test(stdout);
  } catch {
    return false; // not installed
  }
}
