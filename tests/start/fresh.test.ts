/** When `npm start` builds, when it does not, and what it says when it cannot. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const SERVER = fileURLToPath(new URL('../../server/', import.meta.url));

/**
 * Stands where Vite would: it is the decision to build that is tested here. It counts its runs, and the program that
 * it builds prints its arguments.
 */
const BUILDER = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
appendFileSync('builds', '.');
writeFileSync('modes', [process.env.NODE_ENV, process.env.VITEST].join());
if (readFileSync('src/page.ts', 'utf8').includes('broken')) { console.error('src/page.ts:1:1 this is broken'); process.exit(1); }
mkdirSync('dist/server', { recursive: true });
writeFileSync('dist/server/cli.js', 'export const main = (args) => console.log("ran " + args.join(" "))');
writeFileSync('dist/built', '');
`;

let folder: string;
const file = (path: string) => join(folder, path);
const builds = () => readFileSync(file('builds'), 'utf8').length;

/** Dates a file or folder of the checkout an hour back, or ahead. */
function date(path: string, hours: number): void {
  const at = new Date(Date.now() + hours * 3_600_000);
  utimesSync(file(path), at, at);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trustwalk-checkout-'));
  for (const path of ['src', 'server', 'lessons', 'node_modules/vite/bin']) mkdirSync(file(path), { recursive: true });
  for (const name of ['start.js', 'built.js']) cpSync(join(SERVER, name), file(`server/${name}`));
  writeFileSync(file('package.json'), '{ "type": "module" }');
  writeFileSync(file('node_modules/vite/bin/vite.js'), BUILDER);
  for (const path of ['src/page.ts', 'lessons/01.md', 'vite.config.ts', 'package-lock.json'])
    writeFileSync(file(path), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [file('server/start.js'), ...args], { cwd: tmpdir() });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

describe('building', () => {
  test('the first start builds, says so on standard error, and hands its arguments on', async () => {
    const { code, stdout, stderr } = await start('client', '127.0.0.1');
    expect(code).toBe(0);
    expect(stdout).toBe('ran client 127.0.0.1\n');
    expect(stderr).toMatch(/^Building the site, about 5 s … done in \d+\.\d s\n$/);
  });

  test('builds what is served, even where a test runner or the shell has set another mode', async () => {
    expect(process.env).toMatchObject({ NODE_ENV: 'test', VITEST: 'true' }); // which the start inherits
    await start();
    expect(readFileSync(file('modes'), 'utf8')).toBe('production,');
  });

  test('the second start does not', async () => {
    await start();
    expect((await start()).stderr).toBe('');
    expect(builds()).toBe(1);
  });

  test.each(['src/page.ts', 'lessons/01.md', 'vite.config.ts', 'package-lock.json', 'server/start.js'])(
    'a changed %s is built again',
    async (path) => {
      await start();
      date(path, 1);
      await start();
      expect(builds()).toBe(2);
    },
  );

  test('so is a checkout from which a file was removed', async () => {
    await start();
    date('dist/built', -1);
    for (const path of ['src/page.ts', 'lessons', 'server', 'vite.config.ts', 'package-lock.json']) date(path, -2);
    for (const path of ['lessons/01.md', 'server/start.js', 'server/built.js']) date(path, -2);
    date('src', -2);
    await start();
    expect(builds()).toBe(1);
    date('src', 0);
    await start();
    expect(builds()).toBe(2);
  });

  test('a changed test is not: it is no part of the build', async () => {
    await start();
    writeFileSync(file('src/page.test.ts'), '');
    date('src', -1);
    date('src/page.test.ts', 1);
    await start();
    expect(builds()).toBe(1);
  });

  test('two starts at once build once', async () => {
    const ends = await Promise.all([start('one'), start('two')]);
    expect(ends.map(({ stdout }) => stdout)).toEqual(['ran one\n', 'ran two\n']);
    expect(builds()).toBe(1);
  });

  test('a lock that a killed start left behind stops nobody', async () => {
    mkdirSync(file('node_modules/.cache/trustwalk'), { recursive: true });
    writeFileSync(file('node_modules/.cache/trustwalk/building'), '999999999');
    expect((await start()).code).toBe(0);
  });
});

describe('what cannot be built', () => {
  test('a failed build shows what the builder said, and is tried again next time', async () => {
    writeFileSync(file('src/page.ts'), 'broken');
    const { code, stdout, stderr } = await start();
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('the build failed:\nsrc/page.ts:1:1 this is broken');
    expect(stderr).not.toMatch(/^\s+at .*built\.js/m);
    await start();
    expect(builds()).toBe(2);
  });

  test('without packages it names the command that brings them', async () => {
    rmSync(file('node_modules'), { recursive: true });
    const { code, stderr } = await start();
    expect(code).toBe(1);
    expect(stderr).toBe('trustwalk: the packages are not installed. Run: npm install\n');
  });

  test('an installed package has nothing to build from, and does not try', async () => {
    await start();
    rmSync(file('vite.config.ts'));
    date('src/page.ts', 1);
    expect((await start('--help')).stdout).toBe('ran --help\n');
    expect(builds()).toBe(1);
  });
});

describe('an old Node', () => {
  const text = readFileSync(join(SERVER, 'start.js'), 'utf8');

  test('can parse start.js: nothing in it is younger than Node 12', () => {
    const tree = JSON.stringify(parseAst(text));
    const YOUNGER = [
      'ChainExpression',
      'ImportDeclaration',
      'PropertyDefinition',
      'PrivateIdentifier',
      '??',
      '??=',
      '||=',
    ];
    expect(YOUNGER.filter((word) => tree.includes(`"${word}"`))).toEqual([]);
  });

  test.each(['12.22.12', '18.20.4', '20.18.3'])('%s is told what is needed, in one line', async (version) => {
    writeFileSync(file('server/start.js'), text.replaceAll('process.versions.node', `'${version}'`));
    const { code, stderr } = await start();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Trustwalk needs Node\.js 20\.19 or later; this is v[\d.]+\. See https:\/\/nodejs\.org\n$/);
  });

  test.each(['20.19.0', '21.0.0', '24.1.0'])('%s is not', async (version) => {
    writeFileSync(file('server/start.js'), text.replaceAll('process.versions.node', `'${version}'`));
    expect((await start()).code).toBe(0);
  });
});
