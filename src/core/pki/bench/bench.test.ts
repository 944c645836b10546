// A whole PKI on the bench, judged by openssl; and the same session as a script, run by bash.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import * as pki from '../pki.ts';
import { carriedOut, EMPTY_BENCH, type Bench, type BenchPki, type Step } from './bench.ts';
import { stepsToBring } from './brought.ts';
import { commandsOf, scriptOf } from './script.ts';

const functions = Object.fromEntries(
  Object.entries(pki).map(([name, call]) => [
    name,
    async (...args: never[]) => (call as (...all: never[]) => unknown)(...args),
  ]),
) as unknown as BenchPki;

async function after(steps: readonly Step[], from: Bench = EMPTY_BENCH): Promise<Bench> {
  let bench = from;
  for (const step of steps) {
    const next = await carriedOut(step, bench, functions, Date.now());
    bench = next.ok ? next.value : expect.fail(next.error.why);
  }
  return bench;
}

const FREE = { pathLength: null, permitted: [], excluded: [] };
const SESSION: readonly Step[] = [
  { do: 'root', name: 'root', kind: 'p384', subject: "O=Tea & Co, CN=It's a Root", days: 3650, ...FREE },
  { do: 'request', name: 'middle', kind: 'rsa-2048', subject: 'O=Tea & Co, CN=Middle', names: [], use: 'authority' },
  {
    ...{ do: 'sign', name: 'middle', by: 'root', use: 'authority', names: [], life: { days: 900 }, crlUrls: [] },
    ...{ pathLength: 0, permitted: ['DNS:tea.test', 'IP:10.0.0.0/9'], excluded: [] },
  },
  {
    ...{ do: 'request', name: 'desk', kind: 'p256', subject: 'CN=desk', use: 'server' },
    names: ['desk.tea.test', '10.1.2.3', 'other.test'],
  },
  {
    ...{ do: 'sign', name: 'desk', by: 'middle', use: 'server', life: { days: 30 }, ...FREE },
    ...{ names: ['desk.tea.test', '10.1.2.3'], crlUrls: ['http://tea.test/middle.crl'] },
  },
  { do: 'request', name: 'alice', kind: 'ed25519', subject: 'CN=alice', names: ['email:alice@tea.test'], use: null },
  {
    ...{ do: 'sign', name: 'alice', by: 'middle', use: 'client', life: { minutes: 90 }, ...FREE },
    ...{ names: [], crlUrls: [] },
  },
  { do: 'list', by: 'root', life: { days: 30 } },
  { do: 'list', by: 'middle', life: { days: 30 } },
  { do: 'revoke', name: 'alice', by: 'middle', reason: 'keyCompromise' },
  { do: 'list', by: 'middle', life: { days: 7 } },
];

/** What openssl says of the files of a folder, whoever made them. */
function judged(openssl: Openssl) {
  const verify =
    'verify -x509_strict -crl_check_all -CAfile root.crt -untrusted middle.crt -CRLfile root.crl -CRLfile middle.crl';
  return {
    desk: openssl.run(`${verify} -purpose sslserver -verify_hostname desk.tea.test desk.crt`).ok,
    other: openssl.run(`${verify} -verify_hostname other.test desk.crt`).ok,
    alice: /certificate revoked/.test(openssl.run(`${verify} -purpose sslclient alice.crt`).text),
  };
}
const GOOD = { desk: true, other: false, alice: true };

test.skipIf(!hasProgram('openssl'))('what is made on the bench openssl takes, with its lists', async () => {
  const { things, lists, steps } = await after(SESSION);
  const openssl = new Openssl();
  for (const { name, certificate } of Object.values(things)) openssl.write(`${name}.crt`, certificate ?? '');
  for (const [by, { pem }] of Object.entries(lists)) openssl.write(`${by}.crl`, pem);
  expect(judged(openssl)).toEqual(GOOD);
  expect(lists['middle']?.number).toBe(2);
  expect(steps).toEqual(SESSION);
  openssl.close();
});

