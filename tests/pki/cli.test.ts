// `trustwalk pki` from end to end, judged by openssl, Python's ssl, curl and keytool.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pki } from '../../server/cli/pki/pki.ts';
import { UsageError } from '../../server/cli/usage.ts';
import { StartError } from '../../server/start-error.ts';
import { hasProgram } from '../programs.ts';
import { freePort } from '../free-port.ts';

const root = mkdtempSync(join(tmpdir(), 'trustwalk-pki-'));
const children: ChildProcess[] = [];
afterAll(() => {
  children.forEach((child) => child.kill());
  rmSync(root, { recursive: true, force: true });
});

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the command as the program does: what it throws is a sentence and a status. */
async function run(...args: string[]): Promise<Ran> {
  const out: string[] = [];
  const errors: string[] = [];
  const terminal = { out: (line: string) => out.push(line), error: (line: string) => errors.push(line) };
  const ended = (status: number | null) => ({ status, out: out.join('\n'), error: errors.join('\n') });
  try {
    return ended(await pki.run(args, terminal));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StartError)) throw error;
    errors.push(error.message);
    return ended(error instanceof UsageError ? 2 : 1);
  }
}
async function must(...args: string[]): Promise<string> {
  const ran = await run(...args);
  if (ran.status !== 0) throw new Error(`pki ${args.join(' ')}: ${ran.status} ${ran.error}${ran.out}`);
  return ran.out;
}
const openssl = (command: string, cwd: string): string => {
  const { stdout, stderr } = spawnSync('openssl', command.split(' '), { cwd, encoding: 'utf8' });
  return stdout + stderr;
};
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

let folders = 0;
/** A folder with a CA, a server and a client of one kind of key. */
async function aPki(kind: string): Promise<string> {
  const certs = join(root, `certs-${folders++}`);
  await must('init', '--certs', certs, '--newkey', kind);
  await must('issue', 'server', '--certs', certs, '--newkey', kind);
  await must('issue', 'alice', '--certs', certs, '--newkey', kind, '--minutes', '10');
  return certs;
}

