// Chains made by openssl, good and bad, judged by `openssl verify` and by us. Where we choose otherwise, the case says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import { explain } from '../pki.ts';
import type { CheckName } from './check.ts';

const CA = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
const IDS = ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid'];
const LEAF = ['basicConstraints=CA:FALSE', 'keyUsage=digitalSignature', ...IDS];
const NOW = Date.now() + 60_000;
const DAY = 86_400_000;

interface Chain {
  root?: readonly string[];
  /** authorities between root and leaf, from the top */
  middle?: readonly (readonly string[])[];
  leaf?: readonly string[];
  subject?: string;
  purpose?: 'client' | 'server';
  host?: string;
  at?: number;
  /** certificates that are left out of what the verifier gets */
  without?: readonly string[];
  /** what must fail here; nothing: the chain is trusted */
  fails?: CheckName;
  /** openssl's verdict, where we choose otherwise */
  openssl?: boolean;
}

const nc = (rule: string, leaf: readonly string[] = [], more: Chain = {}): Chain => ({
  middle: [[...CA, ...IDS, `nameConstraints=critical,${rule}`]],
  leaf: [...LEAF, ...leaf],
  ...more,
});
const san = (names: string) => [`subjectAltName=${names}`];
const withEku = (purposes: string) => [...LEAF, `extendedKeyUsage=${purposes}`];

