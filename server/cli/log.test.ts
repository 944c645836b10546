import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOG_FILE, openBook } from '../log/book.ts';
import { aDraft, told, word } from '../log/fixtures/told.ts';
import { ownerOf } from '../log/owner.ts';
import { StartError } from '../start-error.ts';
import { log } from './log.ts';
import { UsageError } from './usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'trustwalk-log-'));
const GOOD = word('trusts-peer', 'The desk accepted the certificate.');

beforeAll(() => {
  const book = openBook(join(folder, LOG_FILE));
  book.write([
    aDraft(1, {}, [...told(), GOOD]),
    aDraft(2, { owner: ownerOf('ann'), label: 'rogue' }, [...told(), word('refuses-peer', 'Not\u001b[31m ours.')]),
  ]);
  book.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `trustwalk log …` on the folder's log. */
async function run(...args: string[]) {
  const [out, error] = [[] as string[], [] as string[]];
  const terminal = { out: (line: string) => out.push(line), error: (line: string) => error.push(line) };
  const status = await log.run([...args, '--data', folder], terminal);
  return { status, out, error };
}

describe('trustwalk log', () => {
  test('lists the newest first, a learner’s among them, and shows no hidden character', async () => {
    const { status, out } = await run('list');
    expect(status).toBe(0);
    expect(out[0]).toMatch(/^ID +TIME +PEER +VERSION +SUITE +CLIENT +SERVER +OUTCOME$/);
    expect(out[1]).toMatch(/^2 .* 10\.1\.2\.3:50000 rogue +TLS 1\.3 .* refused \(Not\\u001b\[31m ours\.\)$/);
    expect(out[2]).toMatch(/^1 .* established$/);
    expect(out[3]).toBe('2 connections');
    expect((await run('list', '--limit', '1')).out.at(-1)).toBe('2 connections; the newest 1 are listed (--limit)');
  });

  test('lists as JSON what fits', async () => {
    const json = async (...args: string[]) =>
      JSON.parse((await run('list', '--json', ...args)).out.join('')) as unknown;
    expect(await json('--whose', 'learner', '--tls', '1.3')).toMatchObject({
      connections: [{ id: 2, time: '2023-11-14T22:13:20.000Z', label: 'rogue', open: false, outcome: 'refused' }],
      ...{ matching: 1, total: 2 },
    });
    expect(await json('--search', 'nothing like it')).toEqual({ connections: [], matching: 0, total: 2 });
  });

  test('shows one with what its programs said', async () => {
    const { out } = await run('show', '2');
    expect(out).toContain('  server: Not\\u001b[31m ours.');
    expect(out.join('\n')).toMatch(/Finished of the server: right/);
  });

  test('exports a file that only its owner reads, and replaces none unless told to', async () => {
    const file = join(folder, 'one.pcapng');
    expect((await run('export', '1', '-o', file)).error).toEqual([
      `Connection 1 is in ${file}, with its secrets: whoever has the file can read it.`,
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'mine');
    await expect(run('export', '1', '-o', file)).rejects.toThrow('is there already');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await run('export', '1', '-o', file, '--force')).status).toBe(0);
    expect(readFileSync(file).length).toBeGreaterThan(1000);
    await expect(run('export', '1', '-o', join(folder, 'no', 'where'))).rejects.toThrow('cannot be written (ENOENT)');
  });

  test.each<[typeof UsageError | typeof StartError, RegExp, string[]]>([
    [UsageError, /log takes list, show or export/, []],
    [UsageError, /log has no "tail"/, ['tail']],
    [UsageError, /--outcome takes established, refused, incomplete or open, not "good"/, ['list', '--outcome', 'good']],
    [UsageError, /--limit takes a number from 1, not "0"/, ['list', '--limit', '0']],
    [UsageError, /show takes the number of a connection/, ['show', 'one']],
    [UsageError, /export takes a file/, ['export', '1']],
    [UsageError, /one word too many/, ['show', '1', '2']],
    [StartError, /there is no connection 99/, ['show', '99']],
  ])('%o: %s', async (kind, words, args) => {
    const failure = await log
      .run(args.length === 0 ? [] : [...args, '--data', folder], { out: fail, error: fail })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect(String(failure)).toMatch(words);
  });

  test('makes no folder where there is no log', async () => {
    const nowhere = join(folder, 'nowhere');
    await expect(log.run(['list', '--data', nowhere], { out: fail, error: fail })).rejects.toThrow(
      'there is no handshake log',
    );
    expect(existsSync(nowhere)).toBe(false);
  });
});

function fail(line: string): never {
  throw new Error(`nothing was to be printed: ${line}`);
}
