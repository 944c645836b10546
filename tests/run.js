/**
 * `npm test`: sets up what tests need, then runs everything and closes with `N passed, N failed[, N skipped]`.
 * Types, lint and format count as one test each. Plain JavaScript: it runs before anything is built.
 *
 * `npm test -- PATH…` hands the paths to vitest and leaves the checks out.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { provision } from './provision.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = `${root}/node_modules/.cache/trustwalk`;
const totalsFile = `${cache}/totals.json`;

/** Runs one program of node_modules/.bin to its end; resolves with its exit code and what it printed. */
function run(program, args, { env = {}, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(`${root}/node_modules/.bin/${program}`, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

const LINT = [
  'lint and import directions',
  'eslint',
  ['--cache', '--cache-location', `${cache}/eslint/`, '--max-warnings', '0', '.'],
];
const TYPES = ['types', 'svelte-check', ['--fail-on-warnings', '--output', 'human']];
const FORMAT = ['format', 'prettier', ['--check', '--cache', '--cache-location', `${cache}/prettier`, '.']];
const BUILD = ['build', 'vite', ['build', '--logLevel', 'warn'], { NODE_ENV: 'production' }];

async function check([name, program, args, env]) {
  const started = performance.now();
  const { code, output } = await run(program, args, { quiet: true, env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output);
  return code === 0;
}

async function vitest(paths) {
  rmSync(totalsFile, { force: true });
  const { code } = await run('vitest', ['run', ...paths], { env: { TRUSTWALK_TOTALS: totalsFile } });
  try {
    const totals = JSON.parse(readFileSync(totalsFile, 'utf8'));
    if (code !== 0 && totals.failed === 0) totals.failed = 1;
    return totals;
  } catch {
    console.error('The test runner ended before it could count.');
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

mkdirSync(cache, { recursive: true });
const paths = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
await provision();

if (paths.length === 0) {
  // Two cores: the slowest check takes as long as the build and the others together.
  const ofLint = check(LINT);
  const others = [await check(BUILD), await check(TYPES), await check(FORMAT)];
  for (const ok of [await ofLint, ...others]) totals[ok ? 'passed' : 'failed']++;
}
const tests = await vitest(paths);
for (const key of Object.keys(totals)) totals[key] += tests[key];

const line = `${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`;
writeFileSync(`${cache}/totals.txt`, line + '\n');
console.log(line);
process.exitCode = totals.failed > 0 ? 1 : 0;