const CHAINS: Readonly<Record<string, Chain>> = {
  'a leaf straight below the anchor': { middle: [] },
  'one authority between': {},
  'three authorities between': { middle: [CA, CA, CA].map((lines) => [...lines, ...IDS]) },
  'the authority between is missing': { without: ['middle0'], fails: 'issuer' },
  'the anchor is missing': { without: ['root'], fails: 'issuer' },
  'an authority that is none': { middle: [['basicConstraints=CA:FALSE', ...IDS]], fails: 'authority' },
  'an authority without basicConstraints': { middle: [IDS], fails: 'authority' },
  'an authority that may not sign': {
    middle: [['basicConstraints=critical,CA:TRUE', 'keyUsage=digitalSignature', ...IDS]],
    fails: 'key-usage',
  },
  'an authority that says nothing of its key': { middle: [['basicConstraints=critical,CA:TRUE', ...IDS]] },
  'an anchor that is no authority': { root: ['basicConstraints=CA:FALSE', ...IDS], fails: 'authority' },
  'an anchor with only keyCertSign': {
    root: ['keyUsage=keyCertSign', ...IDS],
    fails: 'authority',
    openssl: true, // it takes the key usage for CA:TRUE
  },
  'path length kept': { root: [`${CA[0]},pathlen:1`, ...CA.slice(1), ...IDS] },
  'path length of the anchor broken': { root: [`${CA[0]},pathlen:0`, ...CA.slice(1), ...IDS], fails: 'path-length' },
  'path length of an authority broken': {
    middle: [
      [`${CA[0]},pathlen:0`, ...IDS],
      [...CA, ...IDS],
    ],
    fails: 'path-length',
  },
  expired: { at: NOW + 400 * DAY, fails: 'validity' },
  'not valid yet': { at: NOW - 2 * DAY, fails: 'validity' },
  'for a client': { leaf: withEku('clientAuth'), purpose: 'client' },
  'for a server, used as a client': { leaf: withEku('serverAuth'), purpose: 'client', fails: 'purpose' },
  'for both': { leaf: withEku('serverAuth,clientAuth'), purpose: 'server' },
  'for any purpose by name': { leaf: withEku('anyExtendedKeyUsage'), purpose: 'client', fails: 'purpose' },
  'for no named purpose': { purpose: 'server' },
  'an authority for servers only, above a client': {
    middle: [[...CA, ...IDS, 'extendedKeyUsage=serverAuth']],
    purpose: 'client',
    fails: 'purpose',
  },
  'an authority for clients, above a client': {
    middle: [[...CA, ...IDS, 'extendedKeyUsage=clientAuth']],
    purpose: 'client',
  },
  'a server key that only encrypts': { leaf: ['keyUsage=keyEncipherment', ...IDS], purpose: 'server' },
  'a client key that only encrypts': {
    leaf: ['keyUsage=keyEncipherment', ...IDS],
    purpose: 'client',
    fails: 'purpose',
  },
  'a critical extension that nobody knows': { leaf: [...LEAF, '1.2.3.4=critical,DER:0500'], fails: 'critical' },
  'an extension that nobody knows': { leaf: [...LEAF, '1.2.3.4=DER:0500'] },
  'a critical one in an authority': { middle: [[...CA, ...IDS, '1.2.3.4=critical,DER:0500']], fails: 'critical' },
  'another key identifier': {
    leaf: [...LEAF.slice(0, 3), 'authorityKeyIdentifier=DER:3006800401020304'],
    fails: 'key-id',
  },
  'the host': { leaf: [...LEAF, ...san('DNS:desk.test')], host: 'desk.test' },
  'the host in other letters': { leaf: [...LEAF, ...san('DNS:Desk.TEST')], host: 'desk.Test' },
  'another host': { leaf: [...LEAF, ...san('DNS:desk.test')], host: 'order.test', fails: 'host' },
  'a wildcard': { leaf: [...LEAF, ...san('DNS:*.desk.test')], host: 'a.desk.test' },
  'a wildcard for two labels': { leaf: [...LEAF, ...san('DNS:*.desk.test')], host: 'a.b.desk.test', fails: 'host' },
  'a wildcard for nothing': { leaf: [...LEAF, ...san('DNS:*.desk.test')], host: 'desk.test', fails: 'host' },
  'a wildcard for a whole top level': { leaf: [...LEAF, ...san('DNS:*.test')], host: 'desk.test', fails: 'host' },
  'part of a label as a wildcard': {
    leaf: [...LEAF, ...san('DNS:de*.order.test')],
    host: 'desk.order.test',
    fails: 'host',
    openssl: true, // RFC 9525 allows only the whole label
  },
  'the address': { leaf: [...LEAF, ...san('IP:127.0.0.1')], host: '127.0.0.1' },
  'another address': { leaf: [...LEAF, ...san('IP:127.0.0.1')], host: '127.0.0.2', fails: 'host' },
  'an address as a DNS name': { leaf: [...LEAF, ...san('DNS:127.0.0.1')], host: '127.0.0.1', fails: 'host' },
  'the host as a common name beside other names': {
    leaf: [...LEAF, ...san('DNS:a.test')],
    subject: '/CN=desk.test',
    host: 'desk.test',
    fails: 'host',
  },
  'the host as a common name alone': {
    subject: '/CN=desk.test',
    host: 'desk.test',
    fails: 'host',
    openssl: true, // RFC 9525 knows no common names
  },
  'DNS inside': nc('permitted;DNS:desk.test', san('DNS:a.desk.test')),
  'DNS itself': nc('permitted;DNS:desk.test', san('DNS:desk.test')),
  'DNS outside': nc('permitted;DNS:desk.test', san('DNS:a.order.test'), { fails: 'name-constraints' }),
  'DNS that only ends alike': nc('permitted;DNS:desk.test', san('DNS:mydesk.test'), { fails: 'name-constraints' }),
  'DNS excluded': nc('excluded;DNS:desk.test', san('DNS:a.desk.test'), { fails: 'name-constraints' }),
  'DNS one of two outside': nc('permitted;DNS:desk.test', san('DNS:desk.test,DNS:x.test'), {
    fails: 'name-constraints',
  }),
  'DNS with a leading dot, below': nc('permitted;DNS:.desk.test', san('DNS:a.desk.test')),
  'DNS with a leading dot, itself': nc('permitted;DNS:.desk.test', san('DNS:desk.test'), { fails: 'name-constraints' }),
  'DNS as a common name outside': nc('permitted;DNS:desk.test', [], {
    subject: '/CN=x.test',
    fails: 'name-constraints',
  }),
  'IP inside': nc('permitted;IP:10.0.0.0/255.0.0.0', san('IP:10.1.2.3')),
  'IP outside': nc('permitted;IP:10.0.0.0/255.0.0.0', san('IP:11.1.2.3'), { fails: 'name-constraints' }),
  'IP of the other family': nc('permitted;IP:10.0.0.0/255.0.0.0', san('IP:::1'), { fails: 'name-constraints' }),
  'IP excluded': nc('excluded;IP:fd00::/ff00::', san('IP:fd00::1'), { fails: 'name-constraints' }),
  'mail of the host': nc('permitted;email:desk.test', san('email:a@desk.test')),
  'mail of a host below': nc('permitted;email:desk.test', san('email:a@b.desk.test'), { fails: 'name-constraints' }),
  'mail of the domain': nc('permitted;email:.desk.test', san('email:a@b.desk.test')),
  'mail of one person': nc('permitted;email:a@desk.test', san('email:a@DESK.test')),
  'mail of another person': nc('permitted;email:a@desk.test', san('email:b@desk.test'), { fails: 'name-constraints' }),
  'mail in the subject': nc('permitted;email:desk.test', [], {
    subject: '/CN=a/emailAddress=a@x.test',
    fails: 'name-constraints',
  }),
  'URI of the host': nc('permitted;URI:desk.test', san('URI:https://desk.test:8443/a')),
  'URI of another host': nc('permitted;URI:desk.test', san('URI:https://x.test/'), { fails: 'name-constraints' }),
  'URI of the domain': nc('permitted;URI:.desk.test', san('URI:ftp://u@a.desk.test/x')),
  'URI excluded': nc('excluded;URI:.desk.test', san('URI:https://a.desk.test'), { fails: 'name-constraints' }),
  'a limit of another kind of name': nc('permitted;IP:10.0.0.0/255.0.0.0', san('DNS:desk.test')),
  'a limit by the anchor': {
    root: [...CA, ...IDS, 'nameConstraints=permitted;DNS:desk.test'],
    leaf: [...LEAF, ...san('DNS:x.test')],
    fails: 'name-constraints',
  },
};

