/** Processes that benches start. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 2 ** 28;

/**
 * Runs a program to its end.
 *
 * @returns what it printed
 * @throws Error when it cannot be started or fails
 */
export async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, [...args], { maxBuffer: MOST_OUTPUT_BYTES });
  return stdout;
}

/**
 * Runs a `*.process.ts` of a bench, as bundled by `run.js`, in a Node of its own.
 *
 * @param name its path under bench/ without the ending: `dissect/ours.process`
 */
export function ownProcess(name: string, args: readonly string[]): Promise<string> {
  return output(process.execPath, [processFile(name), ...args]);
}

/** Where `run.js` has put a `*.process.ts`. */
export function processFile(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, import.meta.url));
}
