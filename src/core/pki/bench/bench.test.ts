// A whole PKI on the bench, judged by openssl; and the same session as a script, run by bash.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import * as pki from '../pki.ts';
import { carriedOut, EMPTY_BENCH, type Bench, type BenchPki, type Step } from './bench.ts';
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
  { do: 'list', by: 'root', days: 30 },
  { do: 'list', by: 'middle', days: 30 },
  { do: 'revoke', name: 'alice', reason: 'keyCompromise' },
  { do: 'list', by: 'middle', days: 7 },
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
      { do: 'revoke', name: 'web', reason: 'privilegeWithdrawn' },
      { do: 'list', by: 'root', days: 1 },
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
  expect(await why({ do: 'revoke', name: 'root', reason: 'unspecified' })).toMatch(/No CA/);
});
