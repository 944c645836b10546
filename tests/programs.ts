import { existsSync } from 'node:fs';
import { whichProgram } from './provision.js';

/**
 * Whether a program that a test needs as its peer is on the PATH. For `describe.skipIf(!hasProgram('openssl'))`: a
 * missing program skips the test by name on a learner's machine, and fails it where CI=true promises all of them.
 */
export function hasProgram(name: string): boolean {
  return isThere(whichProgram(name) !== null, `the program "${name}"`);
}

/** The same for a folder of vectors that others have made. */
export function hasVectors(folder: string): boolean {
  return isThere(existsSync(folder), folder);
}

function isThere(isFound: boolean, what: string): boolean {
  if (!isFound && process.env['CI'] === 'true') throw new Error(`CI=true, but ${what} is not installed.`);
  return isFound;
}