test.skipIf(!hasProgram('openssl'))('the session as a script makes an equivalent PKI in an empty folder', () => {
  const openssl = new Openssl();
  const { status, stderr } = spawnSync('bash', ['-c', scriptOf(SESSION)], { cwd: openssl.folder, encoding: 'utf8' });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  expect(judged(openssl)).toEqual(GOOD);
  const text = openssl.must('x509 -in middle.crt -noout -text');
  expect(text).toMatch(/Permitted:\s+DNS:tea\.test\s+IP:10\.0\.0\.0\/255\.128\.0\.0/);
  expect(text).toContain("It's a Root");
  openssl.close();
});

test.skipIf(!hasProgram('openssl'))(
  'what means something in a file of openssl reaches the certificate as it is',
  () => {
    const uri = 'https://tea.test/a,b#c$d';
    const steps: readonly Step[] = [
      {
        do: 'root',
        name: 'root',
        kind: 'p256',
        subject: 'CN=Root',
        days: 1,
        ...FREE,
        permitted: ['fd00::/9', '10.0.0.0/8'],
      },
      { do: 'request', name: 'web', kind: 'p256', subject: 'CN=web', names: [`URI:${uri}`, 'dns:tea.test'], use: null },
      {
        ...{ do: 'sign', name: 'web', by: 'root', use: 'server', life: { days: 1 }, ...FREE },
        ...{ names: [`URI:${uri}`, 'dns:tea.test'], crlUrls: [uri, `${uri}2`] },
      },
      { do: 'revoke', name: 'web', by: 'root', reason: 'privilegeWithdrawn' },
      { do: 'list', by: 'root', life: { days: 1 } },
    ];
    const openssl = new Openssl();
    const { status, stderr } = spawnSync('bash', ['-c', scriptOf(steps)], { cwd: openssl.folder, encoding: 'utf8' });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    expect(openssl.must('crl -in root.crl -noout -text')).toContain('Serial Number');
    expect(openssl.must('req -in web.csr -noout -text')).toContain(`URI:${uri}, DNS:tea.test\n`);
    const text = openssl.must('x509 -in web.crt -noout -text');
    for (const part of [`URI:${uri}, DNS:tea.test\n`, `URI:${uri}\n`, `URI:${uri}2\n`]) expect(text).toContain(part);
    expect(openssl.must('x509 -in root.crt -noout -text')).toMatch(
      /Permitted:\s+IP:FD00:0:0:0:0:0:0:0\/FF80:0:0:0:0:0:0:0\s+IP:10\.0\.0\.0\/255\.0\.0\.0/,
    );
    openssl.close();
  },
);

test('the commands of a step stand alone', () => {
  expect(commandsOf(SESSION)[3]).toBe(
    [
      'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out desk.key',
      "openssl req -new -key desk.key -sha256 -utf8 -subj '/CN=desk' \\",
      "    -addext 'basicConstraints=critical,CA:FALSE' \\",
      "    -addext 'keyUsage=critical,digitalSignature' \\",
      "    -addext 'extendedKeyUsage=serverAuth' \\",
      "    -addext 'subjectAltName=DNS:desk.tea.test,IP:10.1.2.3,DNS:other.test' \\",
      '    -out desk.csr',
    ].join('\n'),
  );
});

test('what cannot be done is said, and changes nothing', async () => {
  const bench = await after(SESSION.slice(0, 2));
  const why = async (step: Step) => {
    const next = await carriedOut(step, bench, functions, Date.now());
    return next.ok ? expect.fail('it was done') : next.error.why;
  };
  const sign = { do: 'sign', use: 'client', names: [], life: { days: 1 }, crlUrls: [], ...FREE } as const;
  expect(await why({ do: 'request', name: 'root', kind: 'p256', subject: 'CN=x', names: [], use: null })).toMatch(
    /already/,
  );
  expect(await why({ do: 'request', name: 'Big One', kind: 'p256', subject: 'CN=x', names: [], use: null })).toMatch(
    /letters/,
  );
  expect(await why({ do: 'request', name: 'x', kind: 'p256', subject: 'tea', names: [], use: null })).toMatch(/\.$/);
  expect(await why({ ...sign, name: 'nobody', by: 'root' })).toMatch(/no request of nobody/);
  expect(await why({ ...sign, name: 'middle', by: 'middle' })).toMatch(/no certificate yet/);
  expect(await why({ do: 'revoke', name: 'root', by: 'middle', reason: 'unspecified' })).toMatch(
    /has signed no certificate/,
  );
});