describe.skipIf(!hasProgram('openssl'))('the same verdict as openssl verify', () => {
  let openssl: Openssl;
  const KEYS = ['root', 'middle0', 'middle1', 'middle2', 'leaf'];
  beforeAll(() => {
    openssl = new Openssl();
    for (const name of KEYS) openssl.must(`ecparam -name prime256v1 -genkey -noout -out ${name}.key`);
  });
  afterAll(() => openssl.close());

  function issue(name: string, subject: string, issuer: string | null, lines: readonly string[]): string {
    openssl.write('ext', lines.join('\n'));
    openssl.must(`req -new -key ${name}.key -out csr -subj {${subject}}`);
    const signer = issuer === null ? `-signkey ${name}.key` : `-CA ${issuer}.crt -CAkey ${issuer}.key -CAcreateserial`;
    openssl.must(`x509 -req -in csr ${signer} -sha256 -days 365 -extfile ext -out ${name}.crt`);
    return openssl.read(`${name}.crt`);
  }

  test.each(Object.entries(CHAINS))('%s', (_, chain) => {
    const { at = NOW, purpose, host, without = [] } = chain;
    const middle = chain.middle ?? [[...CA, ...IDS]];
    const root = issue('root', '/CN=root', null, chain.root ?? [...CA, ...IDS]);
    const others = middle.map((lines, index) =>
      issue(`middle${index}`, `/CN=middle${index}`, index === 0 ? 'root' : `middle${index - 1}`, lines),
    );
    const leafIssuer = middle.length === 0 ? 'root' : `middle${middle.length - 1}`;
    const leaf = issue('leaf', chain.subject ?? '/CN=leaf', leafIssuer, chain.leaf ?? LEAF);
    const anchors = without.includes('root') ? [] : [root];
    const untrusted = without.includes('middle0') ? others.slice(1) : others;

    const explained = explain({
      ...{ certificate: leaf, untrusted, anchors, now: at },
      ...(purpose ? { purpose } : {}),
      ...(host ? { host } : {}),
    });
    const path = explained.ok ? explained.value.paths[0] : expect.fail(explained.error.why);
    const failed = path?.checks.filter(({ state }) => state === 'fails').map(({ name }) => name);
    if (chain.fails) expect(failed).toContain(chain.fails);
    else expect(failed).toEqual([]);
    expect(explained.ok && explained.value.trusted).toBe(chain.fails === undefined);

    openssl.write('anchors', anchors.join(''));
    openssl.write('untrusted', untrusted.join(''));
    const flags = [
      anchors.length > 0 ? '-CAfile anchors' : '-no-CAfile',
      '-no-CApath -no-CAstore',
      untrusted.length > 0 ? '-untrusted untrusted' : '',
      purpose ? `-purpose ssl${purpose}` : '',
      host ? (/^[\d.]+$/.test(host) ? `-verify_ip ${host}` : `-verify_hostname ${host}`) : '',
    ];
    const verdict = openssl.run(`verify ${flags.join(' ')} -attime ${Math.floor(at / 1000)} leaf.crt`);
    expect(verdict.ok, verdict.text).toBe(chain.openssl ?? chain.fails === undefined);
  });
});
