// `trustwalk pki explain` with files of every kind, as they lie on a disk.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pki } from '../../server/cli/pki/pki.ts';
import { StartError } from '../../server/start-error.ts';
import { hasProgram } from '../programs.ts';
import * as made from './chains.ts';

const folder = mkdtempSync(join(tmpdir(), 'trustwalk-explain-'));
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function explain(...args: readonly string[]): Promise<{ status: number | null; text: string }> {
  const lines: string[] = [];
  const terminal = { out: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  try {
    const status = await pki.run(['explain', ...args, '--at', new Date(made.NOW).toISOString()], terminal);
    return { status, text: lines.join('\n') };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { status: 1, text: error.message };
  }
}

const root = made.root();
const middle = made.middle(root);
const leaf = made.leaf(middle);
const files: Record<string, string> = {};
beforeAll(() => {
  files['leaf'] = write('leaf.pem', leaf.pem);
  files['chain'] = write('chain.pem', `some words\n${leaf.pem}\n${middle.pem}`);
  files['root'] = write('root.der', root.der);
  files['middle'] = write('middle.der', middle.der);
  files['lists'] = write('lists.pem', made.list(root) + made.list(middle));
  files['revoked'] = write('revoked.pem', made.list(root) + made.list(middle, { revoked: [leaf] }));
  files['damaged'] = write('damaged.pem', `${root.pem}${made.root({ spoil: (der) => der.slice(0, 200) }).pem}`);
  const odd = made.extension('2.5.29.17', false, Uint8Array.of(0x6d, 0x6d));
  files['odd'] = write('odd.pem', made.leaf(middle, { with: { subjectAltName: odd } }).pem);
});
const file = (name: string): string => files[name] ?? expect.fail(`no file ${name}`);

describe('explain', () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ['PEM and DER', ['leaf', '--ca', 'root', '--untrusted', 'middle'], 0, /Trusted\.$/],
    ['a chain in one file', ['chain', '--ca', 'root'], 0, /Trusted\.$/],
    ['without the authority between', ['leaf', '--ca', 'root'], 1, /FAILS issuer/],
    ['fresh lists', ['chain', '--ca', 'root', '--crl', 'lists'], 0, /ok +revocation/],
    ['a list with it', ['chain', '--ca', 'root', '--crl', 'revoked'], 1, /FAILS revocation +It was revoked/],
    [
      'a damaged anchor beside a good one',
      ['chain', '--ca', 'damaged'],
      0,
      /to be trusted is damaged, and passed over/,
    ],
    [
      'a damaged extension, with every other check',
      ['odd', '--ca', 'root', '--untrusted', 'middle'],
      1,
      /FAILS readable[\s\S]+ok +signature/,
    ],
  ])('%s', async (_, args, status, words) => {
    const ran = await explain(...args.map((arg) => files[arg] ?? arg), '--purpose', 'server');
    expect(ran.text).toMatch(words);
    expect(ran.status).toBe(status);
  });

  test.skipIf(!hasProgram('openssl'))('openssl says the same of the same files', () => {
    const verify = (...args: readonly string[]) =>
      spawnSync('openssl', ['verify', '-partial_chain', '-attime', String(made.NOW / 1000), ...args]).status;
    const rest = ['-CAfile', write('root.pem', root.pem), '-untrusted', write('middle.pem', middle.pem)];
    expect(verify(...rest, file('leaf'))).toBe(0);
    expect(verify(...rest, '-crl_check_all', '-CRLfile', file('lists'), file('leaf'))).toBe(0);
    expect(verify(...rest, '-crl_check_all', '-CRLfile', file('revoked'), file('leaf'))).not.toBe(0);
  });
});
