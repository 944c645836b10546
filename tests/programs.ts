import { whichProgram } from './provision.js';

/**
 * Whether a program that a test needs as its peer is on the PATH. For `describe.skipIf(!hasProgram('openssl'))`: a
 * missing program skips the test by name on a learner's machine, and fails it where CI=true promises all of them.
 */
export function hasProgram(name: string): boolean {
  if (whichProgram(name) !== null) return true;
  if (process.env['CI'] === 'true') throw new Error(`CI=true, but the program "${name}" is not installed.`);
  return false;
}