describe.skipIf(!hasProgram('openssl'))('what it makes', () => {
  test.each(['rsa-2048', 'p256', 'p384', 'ed25519'])(
    'with %s keys is taken by openssl, Python and curl',
    async (kind) => {
      const certs = await aPki(kind);
      const verify = 'verify -x509_strict -crl_check_all -CAfile ca.crt -CRLfile crl.pem';
      expect(openssl(`${verify} -purpose sslclient alice.crt`, certs)).toContain('alice.crt: OK');
      const host = '-purpose sslserver -verify_hostname localhost -verify_ip 127.0.0.1';
      expect(openssl(`${verify} ${host} server.crt`, certs)).toContain('server.crt: OK');
      for (const name of ['ca', 'server', 'alice']) expect(mode(join(certs, `${name}.key`))).toBe('600');

      const ends = await must(
        'explain',
        join(certs, 'alice.crt'),
        '--ca',
        join(certs, 'ca.crt'),
        '--crl',
        join(certs, 'crl.pem'),
      );
      expect(ends).toContain('Trusted.');
      await conversation(certs);

      await must('revoke', join(certs, 'alice.crt'), '--certs', certs, '--reason', 'keyCompromise');
      expect(openssl(`${verify} alice.crt`, certs)).toContain('certificate revoked');
      const refused = await run(
        'explain',
        join(certs, 'alice.crt'),
        '--ca',
        join(certs, 'ca.crt'),
        '--crl',
        join(certs, 'crl.pem'),
      );
      expect(refused).toMatchObject({
        status: 1,
        out: expect.stringMatching(/FAILS revocation +It was revoked at .*keyCompromise/),
      });
      expect(openssl('crl -in crl.pem -CAfile ca.crt -noout -text', certs)).toMatch(
        /CRL Number:\s+2[\s\S]*Key Compromise[\s\S]*verify OK/,
      );
    },
  );

  test('an intermediate CA with limits, three deep', async () => {
    const certs = join(root, 'deep');
    await must('init', '--certs', certs, '--newkey', 'p384', '--path-len', '1');
    const limits = ['--permit', 'DNS:example.test', '--permit', 'IP:10.0.0.0/8', '--exclude', 'DNS:bad.example.test'];
    await must('issue', 'sub', '--certs', certs, '--newkey', 'p256', '--for', 'ca', '--path-len', '0', ...limits);
    const by = ['--ca', join(certs, 'sub.crt'), '--ca-key', join(certs, 'sub.key')];
    const issue = (name: string, san: string) =>
      must(
        'issue',
        name,
        '--certs',
        certs,
        '--newkey',
        'ed25519',
        '--for',
        'server',
        '--san',
        san,
        ...by,
        '--cdp',
        'http://ca.example.test/crl',
      );
    await issue('good', 'www.example.test');
    await issue('bad', 'www.bad.example.test');
    await must('crl', '--certs', certs, ...by, '--out', join(certs, 'sub-crl.pem'), '--crl', join(certs, 'none.pem'));
    writeFileSync(
      join(certs, 'lists.pem'),
      readFileSync(join(certs, 'crl.pem'), 'latin1') + readFileSync(join(certs, 'sub-crl.pem'), 'latin1'),
    );
    const verify = 'verify -x509_strict -crl_check_all -CAfile ca.crt -untrusted sub.crt -CRLfile lists.pem';
    expect(openssl(`${verify} good.crt`, certs)).toContain('good.crt: OK');
    expect(openssl(`${verify} bad.crt`, certs)).toMatch(/excluded subtree violation/);
    expect(openssl('x509 -in sub.crt -noout -text', certs)).toMatch(/CA:TRUE, pathlen:0[\s\S]*IP:10.0.0.0\/255.0.0.0/);
    expect(openssl('x509 -in good.crt -noout -text', certs)).toContain('URI:http://ca.example.test/crl');
    const files = ['--ca', join(certs, 'ca.crt'), '--untrusted', join(certs, 'sub.crt'), join(certs, 'bad.crt')];
    expect((await run('explain', ...files, '--purpose', 'server')).out).toMatch(/FAILS name-constraints/);
    expect(
      (
        await run(
          'issue',
          'lower',
          '--certs',
          certs,
          '--ca',
          join(certs, 'good.crt'),
          '--ca-key',
          join(certs, 'good.key'),
        )
      ).error,
    ).toContain('may not sign others');
  });

  test("openssl's request is signed, and each of its wishes is told", async () => {
    const certs = await aPki('p256');
    const request =
      'req -new -newkey rsa:2048 -nodes -keyout bob.key -out bob.csr -subj /CN=alice -addext subjectAltName=DNS:bank.test,email:b@c.ch';
    openssl(`${request} -addext basicConstraints=CA:TRUE`, certs);
    const told = await must(
      'sign',
      join(certs, 'bob.csr'),
      '--certs',
      certs,
      '--subject',
      'CN=bob',
      '--san',
      'email:b@c.ch',
      '--days',
      '3',
    );
    expect(told).toMatch(/subject +changed +CN=alice -> CN=bob/);
    expect(told).toMatch(/subjectAltName +not granted +DNS:bank.test/);
    expect(told).toMatch(/subjectAltName +granted as asked +email:b@c.ch/);
    expect(told).toMatch(/basicConstraints +changed +an authority -> no authority/);
    expect(openssl('verify -x509_strict -CAfile ca.crt bob.crt', certs)).toContain('bob.crt: OK');
    const out = await run('sign', join(certs, 'bob.csr'), '--certs', certs, '--out', '-');
    expect(out.out).toMatch(/^-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----$/);
  });

  test.skipIf(!hasProgram('keytool'))('a PKCS#12 file, for openssl and Java', async () => {
    const certs = await aPki('p256');
    const box = join(certs, 'carol.p12');
    await must('issue', 'carol', '--certs', certs, '--newkey', 'p256', '--p12', box, '--passout', 'pass:secret1');
    expect(mode(box)).toBe('600');
    expect(openssl('pkcs12 -in carol.p12 -passin pass:secret1 -nokeys', certs)).toContain('CN = carol');
    const { stdout } = spawnSync('keytool', ['-list', '-keystore', box, '-storepass', 'secret1'], { encoding: 'utf8' });
    expect(stdout).toMatch(/carol, .*PrivateKeyEntry/);
    expect((await run('show', box)).error).toContain('asks for a passphrase');
    const shown = await must('show', box, '--passin', 'pass:secret1');
    expect(shown).toMatch(/Identity: carol[\s\S]*EC secp256r1, 256 bits[\s\S]*Secret half: not shown/);
    expect(readFileSync(join(certs, 'carol.key'), 'latin1')).toContain('ENCRYPTED PRIVATE KEY');
  });
});

