/** What is made here, imported into the store that Chromium on Linux has (NSS), and used by Chromium itself. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anatomyOf } from '../../src/core/pki/anatomy/anatomy.ts';
import * as pki from '../../src/core/pki/pki.ts';
import type { KeyKind } from '../../src/core/pki/keys/key-kind.ts';
import { openBrowser } from '../browser.ts';
import { hasProgram } from '../programs.ts';

const NOW = Date.now();
const made = <Value>(result: { ok: true; value: Value } | { ok: false; error: { why: string } }): Value =>
  result.ok ? result.value : expect.fail(result.error.why);

describe.skipIf(!hasProgram('certutil'))('Chromium’s store', () => {
  const home = mkdtempSync(join(tmpdir(), 'trustwalk-nss-'));
  const store = join(home, '.pki/nssdb');
  const servers: Server[] = [];
  beforeAll(() => {
    mkdirSync(store, { recursive: true });
    nss('certutil', '-N', '--empty-password');
  });
  afterAll(async () => {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    rmSync(home, { recursive: true, force: true });
  });

  function nss(program: 'certutil' | 'pk12util', ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(program, ['-d', `sql:${store}`, ...args], { encoding: 'utf8' });
    expect([program, ...args, status, status === 0 ? '' : stderr + stdout]).toEqual([program, ...args, 0, '']);
    return stdout;
  }
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(home, name), content);
    return join(home, name);
  };

  async function aChain(kind: KeyKind) {
    const [ca, desk, alice] = await Promise.all([1, 2, 3].map(() => pki.generateKey({ kind })));
    const key = ca?.privateKey ?? '';
    const root = made(pki.createAuthority({ privateKey: key, subject: `CN=Root ${kind}`, now: NOW, days: 9 }));
    const issuer = { certificate: root, privateKey: key };
    const leaf = (privateKey: string, use: 'server' | 'client', names: string[]) => {
      const request = made(pki.createRequest({ privateKey, subject: `CN=${use} ${kind}`, names }));
      return made(pki.issueCertificate({ request, issuer, for: use, now: NOW, days: 3 }));
    };
    return {
      root,
      desk: { key: desk?.privateKey ?? '', cert: leaf(desk?.privateKey ?? '', 'server', ['localhost']) },
      alice: { key: alice?.privateKey ?? '', cert: leaf(alice?.privateKey ?? '', 'client', []) },
    };
  }

  test.each(['rsa-2048', 'p256', 'p384'] as const)(
    '%s: roots, certificates and PKCS#12 files are imported, and found valid for their use',
    async (kind) => {
      const { root, desk, alice } = await aChain(kind);
      nss('certutil', '-A', '-n', `root ${kind}`, '-t', 'CT,C,C', '-i', file('root.crt', root));
      nss('certutil', '-A', '-n', `desk ${kind}`, '-t', ',,', '-i', file('desk.crt', desk.cert));
      const box = {
        privateKey: alice.key,
        certificates: [alice.cert, root],
        passphrase: 'green tea',
        name: `alice ${kind}`,
      };
      nss('pk12util', '-i', file('alice.p12', made(pki.createPkcs12(box))), '-W', 'green tea');
      expect(nss('certutil', '-L', '-n', `alice ${kind}`)).toContain(`CN=client ${kind}`);
      expect(nss('certutil', '-K')).toContain(`alice ${kind}`);
      expect(nss('certutil', '-V', '-n', `desk ${kind}`, '-u', 'V')).toContain('certificate is valid');
      expect(nss('certutil', '-V', '-n', `alice ${kind}`, '-u', 'C')).toContain('certificate is valid');

      nss('pk12util', '-o', join(home, 'out.p12'), '-n', `alice ${kind}`, '-W', 'other tea');
      const out = new Uint8Array(readFileSync(join(home, 'out.p12')));
      const { identities } = made(pki.readPkcs12({ file: out, passphrase: 'other tea' }));
      expect(identities).toMatchObject([{ name: `alice ${kind}`, certificates: [alice.cert, root] }]);
      expect(anatomyOf(out)).toMatchObject({ value: [{ kind: 'PKCS#12 file', problem: null, isRewritten: true }] });
      expect(pki.keyFits({ privateKey: identities[0]?.privateKey ?? '', certificate: alice.cert }).holds).toBe(true);
    },
  );

  test.each(['rsa-2048', 'p256'] as const)(
    '%s: Chromium takes the server whose root it has, and no other',
    async (kind) => {
      const trusted = await aChain(kind);
      const foreign = await aChain(kind);
      nss('certutil', '-A', '-n', `trusted ${kind}`, '-t', 'CT,C,C', '-i', file('root.crt', trusted.root));
      const browser = await openBrowser([], { HOME: home });
      try {
        const answers = await Promise.all(
          [trusted, foreign].map(async ({ desk }) => {
            const server = createServer(desk, (_request, response) => response.end('tea'));
            servers.push(server);
            await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
            const page = await browser.newPage();
            return page.goto(`https://localhost:${(server.address() as AddressInfo).port}/`).then(
              (response) => response?.status() ?? 0,
              (error: unknown) => /ERR_CERT_\w+/.exec(String(error))?.[0],
            );
          }),
        );
        expect(answers).toEqual([200, 'ERR_CERT_AUTHORITY_INVALID']);
      } finally {
        await browser.close();
      }
    },
  );
});
