import { whichProgram } from '../tests/provision.js';
import { BENCHES } from './benches.ts';
import { holds, verdict } from './judge.ts';

const tell = (line: string) => console.log(line);

/**
 * Runs the benches that are named, or lists all.
 *
 * @returns exit status: 0 every bar is met, 1 one is missed, 2 there is no such bench, or a program is missing
 */
export async function main(names: readonly string[]): Promise<number> {
  if (names.length === 0) return list();
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    tell(`No bench is called ${unknown.join(', ')}.`);
    list();
    return 2;
  }
  let status = 0;
  for (const name of names) status = Math.max(status, await runBench(name));
  return status;
}

function list(): number {
  const width = Math.max(...Object.keys(BENCHES).map((name) => name.length));
  for (const [name, { says }] of Object.entries(BENCHES)) tell(`npm run bench -- ${name.padEnd(width)}  ${says}`);
  return 0;
}

async function runBench(name: string): Promise<number> {
  const bench = BENCHES[name];
  if (!bench) return 2;
  tell(`${name}: ${bench.says}`);
  const missing = bench.programs.filter((program) => whichProgram(program) === null);
  if (missing.length > 0) {
    tell(`  not measured: ${missing.join(', ')} is not installed`);
    return 2;
  }
  const outcomes = await bench.run((line) => tell(`  ${line}`));
  for (const outcome of outcomes) tell(`  ${verdict(outcome)}`);
  return outcomes.every(holds) ? 0 : 1;
}
