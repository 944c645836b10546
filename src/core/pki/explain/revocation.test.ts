// Revocation beside `openssl verify -crl_check_all -extended_crl`, with lists that openssl made.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import { explain } from '../pki.ts';

const CA = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
const IDS = ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid'];
const LEAF = ['basicConstraints=CA:FALSE', 'keyUsage=digitalSignature', ...IDS];
const NOW = Math.floor(Date.now() / 1000) * 1000 + 60_000;
const DAY = 86_400_000;

/** As openssl's command line wants times. */
const stamp = (ms: number) => `${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;

/** An issuing distribution point for openssl's configuration. */
const scope = (...lines: string[]) => ['issuingDistributionPoint=critical,@idp', '[idp]', ...lines];

describe.skipIf(!hasProgram('openssl'))('the same verdict as openssl verify -crl_check_all', () => {
  let openssl: Openssl;
  beforeAll(() => {
    openssl = new Openssl();
    for (const name of ['root', 'middle', 'leaf', 'signer', 'other', 'fake']) {
      openssl.must(`ecparam -name prime256v1 -genkey -noout -out ${name}.key`);
    }
    certify('root', '/CN=root', null, [...CA, ...IDS]);
    certify('middle', '/CN=middle', 'root', [...CA, ...IDS]);
    certify('leaf', '/CN=leaf', 'middle', LEAF);
    // A key of its own for lists: the CA's name, another key, signed by the root.
    certify('signer', '/CN=middle', 'root', ['keyUsage=critical,cRLSign', ...IDS]);
    certify('fake', '/CN=middle', null, [...CA, ...IDS]);
    certify('other', '/CN=middle', 'root', ['keyUsage=critical,digitalSignature', ...IDS]);
  });
  afterAll(() => openssl.close());

  let serial = 0x1000;
  const serials: Record<string, string> = {};

  function certify(name: string, subject: string, issuer: string | null, lines: readonly string[], as = name): void {
    openssl.write('ext', lines.join('\n'));
    serials[as] = (serial++).toString(16).toUpperCase();
    openssl.must(`req -new -key ${name}.key -out csr -subj ${subject}`);
    const signer = issuer === null ? `-signkey ${name}.key` : `-CA ${issuer}.crt -CAkey ${issuer}.key`;
    openssl.must(
      `x509 -req -in csr ${signer} -set_serial 0x${serials[as]} -sha256 -days 365 -extfile ext -out ${as}.crt`,
    );
  }

  interface List {
    by?: string;
    revoked?: readonly string[];
    days?: number;
    /** hours since it was made */
    since?: number;
    extensions?: readonly string[];
  }

  /** A list by openssl ca; `revoked` names certificates. */
  function list({ by = 'middle', revoked = [], days = 30, since = 0, extensions = [] }: List): string {
    const rows = revoked.map(
      (name) => `R\t351231235959Z\t260101000000Z,superseded\t${serials[name]}\tunknown\t/CN=x\n`,
    );
    openssl.write('index.txt', rows.join(''));
    openssl.write('number', '01\n');
    const config = [
      ...['[ca]', 'default_ca=d', '[d]', 'database=index.txt', 'crlnumber=number', 'default_md=sha256'],
      ...['crl_extensions=x', '[x]', 'authorityKeyIdentifier=keyid', ...extensions],
    ];
    openssl.write('ca.cnf', config.join('\n') + '\n');
    const [from, to] = days < 0 ? [NOW - 9 * DAY, NOW - DAY] : [NOW - 60_000 - since * 3_600_000, NOW + days * DAY];
    const life = `-crl_lastupdate ${stamp(from)} -crl_nextupdate ${stamp(to)}`;
    openssl.must(`ca -config ca.cnf -gencrl -cert ${by}.crt -keyfile ${by}.key ${life} -out list.pem`);
    return openssl.read('list.pem');
  }

  interface Case {
    lists: readonly List[];
    leaf?: string;
    untrusted?: readonly string[];
    at?: number;
    /** words of the reason; nothing: trusted */
    fails?: string;
    /** openssl's verdict, where it differs */
    openssl?: boolean;
  }
  const root: List = { by: 'root' };

  const CASES: Readonly<Record<string, Case>> = {
    'nobody is revoked': { lists: [root, {}] },
    'the leaf is revoked': { lists: [root, { revoked: ['leaf'] }], fails: 'It was revoked at 2026-01-01' },
    'the authority is revoked': { lists: [{ ...root, revoked: ['middle'] }, {}], fails: 'It was revoked' },
    'the root lists the leaf’s number': { lists: [{ ...root, revoked: ['leaf'] }, {}] },
    'there is no list of the authority': { lists: [root], fails: 'no revocation list of CN=middle' },
    'there is no list of the root': { lists: [{}], fails: 'no revocation list of CN=root' },
    'a list is stale': { lists: [root, { days: -1 }], fails: 'stale' },
    'a list is from the future': { lists: [root, {}], at: NOW - DAY, fails: 'future' },
    'a list of the right name by another key': { lists: [root, { by: 'fake' }], fails: 'has signed this list' },
    'a stale list beside a fresh one': { lists: [root, { days: -1 }, {}] },
    'the newer of two lists names it': {
      lists: [root, { since: 9 }, { since: 1, revoked: ['leaf'] }],
      fails: 'It was revoked',
    },
    'the newer of two lists names it, in the other order': {
      lists: [root, { since: 1, revoked: ['leaf'] }, { since: 9 }],
      fails: 'It was revoked',
    },
    'only the older of two lists names it': { lists: [root, { since: 9, revoked: ['leaf'] }, { since: 1 }] },
    'a list by a key for lists': { lists: [root, { by: 'signer' }], untrusted: ['signer'] },
    'a list by a key for lists names it': {
      lists: [root, { by: 'signer', revoked: ['leaf'] }],
      untrusted: ['signer'],
      fails: 'It was revoked',
    },
    'the key for lists is revoked': {
      lists: [{ ...root, revoked: ['signer'] }, { by: 'signer' }],
      untrusted: ['signer'],
      fails: 'has signed this list',
    },
    'a list by a key that is not for lists': {
      lists: [root, { by: 'other' }],
      untrusted: ['other'],
      fails: 'has signed this list',
      openssl: true, // the program prints this error of the list's own path, and then forgets it
    },
    'a list for authorities only': {
      lists: [root, { extensions: scope('onlyCA=TRUE') }],
      fails: 'other kinds of certificates',
    },
    'a list for users only': { lists: [root, { extensions: scope('onlyuser=TRUE') }] },
    'a list of users where authorities stand': {
      lists: [{ ...root, extensions: scope('onlyuser=TRUE') }, {}],
      fails: 'other kinds of certificates',
    },
    'a list for some reasons': {
      lists: [root, { extensions: scope('onlysomereasons=keyCompromise') }],
      fails: 'only some reasons',
    },
    'a list for another place': {
      lists: [root, { extensions: scope('fullname=URI:http://a.test/crl') }],
      fails: 'another distribution point',
    },
    'a list for its place': {
      leaf: 'placed',
      lists: [root, { extensions: scope('fullname=URI:http://a.test/crl') }],
    },
    'a list for its place names it': {
      leaf: 'placed',
      lists: [root, { extensions: scope('fullname=URI:http://a.test/crl'), revoked: ['placed'] }],
      fails: 'It was revoked',
    },
    'a list with a critical extension that nobody knows': {
      lists: [root, { extensions: ['1.2.3.4=critical,DER:0500'] }],
      fails: 'nobody here understands',
    },
  };

  test('a list of changes alone covers nothing, and that it is not judged is said', () => {
    const crls = [list(root), list({ extensions: ['2.5.29.27=critical,DER:020101'], revoked: ['leaf'] })];
    const [certificate, middle] = [openssl.read('leaf.crt'), openssl.read('middle.crt')];
    const anchors = [openssl.read('root.crt')];
    const judged = (lists: string[]) => {
      const explained = explain({ certificate, untrusted: [middle], anchors, crls: lists, now: NOW });
      return explained.ok ? explained.value.paths[0] : expect.fail(explained.error.why);
    };
    expect(judged(crls)?.trusted).toBe(false);
    const whole = judged([...crls, list({})]);
    expect(whole?.trusted).toBe(true);
    expect(whole?.checks.find(({ name, state }) => name === 'revocation' && state === 'remark')?.why).toContain(
      'delta',
    );
  });

  test.each(Object.entries(CASES))(
    '%s',
    (_, { lists, leaf = 'leaf', untrusted = [], at = NOW, fails, openssl: theirs }) => {
      if (leaf === 'placed')
        certify('leaf', '/CN=leaf', 'middle', [...LEAF, 'crlDistributionPoints=URI:http://a.test/crl'], 'placed');
      const crls = lists.map(list);
      const others = ['middle', ...untrusted].map((name) => openssl.read(`${name}.crt`));
      const certificate = openssl.read(`${leaf}.crt`);
      const explained = explain({ certificate, untrusted: others, anchors: [openssl.read('root.crt')], crls, now: at });
      const path = explained.ok ? explained.value.paths[0] : expect.fail(explained.error.why);
      const failed = (path?.checks ?? []).filter(({ state }) => state === 'fails');
      if (fails) expect(failed.map(({ why }) => why).join('\n')).toContain(fails);
      else expect(failed).toEqual([]);
      expect(path?.trusted).toBe(fails === undefined);

      openssl.write('crls', crls.join(''));
      openssl.write('untrusted', others.join(''));
      const flags = '-crl_check_all -extended_crl -CAfile root.crt -untrusted untrusted -CRLfile crls';
      const verdict = openssl.run(`verify ${flags} -attime ${at / 1000} ${leaf}.crt`);
      expect(verdict.ok, verdict.text).toBe(theirs ?? fails === undefined);
    },
  );
});
