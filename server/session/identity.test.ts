import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hasProgram } from '../../tests/programs.ts';
import { ensureIdentity } from './identity.ts';

const folder = mkdtempSync(join(tmpdir(), 'trustwalk-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the key is made once, only its owner can read it, and the request stays the same', async () => {
  const path = join(folder, 'data', 'relay.key');
  const first = await ensureIdentity(path);
  const second = await ensureIdentity(path);
  expect(second.csr).toBe(first.csr);
  expect(second.privateKey.reveal()).toBe(readFileSync(path, 'utf8'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  expect(JSON.stringify(first)).not.toContain('PRIVATE KEY-----');
});

test.skipIf(!hasProgram('openssl'))(
  'openssl reads the request, its signature holds, and it asks for this machine',
  async () => {
    const { csr } = await ensureIdentity(join(folder, 'data', 'relay.key'));
    const text = execFileSync('openssl', ['req', '-noout', '-verify', '-text'], {
      input: csr,
      stdio: 'pipe',
    }).toString();
    expect(text).toContain('Public-Key: (2048 bit)');
    expect(text).toMatch(/DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/);
  },
);

test('a file that is no key, or a link, is refused with a remedy', async () => {
  const damaged = join(folder, 'damaged.key');
  writeFileSync(damaged, 'not a key');
  await expect(ensureIdentity(damaged)).rejects.toThrow(/holds no usable key .* Remove it/);
  const link = join(folder, 'link.key');
  symlinkSync(damaged, link);
  await expect(ensureIdentity(link)).rejects.toThrow(/cannot be read/);
});
