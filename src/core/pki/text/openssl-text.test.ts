// Every text beside that of the openssl program, letter by letter.
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import { fromPem } from '../../bytes/pem.ts';
import { KEY_KINDS, type KeyKind } from '../keys/key-kind.ts';
import * as pki from '../pki.ts';
import { opensslText, type TextKind } from './openssl-text.ts';

const NOW = Date.UTC(2026, 7, 1, 9, 5, 7);
const derOf = (pem: string): Uint8Array => {
  const blocks = fromPem(pem);
  return (blocks.ok && blocks.value[0]?.der) || expect.fail('no PEM');
};
const must = <Value>(made: { ok: true; value: Value } | { ok: false; error: { why: string } }): Value =>
  made.ok ? made.value : expect.fail(made.error.why);
const textOf = (kind: TextKind, pem: string) => must(opensslText({ kind, der: derOf(pem) }));

describe.skipIf(!hasProgram('openssl'))('as openssl prints it', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.close());
  const printed = (command: 'x509' | 'req' | 'crl', pem: string) =>
    openssl.must(`${command} -in ${openssl.write('one.pem', pem)} -noout -text`);
  const KINDS = { x509: 'certificate', req: 'request', crl: 'revocation list' } as const;
  const agrees = (command: keyof typeof KINDS, pem: string) =>
    expect(textOf(KINDS[command], pem)).toBe(printed(command, pem));

  test.each(KEY_KINDS)('%s: a root with constraints, a request, a leaf, a list', async (kind: KeyKind) => {
    const { privateKey } = await pki.generateKey({ kind });
    const root = must(
      pki.createAuthority({
        ...{
          privateKey,
          subject: 'C=CH, O="Tea, \\"Cake\\" + Co", OU=Möwe, CN=#1 Root',
          now: NOW,
          days: 30,
          pathLength: 1,
        },
        permitted: ['DNS:tea.test', 'IP:10.0.0.0/9', 'IP:fd00::/8', 'email:tea.test'],
        excluded: ['DNS:no.tea.test', 'URI:no.tea.test'],
      }),
    );
    agrees('x509', root);
    const names = ['a.tea.test', '10.1.2.3', 'fd00::1', 'email:a@tea.test', 'URI:https://tea.test/x?y=1'];
    for (const wishes of [{ names, for: 'both' } as const, {}])
      agrees('req', must(pki.createRequest({ privateKey, subject: 'CN=a', ...wishes })));
    const issuer = { certificate: root, privateKey };
    const request = must(pki.createRequest({ privateKey, subject: 'CN=a, emailAddress=a@tea.test', names }));
    for (const serial of ['1', '7f', '80', 'ffffffffffff', '7fffffffffffffff', '8000000000000000', 'ab'.repeat(16)]) {
      const crlUrls = ['http://tea.test/a.crl', 'http://tea.test/b.crl'];
      const times = { now: NOW, notBefore: Date.UTC(2049, 11, 31), notAfter: Date.UTC(2050, 0, 1, 0, 0, 1) };
      agrees('x509', must(pki.issueCertificate({ request, issuer, for: 'server', serial, crlUrls, ...times })));
    }
    const reasons = ['unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded'] as const;
    const more = ['cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'] as const;
    const revoked = [...reasons, ...more].map((reason, at) => ({
      ...{ serial: `${at + 1}`, at: NOW, reason },
      ...(at % 2 === 0 && { invalidityDate: NOW - 1000 }),
    }));
    for (const all of [revoked, []])
      agrees('crl', must(pki.createCrl({ issuer, now: NOW, number: 77, revoked: all, days: 3 })));
  });

  const makes = (script: string) => {
    const { status, stderr } = spawnSync('bash', ['-euc', script], { cwd: openssl.folder, encoding: 'utf8' });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  };
  const EXTENSIONS = [
    'extendedKeyUsage=serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,anyExtendedKeyUsage',
    'keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,encipherOnly,decipherOnly',
    'authorityInfoAccess=OCSP;URI:http://tea.test/ocsp,caIssuers;URI:http://tea.test/ca.crt',
    'crlDistributionPoints=URI:http://tea.test/one.crl',
    'subjectAltName=DNS:tea.test,dirName:dir\n[dir]\nO=Tea\nCN=inside',
  ];
  test.each([...EXTENSIONS, null])('made by openssl: %s', (extension) => {
    const curves = ['prime256v1', 'secp521r1', 'secp224r1', 'secp256k1'];
    const curve = curves[EXTENSIONS.indexOf(extension ?? '') % curves.length] ?? 'secp384r1';
    const own = extension === null ? '' : `\n[own]\n${extension}`;
    openssl.write('own.cnf', `[req]\ndistinguished_name=name\n[name]\n${own}`);
    makes(`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:${curve} -nodes -keyout key -out one.crt -days 9 \\
      -config own.cnf ${extension === null ? '' : '-extensions own'} -subj '/DC=test/DC=tea/ST=Bern/L=Bern/UID=7+CN=a/' 2>/dev/null`);
    agrees('x509', openssl.read('one.crt'));
  });

  test.each([
    'certificatePolicies=1.2.3.4',
    'issuerAltName=otherName:1.2.3;UTF8:x',
    '1.2.3.4=ASN1:UTF8String:tea',
    'tlsfeature=status_request',
  ])('%s is not guessed', (extension) => {
    openssl.write('own.cnf', `[req]\ndistinguished_name=name\n[name]\n[own]\n${extension}`);
    makes(
      `openssl req -x509 -newkey ed25519 -nodes -keyout key -out one.crt -config own.cnf -extensions own -subj /CN=a 2>/dev/null`,
    );
    expect(textOf('certificate', openssl.read('one.crt'))).toBe(null);
  });

  test('a request with a challenge password, and RSASSA-PSS, are not guessed', () => {
    openssl.write(
      'own.cnf',
      '[req]\nprompt=no\ndistinguished_name=name\nattributes=more\n[name]\nCN=a\n[more]\nchallengePassword=secret',
    );
    makes(`openssl req -new -newkey ed25519 -nodes -keyout key -out one.csr -config own.cnf 2>/dev/null
      openssl req -x509 -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -nodes -keyout key -out pss.crt -subj /CN=a 2>/dev/null`);
    expect(textOf('request', openssl.read('one.csr'))).toBe(null);
    expect(textOf('certificate', openssl.read('pss.crt'))).toBe(null);
  });
});
