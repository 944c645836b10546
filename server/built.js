/** Keeps `dist/` fresh in a source checkout. An installed package brings its own and has nothing to build from. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Written by the build when it has ended well, dated with the time at which it began to read the sources. */
const STAMP = join(ROOT, 'dist/built');
/** What the build reads. */
const SOURCES = ['src', 'server', 'lessons', 'vite.config.ts', 'package-lock.json'];
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
/** Holds the process id of whoever builds, so that two starts at once do not write the same files. */
const LOCK = join(ROOT, 'node_modules/.cache/trustwalk/building');
const LOOK_AGAIN_MS = 100;
/** What is served is the same, whatever the shell or a test runner has set for its own programs. */
const ENV = { ...process.env, NODE_ENV: 'production', VITEST: undefined };

/** A failure that the user can mend, told in one line. */
class StartError extends Error {
  name = 'StartError';
}

/**
 * Builds site and server when a source is newer than the last build.
 *
 * @throws StartError with the remedy when that is not possible
 */
export async function ensureBuilt() {
  if (!existsSync(join(ROOT, 'vite.config.ts')) || isFresh()) return;
  if (!existsSync(VITE)) throw new StartError('the packages are not installed. Run: npm install');
  await takeLock();
  try {
    if (!isFresh()) await build(); // another start may have built while this one waited
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** Whether every source is older than the last build. A folder's own time tells of files that were removed from it. */
function isFresh() {
  const builtAt = timeOf(STAMP);
  return (
    builtAt !== null && SOURCES.every((source) => [source, ...inside(source)].every((path) => isOlder(path, builtAt)))
  );
}

function isOlder(path, builtAt) {
  return /\.test\.ts$/.test(path) || (timeOf(join(ROOT, path)) ?? 0) <= builtAt;
}

function inside(source) {
  const path = join(ROOT, source);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(path, { recursive: true }).map((entry) => join(source, entry));
}

function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

async function takeLock() {
  mkdirSync(dirname(LOCK), { recursive: true });
  for (;;) {
    try {
      return writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isHeld()) await delay(LOOK_AGAIN_MS);
      else rmSync(LOCK, { force: true }); // whoever held it was killed
    }
  }
}

function isHeld() {
  try {
    return process.kill(Number(readFileSync(LOCK, 'utf8')), 0);
  } catch {
    return false; // no such process, or the lock is gone
  }
}

/** Runs the build as a child: Vite stays out of the process that serves. */
async function build() {
  const startedAt = performance.now();
  // Standard output is for what the command itself prints: a program may read it.
  process.stderr.write('Building the site, about 5 s … ');
  const child = spawn(process.execPath, [VITE, 'build', '--logLevel', 'warn'], { cwd: ROOT, env: ENV, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const stop = (signal) => child.kill(signal);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const [code, signal] = await new Promise((resolve) => child.once('close', (...how) => resolve(how)));
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (signal !== null) process.exit(130);
  if (code !== 0) {
    process.stderr.write('\n');
    throw new StartError(`the build failed:\n${readable(output)}`);
  }
  process.stderr.write(`done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/** The builder's own words without the way through its insides, and without colours where nobody sees them. */
function readable(output) {
  const text = process.stderr.isTTY ? output : stripVTControlCharacters(output);
  const lines = text.split('\n').filter((line) => !/^\s+at .*node_modules|^\{?\s*errors: |^\}$/.test(line));
  return lines.join('\n').trim();
}