test.skipIf(!hasProgram('openssl'))(
  'a CA grants another subject and a number of its choice, each number once; the script does the same',
  async () => {
    const by = 'root';
    const sign = {
      do: 'sign',
      by,
      use: 'server',
      names: ['desk.test'],
      life: { days: 1 },
      crlUrls: [],
      ...FREE,
    } as const;
    const steps: readonly Step[] = [
      { do: 'root', name: by, kind: 'p256', subject: 'CN=Root', days: 9, ...FREE },
      { do: 'request', name: 'desk', kind: 'p256', subject: 'CN=boss', names: [], use: 'server' },
      { do: 'request', name: 'other', kind: 'p256', subject: 'CN=other', names: [], use: 'server' },
      { ...sign, name: 'desk', subject: "O=Tea's, CN=desk", serial: '0x0A:bc' },
    ];
    const bench = await after(steps);
    for (const [serial, why] of [
      ['abc', /given this number to desk/],
      ['tea', /1 to 20 bytes in hex/],
      ['00', /not zero/],
      ['ff'.repeat(21), /1 to 20 bytes/],
    ] as const) {
      const next = await carriedOut({ ...sign, name: 'other', serial }, bench, functions, Date.now());
      expect(next).toMatchObject({ ok: false, error: { why: expect.stringMatching(why) } });
    }
    const openssl = new Openssl();
    openssl.write('own.crt', bench.things['desk']?.certificate ?? '');
    const { status, stderr } = spawnSync('bash', ['-c', scriptOf(steps)], { cwd: openssl.folder, encoding: 'utf8' });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    const told = (file: string) => openssl.must(`x509 -in ${file} -noout -serial -subject -issuer`);
    expect(told('own.crt')).toBe("serial=0ABC\nsubject=O = Tea's, CN = desk\nissuer=CN = Root\n");
    expect(told('desk.crt')).toBe(told('own.crt'));
    openssl.must('verify -x509_strict -CAfile root.crt desk.crt');
    openssl.close();
  },
);

