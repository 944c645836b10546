import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as terminal from '../../src/site/workbench/terminal.ts';
import { hasProgram } from '../programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'trustwalk-terminal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs what the page offers to copy, as a shell does; gives what was printed. */
function shell({ command }: terminal.TerminalCommand): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', command], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`);
  return stdout + stderr;
}
const openssl = (words: string) => shell({ command: `openssl ${words}`, strong: [] });
const SUBJECT = "O=Order Desk, CN=Al'ice/1";

describe.skipIf(!hasProgram('openssl'))('the commands beside the bench do in openssl what the bench does', () => {
  test('make keys of the chosen size', () => {
    shell(terminal.keyCommand('me', 'rsa-3072'));
    shell(terminal.keyCommand('alice', 'rsa-2048'));
    expect(openssl('rsa -in me.key -noout -text')).toContain('3072 bit');
    expect(openssl('rsa -pubin -in alice.pub -noout -text')).toContain('2048 bit');
  });

  test.each([
    ['p256', 'ASN1 OID: prime256v1'],
    ['p384', 'ASN1 OID: secp384r1'],
    ['ed25519', 'ED25519 Private-Key'],
  ] as const)('make a %s key', (kind, words) => {
    shell(terminal.keyCommand(kind, kind));
    expect(openssl(`pkey -in ${kind}.key -noout -text`)).toContain(words);
  });

  test('sign a message, whatever stands in it, and check it', () => {
    const message = `1 "tea" & it's $5 \\ %s`;
    shell(terminal.signMessageCommand('me', message));
    expect(shell(terminal.verifyMessageCommand('me', message, 'me'))).toContain('Verified OK');
    expect(() => shell(terminal.verifyMessageCommand('me', `${message}!`, 'me'))).toThrow(/Verif/);
    expect(() => shell(terminal.verifyMessageCommand('me', message, 'alice'))).toThrow(/Verif/);
  });

  test('make an authority that may sign', () => {
    shell(terminal.authorityCommand('mine', 'O=Order Desk, CN=Desk Root CA', 3650));
    const text = openssl('x509 -in ca.crt -noout -subject -issuer -ext keyUsage,basicConstraints');
    expect(text).toContain('subject=O = Order Desk, CN = Desk Root CA');
    expect(text).toContain('issuer=O = Order Desk, CN = Desk Root CA');
    expect(text).toMatch(/Certificate Sign, CRL Sign/);
    expect(text).toContain('CA:TRUE');
  });

  test('make a request with the subject that stands in the field', () => {
    expect(shell(terminal.requestCommand('alice', SUBJECT))).toMatch(/verify OK/i);
    expect(openssl('req -in alice.csr -noout -subject')).toContain("CN = Al'ice/1");
  });

  test.each(['client', 'server'] as const)('sign it for a %s, and it verifies for that and nothing else', (use) => {
    shell(terminal.signCommand({ owner: 'alice', by: 'mine', use, days: 30, subject: null }));
    expect(shell(terminal.verifyCommand('alice', 'mine', use))).toContain('alice.crt: OK');
    const other = use === 'client' ? 'server' : 'client';
    expect(() => shell(terminal.verifyCommand('alice', 'mine', other))).toThrow(/purpose/);
    expect(shell(terminal.inspectCommand('alice'))).toContain(use === 'server' ? 'DNS:localhost' : 'CA:FALSE');
  });

  test('sign it with another subject, or with its own key', () => {
    shell(terminal.signCommand({ owner: 'alice', by: 'mine', use: 'client', days: 1, subject: 'CN=bob' }));
    expect(openssl('x509 -in alice.crt -noout -subject')).toContain('subject=CN = bob');
    shell(terminal.signCommand({ owner: 'alice', by: 'self', use: 'client', days: 1, subject: null }));
    expect(() => shell(terminal.verifyCommand('alice', 'mine', 'client'))).toThrow();
    expect(openssl('x509 -in alice.crt -noout -issuer')).toContain("CN = Al'ice/1");
  });
});
