import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasProgram } from '../../../tests/programs.ts';
import { Reader } from '../bytes/reader.ts';
import { certificateFacts } from './certificate.ts';
import { DER_LIMITS, readDer, tagName, type DerNode } from './der.ts';
import { oidText } from './oid.ts';

const folder = mkdtempSync(join(tmpdir(), 'der-'));
const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' }).toString();

const CONFIG = `
[req]
distinguished_name=dn
[dn]
[v3]
basicConstraints=critical,CA:TRUE,pathlen:1
keyUsage=critical,digitalSignature,keyCertSign,cRLSign
extendedKeyUsage=serverAuth,clientAuth,1.2.3.4
subjectAltName=DNS:desk.test,IP:127.0.0.1,IP:::1,email:a@b.c,URI:https://x.test/
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid:always,issuer:always
crlDistributionPoints=URI:http://crl.test/a.crl
certificatePolicies=1.2.3.4
nameConstraints=permitted;DNS:.test,excluded;IP:10.0.0.0/255.0.0.0
`;

// Keys are made and peers started on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const hasOpenssl = hasProgram('openssl');

beforeAll(() => {
  if (!hasOpenssl) return;
  writeFileSync(join(folder, 'v3.cnf'), CONFIG);
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:3072',
    '-nodes',
    '-keyout',
    'key',
    '-utf8',
    '-config',
    'v3.cnf',
    '-extensions',
    'v3',
    '-subj',
    '/C=AT/O=Gärtnerei/OU=a+CN=b, c/emailAddress=x@y.z',
    '-set_serial',
    '0x00ff01',
    '-outform',
    'DER',
    '-out',
    'rich.der',
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

const rich = () => Uint8Array.from(readFileSync(join(folder, 'rich.der')));

/** One line for each value, as `openssl asn1parse` prints them. */
const lines = (nodes: readonly DerNode[], depth = 0): string[] =>
  nodes.flatMap((node) => [
    [
      node.start,
      depth,
      node.content - node.start,
      node.end - node.content,
      node.isConstructed ? 'cons' : 'prim',
    ].join(),
    ...lines(node.children, depth + 1),
  ]);

describe('reading DER', () => {
  test.skipIf(!hasOpenssl)('finds every value where openssl asn1parse finds it', () => {
    const printed = openssl('asn1parse', '-inform', 'DER', '-in', 'rich.der');
    const expected = [...printed.matchAll(/^ *(\d+):d=(\d+) +hl=(\d+) l= *(\d+) (cons|prim)/gm)].map((line) =>
      line.slice(1).join(),
    );
    expect(lines(readDer(new Reader(rich())))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(80);
  });

  test.skipIf(!hasOpenssl)('reads the facts of a certificate as openssl x509 does', () => {
    const [subject = '', serial = '', from = ''] = openssl(
      ...['x509', '-inform', 'DER', '-in', 'rich.der', '-noout', '-subject', '-serial', '-startdate'],
      ...['-nameopt', 'RFC2253,-esc_msb,utf8', '-dateopt', 'iso_8601'],
    ).split('\n');
    const facts = certificateFacts(rich());
    expect(facts?.subject.split(',').sort()).toEqual(
      // openssl turns the parts of a multi-valued RDN around; RFC 4514 §2.2 leaves their order open
      subject.slice('subject='.length).replace('CN=b\\, c+OU=a', 'OU=a+CN=b\\, c').split(',').sort(),
    );
    expect(facts?.serial).toBe(serial.slice('serial='.length).toLowerCase());
    expect(facts?.notBefore).toBe(from.slice('notBefore='.length).replace(' ', 'T'));
  });

  test.each([
    ['30', 'Cut short: no length.'],
    ['3003020101ff', null],
    ['3005020101', 'Announces 5 bytes, but only 3 are here.'],
    ['30800000', 'Indefinite length: DER forbids it.'],
    ['3081030201ff', 'A length in more bytes than needed: DER forbids it.'],
    ['1f8101', 'A tag number above 30: not decoded.'],
    ['30850000000001', 'A length that cannot be.'],
  ])('%s: %s', (hex, problem) => {
    const [node] = readDer(new Reader(Uint8Array.from(Buffer.from(hex, 'hex'))));
    expect(node?.problem ?? null).toBe(problem);
  });

  test('a bomb of nested values ends at the limit, in a node that says so', () => {
    const depth = 60;
    let bomb = Uint8Array.of(5, 0);
    for (let level = 0; level < depth; level++) bomb = Uint8Array.of(0x30, bomb.length, ...bomb);
    let [node] = readDer(new Reader(bomb));
    let levels = 0;
    for (; node && node.problem === null; node = node.children[0]) levels += 1;
    expect([levels, node?.problem]).toEqual([DER_LIMITS.depth + 1, 'Nested too deeply.']);
  });
});

test.each([
  ['550403', '2.5.4.3'],
  ['2a864886f70d01010b', '1.2.840.113549.1.1.11'],
  ['883703', '2.999.3'], // ITU-T X.690 §8.19.5
  ['8037', null],
  ['2a86', null],
  ['', null],
])('the object identifier %s is %s', (hex, text) => {
  expect(oidText(Uint8Array.from(Buffer.from(hex, 'hex')))).toBe(text);
});

test('a tag is called by its type, or by its number in context', () => {
  const [set, context] = readDer(new Reader(Uint8Array.of(0x31, 0, 0xa3, 0)));
  expect([set && tagName(set), context && tagName(context)]).toEqual(['SET', '[3]']);
});
