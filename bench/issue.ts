import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { createAuthority, createCrl, generateKey } from '../src/core/pki/pki.ts';
import { openBrowser } from '../tests/browser.ts';
import type { Bench } from './bench.ts';
import { interleaved, timed } from './rounds.ts';

const ROUNDS = 9;
const ENTRIES = 10_000;
const LISTS = 5;

/** What the page does on a click, and what a person would type: the same keys, requests and certificates. */
export const issue: Bench = {
  says: `a CA, a server and a client on screen in Chromium against the openssl program; a list of ${ENTRIES} entries opened`,
  programs: ['openssl'],
  async run(tell) {
    const script = await bundled();
    const folder = mkdtempSync(join(tmpdir(), 'trustwalk-bench-issue-'));
    // 127.0.0.1 is a secure context, as the product's own address is.
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<body>'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await tab.addScriptTag({ content: script });
      const ours = async () => {
        const { ms, pems } = (await tab.evaluate('issue()')) as { ms: number; pems: string[] };
        isVerified = pems.length === 3 && verified(folder, pems) && isVerified;
        return ms;
      };
      let isVerified = true;
      await ours(); // starts the worker, as a page that has made its first key has
      const rows = await interleaved(
        ROUNDS,
        { ours, openssl: () => timed(() => eightCommands(folder)) },
        (row, round) => tell(`round ${round + 1}: ${row.ours.toFixed(0)} ms, openssl ${row.openssl.toFixed(0)} ms`),
      );
      const list = JSON.stringify(await aLongList());
      const opened: { ms: number; entries: number }[] = [];
      for (let time = 0; time < LISTS; time++)
        opened.push((await tab.evaluate(`openList(${list})`)) as (typeof opened)[0]);
      return [
        {
          kind: 'measured',
          what: 'from click to three certificates on screen, ours over openssl',
          unit: 'x',
          values: rows.map((row) => row.ours / row.openssl),
          bar: { atMost: 1.2 },
          goal: 0.7,
        },
        { kind: 'claim', what: 'openssl verifies every certificate that was made', holds: isVerified },
        {
          kind: 'measured',
          what: `a list of ${ENTRIES} entries on screen`,
          unit: 'ms',
          values: opened.map(({ ms }) => ms),
          bar: { atMost: 300 },
        },
        {
          kind: 'claim',
          what: `all ${ENTRIES} entries are read`,
          holds: opened.every(({ entries }) => entries === ENTRIES),
        },
      ];
    } finally {
      await browser.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function openssl(folder: string, command: string): string {
  const { status, stdout, stderr } = spawnSync('openssl', command.split(' '), { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${command}\n${stderr}`);
  return stdout;
}

function eightCommands(folder: string): void {
  for (const name of ['ca', 'server', 'client']) openssl(folder, `genrsa -out ${name}.key 2048`);
  openssl(folder, 'req -x509 -new -key ca.key -sha256 -days 3650 -subj /CN=Root -out ca.crt');
  for (const name of ['server', 'client']) {
    openssl(
      folder,
      `req -new -key ${name}.key -subj /CN=${name} -addext subjectAltName=DNS:localhost -out ${name}.csr`,
    );
    openssl(
      folder,
      `x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -copy_extensions copy -days 365 -out ${name}.crt`,
    );
  }
}

function verified(folder: string, [root = '', ...leaves]: readonly string[]): boolean {
  writeFileSync(join(folder, 'root.crt'), root);
  return leaves.every((leaf) => {
    writeFileSync(join(folder, 'leaf.crt'), leaf);
    return openssl(folder, 'verify -x509_strict -CAfile root.crt leaf.crt').includes('leaf.crt: OK');
  });
}

async function aLongList(): Promise<string> {
  const { privateKey } = await generateKey();
  const now = Date.now();
  const root = createAuthority({ privateKey, subject: 'CN=Root', now });
  if (!root.ok) throw new Error(root.error.why);
  const revoked = Array.from({ length: ENTRIES }, (_, at) => ({
    ...{ serial: (0x10000000 + at * 7919).toString(16), at: now, reason: 'superseded' as const },
  }));
  const list = createCrl({ issuer: { certificate: root.value, privateKey }, now, number: 1, revoked });
  if (!list.ok) throw new Error(list.error.why);
  return list.value;
}

/** The page's script, as the site is built. */
async function bundled(): Promise<string> {
  const root = process.cwd();
  const alias = { $core: join(root, 'src/core'), $site: join(root, 'src/site') };
  const built = await build({
    ...{ configFile: false, root, logLevel: 'warn', resolve: { alias } },
    build: {
      write: false,
      target: 'es2023',
      lib: { entry: join(root, 'bench/issue/page.ts'), formats: ['iife'], name: 'issuePage', fileName: 'page' },
    },
  });
  const [output] = [built].flat();
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (chunk?.type !== 'chunk') throw new Error('vite built no script');
  return chunk.code;
}