describe.skipIf(!hasProgram('openssl'))('files from elsewhere', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.close());
  const makes = (script: string) => {
    const { status, stderr } = spawnSync('bash', ['-euc', script], { cwd: openssl.folder, encoding: 'utf8' });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  };
  /** What openssl makes: a CA with a list that revokes one certificate, a leaf, a request, keys in three forms. */
  beforeAll(() =>
    makes(`
      openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 30 -subj '/O=Tea/CN=Tea Root' \\
        -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
      openssl ecparam -name prime256v1 -genkey -noout -out alice.key
      openssl req -new -key alice.key -subj /CN=alice -out alice.csr
      openssl x509 -req -in alice.csr -CA ca.crt -CAkey ca.key -set_serial 77 -days 9 -out alice.crt 2>/dev/null
      openssl pkcs8 -topk8 -in alice.key -out locked.key -passout pass:tea
      openssl pkcs12 -export -inkey ca.key -in ca.crt -out ca.p12 -passout pass:tea
      openssl x509 -in ca.crt -outform DER -out ca.der
      touch index.txt; echo 05 >number
      printf '[ca]\\ndefault_ca=own\\n[own]\\ndatabase=index.txt\\ncrlnumber=number\\ndefault_md=sha256\\n' >ca.cnf
      openssl req -new -key alice.key -subj /CN=gone -out gone.csr
      openssl x509 -req -in gone.csr -CA ca.crt -CAkey ca.key -set_serial 0xab -days 9 -out gone.crt 2>/dev/null
      openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -revoke gone.crt -crl_reason superseded 2>/dev/null
      openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -gencrl -crldays 3 -out ca.crl 2>/dev/null`),
  );
  const bytes = (name: string) => new Uint8Array(readFileSync(join(openssl.folder, name)));
  const brought = (names: readonly string[], bench = EMPTY_BENCH, passphrase = '') =>
    stepsToBring({ inputs: names.map(bytes), passphrase }, bench, functions);
  const bring = async (names: readonly string[], bench = EMPTY_BENCH, passphrase = '') => {
    const steps = await brought(names, bench, passphrase);
    return steps.ok ? after(steps.value, bench) : expect.fail(steps.error.why);
  };

  test('who signed whom is found, in whatever order they come', async () => {
    const bench = await bring(['ca.der'], await bring(['alice.crt', 'alice.key']));
    expect(Object.values(bench.things).map(({ name, signedBy, kind }) => [name, signedBy, kind])).toEqual([
      ['alice', 'tea-root', 'p256'],
      ['tea-root', 'tea-root', 'rsa-2048'],
    ]);
    expect(bench.things['alice']?.privateKey?.reveal()).toContain('BEGIN PRIVATE KEY');
    expect(bench.things['tea-root']?.privateKey).toBe(null);
    const list = await carriedOut({ do: 'list', by: 'tea-root', life: { days: 1 } }, bench, functions, Date.now());
    expect(list).toMatchObject({ ok: false, error: { why: expect.stringContaining('without its private key') } });
  });

  test('a CA from a PKCS#12 file signs here; its list goes on; the session as a script does the same', async () => {
    const ca = await bring(['ca.p12'], EMPTY_BENCH, 'tea');
    const bench = await bring(['ca.crl', 'alice.csr'], ca);
    const sign = { do: 'sign', name: 'alice', by: 'tea-root', use: 'client', names: [], crlUrls: [] } as const;
    const done = await after(
      [
        { ...sign, life: { days: 2 }, serial: '1234', ...FREE },
        { do: 'revoke', name: 'alice', by: 'tea-root', reason: 'keyCompromise' },
        { do: 'list', by: 'tea-root', life: { minutes: 90 } },
      ],
      bench,
    );
    const made = new Openssl();
    made.write('own.crl', done.lists['tea-root']?.pem ?? '');
    made.write('own.crt', done.things['alice']?.certificate ?? '');
    const script = scriptOf(done.steps);
    const run = () => spawnSync('bash', ['-c', script], { cwd: made.folder, encoding: 'utf8' });
    expect(script).not.toContain('PRIVATE KEY');
    const without = run();
    expect([without.status, without.stderr]).toEqual([1, expect.stringContaining('put tea-root.key here')]);
    made.write('tea-root.key', bytes('ca.key'));
    const { status, stderr } = run();
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    for (const file of ['own.crl', 'tea-root.crl']) {
      const text = made.must(`crl -in ${file} -noout -text -CAfile tea-root.crt`);
      expect(text.match(/Serial Number: (\S+)/g)).toEqual(['Serial Number: AB', 'Serial Number: 1234']);
      expect(text).toMatch(/Superseded[^]*Key Compromise/);
      expect(text).toMatch(/X509v3 CRL Number:\s+6\n/);
    }
    for (const file of ['own.crt', 'alice.crt']) made.must(`verify -CAfile tea-root.crt ${file}`);
    made.close();
  });

  test.each([
    ['a wrong passphrase', ['alice.crt', 'locked.key'], 'green', /passphrase/],
    ['a key that belongs to nothing beside it', ['alice.crt', 'ca.key'], '', /belongs to no certificate/],
    ['a list whose CA is not here', ['ca.crl'], '', /Bring its CA first/],
    ['no file of a PKI', ['index.txt'], '', /\.$/],
    ['a PKCS#12 file without its passphrase', ['ca.p12'], '', /passphrase/],
  ] as const)('%s is told in words', async (_what, names, passphrase, why) => {
    expect(await brought(names, EMPTY_BENCH, passphrase)).toMatchObject({
      ok: false,
      error: { why: expect.stringMatching(why) },
    });
  });

  test('what is here already does not come twice', async () => {
    const bench = await bring(['ca.crt']);
    expect(await brought(['ca.p12'], bench, 'tea')).toMatchObject({
      ok: false,
      error: { why: expect.stringContaining('already, as tea-root') },
    });
  });

  test('an encrypted key opens with its passphrase', async () => {
    const { things } = await bring(['alice.crt', 'locked.key'], EMPTY_BENCH, 'tea');
    expect(things['alice']?.privateKey?.reveal()).toContain('BEGIN PRIVATE KEY');
  });
});