describe('keys are kept', () => {
  test('never overwritten without --force, never printed unless asked', async () => {
    const certs = await aPki('ed25519');
    const before = readFileSync(join(certs, 'alice.key'), 'latin1');
    expect(await must('issue', 'alice', '--certs', certs, '--days', '9')).toContain('for the key that was there');
    expect(readFileSync(join(certs, 'alice.key'), 'latin1')).toBe(before);
    expect(await run('init', '--certs', certs)).toMatchObject({ status: 1, error: expect.stringContaining('--force') });
    await must('issue', 'alice', '--certs', certs, '--newkey', 'p256', '--force');
    expect(readFileSync(join(certs, 'alice.key'), 'latin1')).not.toBe(before);
    expect(mode(join(certs, 'alice.key'))).toBe('600');

    const printed = await must('issue', 'dave', '--certs', certs, '--newkey', 'p256', '--out', '-');
    expect(printed).toMatch(/BEGIN PRIVATE KEY[^]*BEGIN CERTIFICATE/);
    expect(existsSync(join(certs, 'dave.key'))).toBe(false);
    for (const file of ['alice.key', 'ca.key']) {
      const shown = await must('show', join(certs, file), '--json');
      const body = readFileSync(join(certs, file), 'latin1').split('\n')[1] ?? '';
      const secret = Buffer.from(body, 'base64').subarray(-32).toString('hex');
      expect(shown.replaceAll(':', '')).not.toContain(secret);
    }
  });

  test('two who revoke at once leave both certificates on the list', async () => {
    const certs = await aPki('p256');
    const serials = Array.from({ length: 8 }, (_, at) => `a${at}`);
    await Promise.all(serials.map((serial) => must('revoke', serial, '--certs', certs)));
    const list = JSON.parse(await must('crl', '--certs', certs, '--json', '--minutes', '5')) as {
      number: string;
      revoked: { serial: string }[];
    };
    expect(list.revoked.map(({ serial }) => serial).sort()).toEqual(serials);
    expect(list.number).toBe('10');
    expect(existsSync(join(certs, '.crl.lock'))).toBe(false);
  });
});

describe('what cannot be used is a sentence with the file and the place', () => {
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(root, name), content);
    return join(root, name);
  };
  const nested = Buffer.concat(Array.from({ length: 20_000 }, () => Buffer.from([0x30, 0x80])));
  const huge = Buffer.concat([Buffer.from('308201000284000f4240', 'hex'), Buffer.alloc(1_000_000, 0xff)]);
  test.each([
    ['nothing', '', 'empty'],
    ['a text', 'hello', 'neither PEM'],
    ['ten megabytes of zeros', Buffer.alloc(10_000_000), 'neither PEM'],
    [
      'ten megabytes of zeros inside PEM',
      `-----BEGIN CERTIFICATE-----\n${'A'.repeat(13_333_332)}\n-----END CERTIFICATE-----\n`,
      'too large',
    ],
    ['nesting without end', nested, 'indefinite length at byte 1'],
    ['a number without end', huge, 'too large'],
    ['a block that is cut off', '-----BEGIN CERTIFICATE-----\nMIIB', 'no END line'],
    ['letters that are no base64', '-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n', 'damaged'],
  ])('%s', async (_, content, words) => {
    const path = file('bad', content);
    for (const command of [
      ['show', path],
      ['explain', path, '--ca', path],
    ]) {
      const startedAt = performance.now();
      const ran = await run(...command);
      expect(ran.status).toBe(1);
      expect(`${ran.error}`).toContain(path);
      if (command[0] === 'explain') expect(ran.error).toMatch(new RegExp(words));
      expect(performance.now() - startedAt).toBeLessThan(5_000); // a hang is what this is about
    }
  });

  test('a key of another certificate, a wrong passphrase, a missing file, a stranger’s certificate', async () => {
    const [one, two] = [await aPki('p256'), await aPki('p256')];
    const mixed = ['--certs', one, '--ca-key', join(two, 'ca.key')];
    expect((await run('issue', 'eve', ...mixed)).error).toMatch(/do not belong together/);
    expect((await run('revoke', join(two, 'alice.crt'), '--certs', one)).error).toMatch(/was not issued by this CA/);
    expect((await run('show', join(one, 'none'))).error).toMatch(/there is no file/);
    const none = join(root, 'no-ca');
    expect((await run('issue', '--certs', none)).error).toMatch(/there is no CA in .*pki init/);
    const locked = join(root, 'locked');
    await must('init', '--certs', locked, '--newkey', 'p256', '--passout', 'pass:right');
    expect((await run('issue', 'eve', '--certs', locked)).error).toMatch(
      /encrypted. Give its passphrase with --passin/,
    );
    expect((await run('issue', 'eve', '--certs', locked, '--passin', 'pass:wrong')).error).toMatch(/does not open/);
    expect((await run('issue', 'eve', '--certs', locked, '--newkey', 'p256', '--passin', 'pass:right')).status).toBe(0);
  });

  test('usage', async () => {
    for (const args of [
      [],
      ['frob'],
      ['issue', '--days', 'x'],
      ['issue', '--days', '1', '--minutes', '1'],
      ['explain'],
      ['explain', 'x'],
      ['revoke'],
      ['show'],
      ['revoke', 'aa', '--reason', 'bored'],
      ['issue', '--newkey', 'dsa'],
      ['issue', '../x'],
      ['explain', 'x', '--ca', 'y', '--at', '2026-02-31'],
      ['explain', 'x', '--ca'],
    ])
      expect(await run(...args)).toMatchObject({ status: 2, error: expect.stringMatching(/./) });
    expect(pki.helpFor?.(['explain', '--help'])).toContain('--untrusted FILE');
  });
});

/** A TLS server with the desk's certificate; Python and curl come with alice's. */
async function conversation(certs: string): Promise<void> {
  const at = (name: string) => join(certs, name);
  const port = await freePort();
  const own = [
    '-key',
    at('server.key'),
    '-cert',
    at('server.crt'),
    '-CAfile',
    at('ca.crt'),
    '-Verify',
    '2',
    '-verify_return_error',
  ];
  const server = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-www', '-quiet', ...own], {
    stdio: 'pipe',
  });
  children.push(server);
  await expect.poll(() => canConnect(port), { timeout: 5_000 }).toBe(true);
  if (hasProgram('curl')) {
    const args = [
      '-sS',
      '--max-time',
      '10',
      '--cacert',
      at('ca.crt'),
      '--cert',
      at('alice.crt'),
      '--key',
      at('alice.key'),
      `https://localhost:${port}/`,
    ];
    expect(spawnSync('curl', args, { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Cipher'),
    });
  }
  if (hasProgram('python3')) {
    const program = `import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
context.verify_flags |= ssl.VERIFY_X509_STRICT
context.load_cert_chain(sys.argv[3], sys.argv[4])
with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10), server_hostname="localhost") as s:
    s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    print(s.version(), s.getpeercert()["subject"], s.recv(15))`;
    const { stdout, stderr } = spawnSync(
      'python3',
      ['-c', program, String(port), at('ca.crt'), at('alice.crt'), at('alice.key')],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/TLSv1.3 .*'localhost'.* b'HTTP\/1.0 200/);
  }
  server.kill();
  await once(server, 'exit');
}

const canConnect = (port: number): boolean =>
  spawnSync('sh', ['-c', `python3 -c "import socket; socket.create_connection(('127.0.0.1', ${port}), 1)"`]).status ===
  0;
